"""Size of a policy: line and term, annual premium with heaping, bunching and a Pareto tail (DOMAIN §6)."""

from __future__ import annotations

import numpy as np

from cvc_helpers.synthetic.arrow import Flags, Floats, Ints
from cvc_helpers.synthetic.product import ANNUITY, WHOLE_LIFE
from cvc_helpers.synthetic.records import Mix, Sizing
from cvc_helpers.synthetic.seasons import BANCA

BIG_ANNUAL_YUAN = 200_000
BIG_COMMITTED_YUAN = 1_000_000
"""A big policy: regular annual premium or committed premium at or above (DOMAIN §4)."""
TERM_SHARES = {False: (0.10, 0.30, 0.30, 0.25, 0.05), True: (0.45, 0.38, 0.12, 0.05, 0.0)}
"""Terms 1/3/5/10/20 of savings policies in agency and (True) in bancassurance."""
SAVINGS_TERMS = np.array([1, 3, 5, 10, 20])
ANNUITY_SHARE = (0.18, 0.42, 0.22)
"""Share of annuities among savings proposals: age below 50, 50 to 66, above."""
MEDIAN_YUAN = {WHOLE_LIFE: 15_800.0, ANNUITY: 22_500.0}
"""Median annual premium at wealth band 3, skill tier 3 and term 5."""
TERM_FACTOR = np.array([1.5, 1.2, 1.0, 1.0, 0.8])
SIGMA = {WHOLE_LIFE: 0.95, ANNUITY: 0.98}
BY_WEALTH, BY_SKILL = 0.40, 0.20
"""Effects of one wealth band and one skill tier on the log of the annual premium."""
HEAPED = 0.70
BUNCHED = 0.35
BUNCH_FROM = 0.75
"""35 % of committed premiums in 0.75 to 1.0 times the threshold are moved up to it."""
TAIL_FROM_YUAN, TAIL_ALPHA, TAIL_MAX_YUAN = 1_000_000.0, 1.8, 3_000_000.0
FLOOR_YUAN = 1_000.0


def savings_mix(u: Floats, age: Ints, channel: Ints) -> Mix:
    """Line and payment term by inverse distribution; nobody above 60 gets 20 payments.

    Args:
        u: Uniform draws, shape (n,).
        age: Age in whole years, shape (n,).
        channel: Index into `seasons.CHANNELS`, shape (n,).
    """
    annuity = np.array(ANNUITY_SHARE)[np.digitize(age, (50, 67))]
    is_annuity = u < annuity
    rest = np.where(is_annuity, u / annuity, (u - annuity) / (1 - annuity))
    cumulative = np.cumsum([TERM_SHARES[False], TERM_SHARES[True]], axis=1)[(channel == BANCA).astype(int)]
    place = (rest[:, None] >= cumulative[:, :4]).sum(axis=1)
    place = np.where((place == 4) & (age > 60), 3, place)
    return Mix(np.where(is_annuity, ANNUITY, WHOLE_LIFE), SAVINGS_TERMS[place], place)


def heaped(yuan: Floats, u: Floats) -> Floats:
    """Amounts with 70 % rounded to 1,000, 10,000 or 50,000 yuan by size, the others to 10 yuan."""
    step = np.where(yuan < 20_000, 1_000.0, np.where(yuan < 200_000, 10_000.0, 50_000.0))
    step = np.where(u < HEAPED, step, 10.0)
    return np.asarray(np.maximum(np.rint(yuan / step) * step, FLOOR_YUAN))


def bunched(yuan: Floats, term: Ints, u: Floats, can_bunch: Flags) -> Floats:
    """Amounts with part of those just below the committed threshold moved up to it."""
    committed = yuan * term
    near = (committed >= BUNCH_FROM * BIG_COMMITTED_YUAN) & (committed < BIG_COMMITTED_YUAN)
    threshold = np.ceil(BIG_COMMITTED_YUAN / term / 100) * 100
    return np.where(near & can_bunch & (u < BUNCHED), threshold, yuan)


def savings_premium(mix: Mix, of: Sizing) -> Floats:
    """Annual premium of savings proposals in yuan (single premium: the premium), shape (n,)."""
    annuity = mix.line == ANNUITY
    median = np.where(annuity, MEDIAN_YUAN[ANNUITY], MEDIAN_YUAN[WHOLE_LIFE]) * TERM_FACTOR[mix.place]
    sigma = np.where(annuity, SIGMA[ANNUITY], SIGMA[WHOLE_LIFE])
    shift = BY_WEALTH * (of.wealth - 3) + BY_SKILL * (of.skill - 3) + sigma * of.normal + of.shift
    yuan = median * np.exp(shift)
    # the tail reuses the draw for bunching, which concerns amounts far below it
    pareto = TAIL_FROM_YUAN * (1 - of.u_bunch) ** (-1 / TAIL_ALPHA)
    yuan = np.where(yuan >= TAIL_FROM_YUAN, np.minimum(pareto, TAIL_MAX_YUAN), yuan)
    return bunched(heaped(yuan, of.u_heap), mix.term, of.u_bunch, of.can_bunch)


def is_big(yuan: Floats, term: Ints) -> Flags:
    """Whether annual premium (regular) or committed premium reaches the size of a big policy."""
    return ((term > 1) & (yuan >= BIG_ANNUAL_YUAN)) | (yuan * term >= BIG_COMMITTED_YUAN)
