"""The customers' quarterly life: visits to the community and savings proposals, shared by tables and truth.

Every driver is an observed column (wealth band, skill tier and certification of the agent in charge, age, channel,
branch, quarter), unless agents are switched to have factors of their own. A visit acts on proposals of later quarters
only, so an effective exposure always precedes its proposal. Generator and simulation of the planted truth share these
functions.
"""

from __future__ import annotations

import numpy as np

from cvc_helpers.synthetic.arrow import Flags, Floats, Ints
from cvc_helpers.synthetic.premium import BIG_COMMITTED_YUAN, savings_mix, savings_premium
from cvc_helpers.synthetic.records import Draws, Mix, Proposals, Sizing, State, Traits, Truth
from cvc_helpers.synthetic.seasons import PROGRAMME_QUARTER, QUARTER_YEAR, quarter_factor

VISIT_RATE = 0.0262
"""Chance of a first visit in a quarter: planted group, wealth band 3, tier 3, agent not certified."""
VISIT_BY_WEALTH, VISIT_BY_SKILL, VISIT_CERTIFIED = 0.25, 0.20, 1.5
VISIT_OTHER_AGE, VISIT_OUT_OF_REACH, VISIT_AGAIN = 0.2, 0.04, 0.5
"""Factors on it: other ages, branches out of reach, customers who have been there."""
LETTER_VISIT, LETTER_QUARTERS = 0.005, 4
"""Chance of a visit in each of the four quarters after a purchase that earned the qualification letter."""
TRAVEL_RATE = 0.020
"""Chance of a travel day in a quarter, same dependence on wealth and skill, no effect on anything."""
PROPOSAL_RATE = 0.045
PROPOSAL_BY_WEALTH, PROPOSAL_BY_SKILL = 0.20, 0.15
PROPOSAL_BY_AGE = np.array([0.6, 1.0, 1.2, 0.6])
"""Factor on savings proposals at ages below 36, 36 to 49, 50 to 66, above."""
SOLD_RATE, SOLD_BY_SKILL = 0.55, 0.10
EFFECT_QUARTERS = 4
"""A visit acts on proposals of the four quarters after it."""
GROUP_AGES = (50, 66)
"""Planted group: this age (calendar year less birth year) at the visit, in a branch with a community in reach."""
QUARTER_FACTOR: Floats = quarter_factor()


def no_history(n: int) -> State:
    """The state of `n` customers before the panel."""
    return State(np.zeros(n, bool), np.full(n, -1, np.int8), np.full(n, -1, np.int8))


def drawn(rng: np.random.Generator, n: int) -> Draws:
    """Fresh draws for one quarter of `n` customers."""
    uniform = rng.random((6, n), dtype=np.float32)
    visit, propose, sold, mix, heap, bunch = uniform
    normal = rng.standard_normal(n, dtype=np.float32)
    return Draws(visit, propose, sold, mix, heap, bunch, normal)


def ages_at(of: Traits, quarter: int) -> Ints:
    """Ages in whole years: calendar year of the quarter less year of birth."""
    return np.asarray(QUARTER_YEAR[quarter] - of.birth_year)


def in_group(of: Traits, quarter: int) -> Flags:
    """Whether a visit in the quarter has an effect: planted ages, community in reach."""
    age = ages_at(of, quarter)
    return of.in_reach & (age >= GROUP_AGES[0]) & (age <= GROUP_AGES[1])


def courted(of: Traits) -> Floats:
    """Factor of wealth, skill and agent on invitations of any kind (visits and travel days)."""
    exponent = VISIT_BY_WEALTH * (of.wealth - 3) + VISIT_BY_SKILL * (of.skill - 3) + of.inviting
    # in double precision first: single precision differs between processors
    return np.asarray(np.exp(exponent), np.float32)


def visit_chance(of: Traits, quarter: int, factor: Floats) -> Floats:
    """Chance of an invited first visit in the quarter; `factor` is `courted(of)`."""
    if quarter < PROGRAMME_QUARTER:
        return np.zeros(len(factor), np.float32)
    age = ages_at(of, quarter)
    middle = (age >= GROUP_AGES[0]) & (age <= GROUP_AGES[1])
    where = np.where(of.in_reach, 1.0, VISIT_OUT_OF_REACH) * np.where(middle, 1.0, VISIT_OTHER_AGE)
    certified = np.where(of.certified <= quarter, VISIT_CERTIFIED, 1.0)
    return np.asarray(np.minimum(VISIT_RATE * factor * where * certified, 0.5) * (of.known <= quarter))


def visits(of: Traits, state: State, quarter: int, u: Floats, factor: Floats) -> Flags:
    """Who visits the community in the quarter: invited, again, or with a fresh qualification letter."""
    invited = visit_chance(of, quarter, factor) * np.where(state.visited, VISIT_AGAIN, 1.0)
    letter = (state.letter_until >= quarter) * np.where(of.in_reach, LETTER_VISIT, LETTER_VISIT / 3)
    return np.asarray(u < invited + letter - invited * letter)


def intention(of: Traits) -> Floats:
    """Time-constant factor of wealth, skill and agent on the chance of a savings proposal."""
    exponent = PROPOSAL_BY_WEALTH * (of.wealth - 3) + PROPOSAL_BY_SKILL * (of.skill - 3) + of.own
    return np.asarray(PROPOSAL_RATE * np.exp(exponent), np.float32)


def proposals(of: Traits, state: State, quarter: int, u: Draws, rate: Floats, truth: Truth) -> Proposals:
    """Savings proposals of the quarter, given the state before it; `rate` is `intention(of)`."""
    age = ages_at(of, quarter)
    exposed = state.effect_until >= quarter
    chance = rate * PROPOSAL_BY_AGE[np.digitize(age, (36, 50, 67))] * QUARTER_FACTOR[of.channel, quarter]
    chance = chance * np.where(exposed, np.exp(truth.proposal_log_rate), 1.0) * (of.known <= quarter)
    who = np.flatnonzero(u.propose < np.minimum(chance, 0.9))
    sold = u.sold[who] < SOLD_RATE * np.exp(SOLD_BY_SKILL * (of.skill[who] - 3))
    mix = savings_mix(u.mix[who].astype(float), age[who], of.channel[who])
    yuan = sized(of, who, quarter, u, mix, exposed[who] * truth.log_premium + of.own[who])
    return Proposals(who, exposed[who], sold, mix, yuan)


def sized(of: Traits, who: Ints, quarter: int, u: Draws, mix: Mix, shift: Floats) -> Floats:
    """Annual premium in yuan of the proposals of `who`, with `shift` added to its log."""
    can_bunch = of.in_reach[who] & (of.certified[who] <= quarter) & (quarter >= PROGRAMME_QUARTER)
    sizing = Sizing(
        of.wealth[who],
        of.skill[who],
        u.normal[who].astype(float),
        u.heap[who].astype(float),
        u.bunch[who].astype(float),
        can_bunch,
        shift,
    )
    return savings_premium(mix, sizing)


def after(of: Traits, state: State, quarter: int, visit: Flags, made: Proposals) -> State:
    """The state after the quarter's proposals and visits."""
    until = np.where(visit & in_group(of, quarter), quarter + EFFECT_QUARTERS, state.effect_until)
    earned = made.sold & (made.yuan * made.mix.term >= BIG_COMMITTED_YUAN) & (quarter >= PROGRAMME_QUARTER)
    letter = state.letter_until.copy()
    letter[made.who[earned]] = quarter + LETTER_QUARTERS
    return State(state.visited | visit, until.astype(np.int8), letter)
