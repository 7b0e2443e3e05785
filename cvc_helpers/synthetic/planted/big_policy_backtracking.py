"""The planted truths of big-policy backtracking, from potential outcomes with common random numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from cvc_helpers.synthetic import agent, customer
from cvc_helpers.synthetic.arrow import Flags, Floats, Ints
from cvc_helpers.synthetic.behaviour import (
    EFFECT_QUARTERS,
    GROUP_AGES,
    after,
    courted,
    drawn,
    intention,
    no_history,
    proposals,
    sized,
    visit_chance,
    visits,
)
from cvc_helpers.synthetic.premium import is_big
from cvc_helpers.synthetic.records import Draws, Proposals, State, Traits, Truth
from cvc_helpers.synthetic.seasons import QUARTER_YEAR
from cvc_helpers.synthetic.streams import stream

HOLDS_FOR = {
    "premium_threshold_yuan": 200_000,
    "committed_threshold_yuan": 1_000_000,
    "service_id": "S9901",
    "placebo_id": "S9909",
    "first_day": "2021-07-01",
    "last_day": "2024-07-01",
}
"""Parameters of the case for which these are the truth."""
LANDMARKS = range(2, 14)
"""Landmark quarters 2021Q3 to 2024Q2, each with four quarters of outcome inside the panel."""
BATCH = 100_000
CASE = "big_policy_backtracking"
DEFAULT_FILE = Path(__file__).with_suffix(".json")
"""What `simulated` gives for the default truth, kept because it takes minutes."""
MOVED_DRAWS = 1_000_000


class Outcome(NamedTuple):
    """What happened in the four quarters after the landmark, arrays of shape (n,); premium in yuan."""

    proposed: Flags
    sales: Flags
    big: Flags
    fyp_yuan: Floats


class Sums(NamedTuple):
    """Weighted sums over draws: differences between the arms, cells for the odds ratio, log premium ratios."""

    weight: float
    differences: Floats
    cells: Floats
    log_ratio: float
    log_ratio_weight: float


def _birth_years(rng: np.random.Generator, n: int, year: int) -> Ints:
    centre, spread = customer.AGE_MEAN + year - customer.AGE_YEAR, customer.AGE_SD
    low, high = ndtr((GROUP_AGES[0] - 0.5 - centre) / spread), ndtr((GROUP_AGES[1] + 0.5 - centre) / spread)
    age = np.rint(centre + spread * ndtri(low + (high - low) * rng.random(n)))
    return np.asarray(year - age, np.int64)


def traits(rng: np.random.Generator, n: int, landmark: int) -> Traits:
    """Drivers of `n` persons of the planted group at the landmark quarter."""
    skill = 1 + agent.pick(rng.random(n), agent.TIER_SHARES)
    channel = agent.pick(rng.random(n), agent.CHANNEL_SHARES)
    reach = np.ones(n, bool)
    return Traits(
        wealth=customer.wealth_bands(rng, skill),
        skill=skill,
        birth_year=_birth_years(rng, n, int(QUARTER_YEAR[landmark])),
        channel=channel,
        certified=agent.certified_quarters(rng, skill, channel, reach),
        known=customer.active_quarters(rng.random(n)),
        in_reach=reach,
    )


def _natural_course(of: Traits, state: State, quarter: int, u: Draws, truth: Truth) -> tuple[State, Proposals]:
    made = proposals(of, state, quarter, u, intention(of), truth)
    visit = visits(of, state, quarter, u.visit, courted(of))
    return after(of, state, quarter, visit, made), made


def _arm(of: Traits, state: State, landmark: int, future: list[Draws], truth: Truth) -> tuple[Outcome, list[Proposals]]:
    n = len(of.skill)
    outcome = Outcome(np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool), np.zeros(n))
    seen = []
    for ahead, u in enumerate(future, start=1):
        state, made = _natural_course(of, state, landmark + ahead, u, truth)
        sold = made.who[made.sold]
        outcome.proposed[made.who] = True
        outcome.sales[sold] = True
        outcome.big[sold] |= is_big(made.yuan, made.mix.term)[made.sold]
        outcome.fyp_yuan[sold] += made.yuan[made.sold]
        seen.append(made)
    return outcome, seen


def _cells(of: Traits, landmark: int, seen: list[Proposals], weight: Floats, wanted: bool) -> Floats:
    table = np.zeros((5, 5, 2, 2))
    for ahead, made in enumerate(seen, start=1):
        who = made.who[made.exposed == wanted]
        big = is_big(made.yuan, made.mix.term)[made.exposed == wanted].astype(int)
        certified = (of.certified[who] <= landmark + ahead).astype(int)
        np.add.at(table, (of.wealth[who] - 1, of.skill[who] - 1, certified, big), weight[who])
    return table


def _log_ratios(
    of: Traits, landmark: int, seen: list[Proposals], future: list[Draws], weight: Floats
) -> tuple[float, float]:
    total = mass = 0.0
    for ahead, (made, u) in enumerate(zip(seen, future, strict=True), start=1):
        without = sized(of, made.who, landmark + ahead, u, made.mix, np.zeros(len(made.who)))
        chosen = made.sold & made.exposed
        mine = weight[made.who[chosen]]
        total += float(mine @ np.log(made.yuan[chosen] / without[chosen]))
        mass += float(mine.sum())
    return total, mass


def _batch(rng: np.random.Generator, n: int, landmark: int, truth: Truth) -> Sums:
    of, state = traits(rng, n, landmark), no_history(n)
    for quarter in range(landmark):
        state, _ = _natural_course(of, state, quarter, drawn(rng, n), truth)
    # importance weight: at risk of a first visit, times the chance of it, instead of discarding the others
    weight = np.where(state.visited, 0.0, visit_chance(of, landmark, courted(of))).astype(float)
    now = proposals(of, state, landmark, drawn(rng, n), intention(of), truth)
    future = [drawn(rng, n) for _ in range(EFFECT_QUARTERS)]
    arms = [
        _arm(of, after(of, state, landmark, np.full(n, went), now), landmark, future, truth) for went in (True, False)
    ]
    (went, seen), (stayed, unseen) = arms
    differences = np.array([weight @ (np.asarray(a, float) - b) for a, b in zip(went, stayed, strict=True)])
    cells = np.stack([_cells(of, landmark, unseen, weight, False), _cells(of, landmark, seen, weight, True)], axis=3)
    return Sums(float(weight.sum()), differences, cells, *_log_ratios(of, landmark, seen, future, weight))


def conditional_log_odds(cells: Floats) -> float:
    """Coefficient of exposure in a logit of big on exposure and categories of wealth, skill and certification.

    Args:
        cells: Weights by wealth, skill, certified, exposed and big, shape (5, 5, 2, 2, 2).

    Returns:
        The log odds ratio. Source: iteratively reweighted least squares on grouped data.
    """
    total = cells.sum(axis=-1).ravel()
    index = np.indices(cells.shape[:-1]).reshape(4, -1)
    dummies = [index[axis] == level for axis, last in ((0, 5), (1, 5), (2, 2)) for level in range(1, last)]
    design = np.column_stack([np.ones(len(total)), index[3], *dummies]).astype(float)
    share = np.divide(cells[..., 1].ravel(), total, out=np.zeros(len(total)), where=total > 0)
    beta = np.zeros(design.shape[1])
    beta[0] = -3.0
    for _ in range(30):
        fitted = 1 / (1 + np.exp(-design @ beta))
        spread = total * fitted * (1 - fitted)
        hessian = design.T @ (design * spread[:, None]) + 1e-12 * np.eye(len(beta))
        beta = beta + np.linalg.solve(hessian, design.T @ (total * (share - fitted)))
    return float(beta[1])


def simulated(truth: Truth, draws: int = 10_000_000, seed: int = 20260101) -> dict[str, float]:
    """Value of every planted estimand.

    The effect of a first visit in a landmark quarter, natural course afterwards, against no visit in it, on the
    next four quarters; averaged over landmarks 2021Q3 to 2024Q2 and over those who make a first visit.

    Args:
        truth: What is planted.
        draws: Persons simulated in both arms with the same random numbers.
        seed: Seed of the simulation.

    Returns:
        Estimand to value: `extra_*` per 100 visitors (policies, proposals, buyers; yuan for FYP), ratios as such;
        the `_rest` twin for everybody else within reach.
    """
    parts = []
    for batch in range(max(draws // (BATCH * len(LANDMARKS)), 1)):
        for landmark in LANDMARKS:
            n = min(BATCH, max(draws // len(LANDMARKS), 1))
            parts.append(_batch(stream(seed, "truth", batch * 100 + landmark), n, landmark, truth))
    weight = sum(part.weight for part in parts)
    extra = 100 * np.sum([part.differences for part in parts], axis=0) / weight
    ratio = np.exp(sum(p.log_ratio for p in parts) / sum(p.log_ratio_weight for p in parts))
    odds = np.exp(conditional_log_odds(np.sum([part.cells for part in parts], axis=0)))
    return _named(extra, float(odds), float(ratio))


def _named(extra: Floats, odds: float, ratio: float) -> dict[str, float]:
    names = ("extra_proposals", "extra_sales", "extra_policies", "extra_fyp_yuan")
    values = {f"{CASE}.{name}": float(value) for name, value in zip(names, extra, strict=True)}
    zeros = {f"{CASE}.{name}_rest": 0.0 for name in names}
    ratios = {f"{CASE}.odds_ratio": odds, f"{CASE}.premium_ratio": ratio}
    ones = {f"{CASE}.{name}": 1.0 for name in ("odds_ratio_rest", "premium_ratio_rest", "letter_odds_ratio")}
    return dict(sorted({**values, **zeros, **ratios, **ones, f"{CASE}.negative_control": 0.0}.items()))


def planted(truth: Truth) -> dict[str, float]:
    """The planted values, from the committed file if `truth` is the default, else simulated on 10^6 draws."""
    stored = json.loads(DEFAULT_FILE.read_text(encoding="utf-8"))
    return dict(stored["planted"]) if stored["truth"] == truth._asdict() else simulated(truth, MOVED_DRAWS)
