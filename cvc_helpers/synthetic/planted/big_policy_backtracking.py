"""The planted truths of big-policy backtracking, from potential outcomes with common random numbers.

Every person of a simulation lives twice with the same random numbers: once with, once without a first visit in the
landmark quarter. What differs is the effect. Policies cancelled in the free look count in neither life, as in the
queries; riders (a few hundred yuan on some policies) are left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from cvc_helpers.synthetic import agent, customer
from cvc_helpers.synthetic.activity import slots_of
from cvc_helpers.synthetic.arrow import Flags, Floats, Ints
from cvc_helpers.synthetic.behaviour import (
    EFFECT_QUARTERS,
    GROUP_AGES,
    LETTER_QUARTERS,
    after,
    courted,
    drawn,
    in_group,
    intention,
    no_history,
    proposals,
    sized,
    visit_chance,
    visits,
)
from cvc_helpers.synthetic.life import closing_days, proposal_days
from cvc_helpers.synthetic.policy import FREE_LOOK
from cvc_helpers.synthetic.premium import is_big
from cvc_helpers.synthetic.proposal import DROPPED_AFTER
from cvc_helpers.synthetic.records import Draws, Plan, Proposals, State, Switches, Traits, Truth
from cvc_helpers.synthetic.seasons import QUARTER_END, QUARTER_START, QUARTER_YEAR
from cvc_helpers.synthetic.streams import stream

HOLDS_FOR = {
    "premium_threshold_yuan": 200_000,
    "committed_threshold_yuan": 1_000_000,
    "service_id": "S9901",
    "placebo_id": "S9909",
    "group_rule": "",
    "age_from": 50,
    "age_to": 66,
    "branches": "in_reach",
    "first_day": "",
    "last_day": "",
}
"""Parameters of the case for which these are the truth."""
LANDMARKS = range(2, 14)
"""Landmark quarters 2021Q3 to 2024Q2, each with four quarters of outcome inside the panel."""
REPLICATES = 16
"""Parts of a simulation, from which the Monte-Carlo error follows by leaving out one at a time."""
WINDOW_DAYS = 365
CASE = "big_policy_backtracking"
DEFAULT_FILE = Path(__file__).with_suffix(".json")
"""What `simulated` gives for the default plan, with the Monte-Carlo errors."""
DRAWS, MOVED_DRAWS = 10_000_000, 600_000
OUTCOMES = ("extra_proposals", "extra_sales", "extra_policies", "extra_fyp_yuan")


class Step(NamedTuple):
    """Random numbers of one quarter that both lives share, and what follows from them; arrays of shape (n,).

    `kept`: a policy sold now would outlast the free look. `day`, `proposed`: of a sale, of a savings proposal.
    """

    draws: Draws
    kept: Flags
    day: Ints
    proposed: Ints


class Sums(NamedTuple):
    """Weighted sums over persons.

    `extra`: differences in `OUTCOMES` between the lives, shape (4,), of persons of that `weight`; `cells`, `letter`: of
    proposals as in `conditional_log_odds`; `log_ratio`: of premiums.
    """

    weight: float
    extra: Floats
    cells: Floats
    letter: Floats
    log_ratio: float
    log_ratio_weight: float


class Life(NamedTuple):
    """One life in the quarters after the landmark: its proposals, and on whom a visit acts, flags of shape (n,)."""

    made: list[Proposals]
    exposed: list[Flags]


class Outcome(NamedTuple):
    """What counts of a life, shape (n,): a proposal, a sale, a big policy (flags), first-year premium in yuan."""

    proposed: Flags
    sales: Flags
    big: Flags
    fyp_yuan: Floats


def _ages(rng: np.random.Generator, n: int, year: int, focus: bool) -> Ints:
    """Ages in the year: of the planted group, or of everybody."""
    if not focus:
        return customer.ages(rng, n) + year - customer.AGE_YEAR
    centre, spread = customer.AGE_MEAN + year - customer.AGE_YEAR, customer.AGE_SD
    low, high = ndtr((GROUP_AGES[0] - 0.5 - centre) / spread), ndtr((GROUP_AGES[1] + 0.5 - centre) / spread)
    return np.asarray(np.rint(centre + spread * ndtri(low + (high - low) * rng.random(n))), np.int64)


def traits(rng: np.random.Generator, n: int, landmark: int, switches: Switches, focus: bool = True) -> Traits:
    """Drivers of `n` persons within reach at the landmark quarter, of the planted group or (not `focus`) of any age."""
    skill = 1 + agent.pick(rng.random(n), agent.TIER_SHARES)
    channel = agent.pick(rng.random(n), agent.CHANNEL_SHARES)
    reach, year = np.ones(n, bool), int(QUARTER_YEAR[landmark])
    wealth, age = customer.wealth_bands(rng, skill), _ages(rng, n, year, focus)
    certified = agent.certified_quarters(rng, skill, channel, reach)
    known = customer.active_quarters(rng.random(n))
    own = agent.own_factors(rng, n, switches)
    return Traits(wealth, skill, year - age, channel, certified, known, reach, *own)


def _step(rng: np.random.Generator, of: Traits, quarter: int, closing_visits: float) -> Step:
    n = len(of.skill)
    day, proposed = proposal_days(rng, of.channel, np.full(n, quarter))
    if closing_visits:
        day, _ = closing_days(rng, proposed, day, closing_visits)
    return Step(drawn(rng, n), rng.random(n) >= FREE_LOOK, day, proposed)


def _natural_course(of: Traits, state: State, quarter: int, u: Draws, truth: Truth) -> tuple[State, Proposals]:
    made = proposals(of, state, quarter, u, intention(of), truth)
    visit = visits(of, state, quarter, u.visit, courted(of))
    return after(of, state, quarter, visit, made), made


def _lived(of: Traits, state: State, landmark: int, future: list[Step], truth: Truth) -> Life:
    """The life in the quarters after the landmark."""
    seen, exposed = [], []
    for ahead, step in enumerate(future, start=1):
        exposed.append(state.effect_until >= landmark + ahead)
        state, made = _natural_course(of, state, landmark + ahead, step.draws, truth)
        seen.append(made)
    return Life(seen, exposed)


def _big_sales(made: Proposals, step: Step) -> Flags:
    """Proposals that become a big policy which outlasts the free look, shape (m,)."""
    return np.asarray(is_big(made.yuan, made.mix.term) & made.sold & step.kept[made.who])


def _outcome(seen: list[Proposals], steps: list[Step], first: Ints, last: Ints) -> Outcome:
    """What counts of proposals made, and of policies sold, from `first` to `last`, days of shape (n,)."""
    n = len(first)
    outcome = Outcome(np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool), np.zeros(n))
    for made, step in zip(seen, steps, strict=True):
        who = made.who
        asked = (step.proposed[who] >= first[who]) & (step.proposed[who] <= last[who])
        sold = made.sold & step.kept[who] & (step.day[who] >= first[who]) & (step.day[who] <= last[who])
        outcome.proposed[who[asked]] = True
        outcome.sales[who[sold]] = True
        outcome.big[who[sold]] |= _big_sales(made, step)[sold]
        outcome.fyp_yuan[who[sold]] += made.yuan[sold]
    return outcome


def _differences(weight: Floats, one: Outcome, other: Outcome) -> Floats:
    return np.array([weight @ (np.asarray(a, float) - b) for a, b in zip(one, other, strict=True)])


def _cells(
    of: Traits, landmark: int, seen: list[Proposals], steps: list[Step], chosen: list[Flags], w: Floats
) -> Floats:
    """Weights of the chosen proposals by wealth, skill, certified and big, shape (5, 5, 2, 2)."""
    table = np.zeros((5, 5, 2, 2))
    for ahead, (made, step, mine) in enumerate(zip(seen, steps, chosen, strict=True), start=1):
        who, big = made.who[mine], _big_sales(made, step)[mine].astype(int)
        certified = (of.certified[who] <= landmark + ahead).astype(int)
        np.add.at(table, (of.wealth[who] - 1, of.skill[who] - 1, certified, big), w[who])
    return table


def _compared(went: Life, stayed: Life, focus: bool) -> tuple[list[Flags], list[Flags]]:
    """Proposals of both lives while only the first visit acts (outside the group, while no visit acts)."""
    free = [~exposed for exposed in stayed.exposed]
    both = [a & (b | (not focus)) for a, b in zip(free, went.exposed, strict=True)]
    mine = [flags[made.who] for flags, made in zip(both, went.made, strict=True)]
    return mine, [flags[made.who] for flags, made in zip(both, stayed.made, strict=True)]


def _log_ratios(
    of: Traits, landmark: int, went: Life, steps: list[Step], chosen: list[Flags], weight: Floats
) -> tuple[float, float]:
    """Log ratios of the premiums of the chosen policies to what they would have been without; and their weights."""
    total = mass = 0.0
    for ahead, (made, step, mine) in enumerate(zip(went.made, steps, chosen, strict=True), start=1):
        without = sized(of, made.who, landmark + ahead, step.draws, made.mix, of.own[made.who])
        kept = made.sold & step.kept[made.who] & mine
        total += float(weight[made.who[kept]] @ np.log(made.yuan[kept] / without[kept]))
        mass += float(weight[made.who[kept]].sum())
    return total, mass


def _visit_days(rng: np.random.Generator, landmark: int, asked: Ints) -> Ints:
    """Day of a visit in the landmark quarter, later than the day `asked` (-1 for any day), shape (n,)."""
    held = slots_of("community_visit")
    first = np.searchsorted(held, np.maximum(asked, QUARTER_START[landmark] - 1), side="right")
    stop = np.searchsorted(held, QUARTER_END[landmark], side="right")
    return np.asarray(held[first + (rng.random(len(asked)) * (stop - first)).astype(np.int64)])


def _is_open(rng: np.random.Generator, now: Proposals, step: Step, day: Ints) -> Flags:
    """Who has a savings proposal of the landmark quarter open on that day, shape (n,)."""
    who, found = now.who, np.zeros(len(day), bool)
    closed = np.where(now.sold, step.day[who], step.proposed[who] + rng.integers(*DROPPED_AFTER, len(who)))
    found[who] = (step.proposed[who] <= day[who]) & (closed >= day[who])
    return found


def _letter(of: Traits, state: State, landmark: int, future: list[Step], truth: Truth) -> Floats:
    """Cells of the later proposals of everybody, without the letter and with it, shape (5, 5, 2, 2, 2)."""
    n, arms = len(of.skill), []
    for until in (-1, landmark + LETTER_QUARTERS):
        held = state._replace(letter_until=np.full(n, until, np.int8))
        seen = _lived(of, held, landmark, future, truth).made
        arms.append(_cells(of, landmark, seen, future, [np.ones(len(made.who), bool) for made in seen], np.ones(n)))
    return np.stack(arms, axis=3)


def _batch(rng: np.random.Generator, n: int, landmark: int, plan: Plan, focus: bool) -> Sums:
    of, state, truth = traits(rng, n, landmark, plan.switches, focus), no_history(n), plan.truth
    for quarter in range(landmark):
        state, _ = _natural_course(of, state, quarter, drawn(rng, n), truth)
    # importance weight: at risk of a first visit, times the chance of it, instead of discarding the others
    weight = np.where(state.visited | (in_group(of, landmark) != focus), 0.0, visit_chance(of, landmark, courted(of)))
    steps = [_step(rng, of, landmark + ahead, plan.switches.closing_visits) for ahead in range(EFFECT_QUARTERS + 1)]
    now, future = proposals(of, state, landmark, steps[0].draws, intention(of), truth), steps[1:]
    without = after(of, state, landmark, np.zeros(n, bool), now)
    went = _lived(of, after(of, state, landmark, np.ones(n, bool), now), landmark, future, truth)
    stayed = _lived(of, without, landmark, future, truth)
    compared = _compared(went, stayed, focus)
    cells = [
        _cells(of, landmark, life.made, future, mine, weight)
        for life, mine in zip((stayed, went), compared[::-1], strict=True)
    ]
    letter = _letter(of, without, landmark, future, truth) if focus else np.zeros((5, 5, 2, 2, 2))
    return Sums(
        *_extra(rng, landmark, (went.made, stayed.made), now, steps, weight, plan.switches.visits_after_proposals),
        np.stack(cells, axis=3),
        letter,
        *_log_ratios(of, landmark, went, future, compared[0], weight),
    )


def _extra(
    rng: np.random.Generator,
    landmark: int,
    lives: tuple[list[Proposals], list[Proposals]],
    now: Proposals,
    steps: list[Step],
    weight: Floats,
    after_proposals: bool,
) -> tuple[float, Floats]:
    """Weight of those without an open proposal on the day of the visit, and the differences in the days after it."""
    n = len(weight)
    asked = np.full(n, -1)
    if after_proposals:
        asked[now.who] = steps[0].proposed[now.who]
    day = _visit_days(rng, landmark, asked)
    counted = np.where(_is_open(rng, now, steps[0], day), 0.0, weight)
    outcomes = [_outcome([now, *seen], steps, day + 1, day + WINDOW_DAYS) for seen in lives]
    return counted.sum(), _differences(counted, *outcomes)


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
        step = np.linalg.solve(hessian, design.T @ (total * (share - fitted)))
        # a category without a big policy has no finite coefficient; small steps keep it from carrying others along
        beta = beta + np.clip(step, -1, 1)
    return float(beta[1])


def simulated(plan: Plan, draws: int = DRAWS, seed: int = 20260101) -> tuple[dict[str, float], dict[str, float]]:
    """Value and Monte-Carlo standard error of every planted estimand of the case.

    Args:
        plan: What is planted; agents' own factors, visits after proposals and closing visits change the
            values, other switches do not.
        draws: Persons simulated in both lives, of the planted group; a tenth of it of everybody else.
        seed: Seed of the simulation.

    Returns:
        Both by key, see `planted`.
    """
    found = [
        _named(_parts(plan, draws, seed, focus=True), ""),
        _named(_parts(plan, draws // 10, seed, focus=False), "_rest"),
    ]
    values = {key: part[0] for each in found for key, part in each.items()}
    errors = {key: part[1] for each in found for key, part in each.items()}
    # no step of `behaviour` takes a travel day as an input; a test moves them all and finds the same policies
    zero = {f"{CASE}.negative_control": 0.0, f"{CASE}.placebo_date": 0.0}
    return dict(sorted((values | zero).items())), dict(sorted((errors | zero).items()))


def _parts(plan: Plan, draws: int, seed: int, *, focus: bool) -> list[Sums]:
    """Sums over all landmarks, one a replicate."""
    n = max(draws // (len(LANDMARKS) * REPLICATES), 1)
    name = "truth" if focus else "truth_rest"
    batches = [
        [_batch(stream(seed, name, 100 * replicate + landmark), n, landmark, plan, focus) for landmark in LANDMARKS]
        for replicate in range(REPLICATES)
    ]
    return [_total(each) for each in batches]


def _total(parts: list[Sums]) -> Sums:
    return Sums(*[sum(values[1:], values[0]) for values in zip(*parts, strict=True)])


def _named(parts: list[Sums], ending: str) -> dict[str, tuple[float, float]]:
    """Key to value and standard error, the latter by leaving out one replicate at a time (jackknife)."""
    whole = _estimands(_total(parts), ending)
    others = [_estimands(_total(parts[:i] + parts[i + 1 :]), ending) for i in range(len(parts))]
    spread = np.sqrt(len(parts) - 1) * np.std([list(each.values()) for each in others], axis=0)
    return {f"{CASE}.{name}": (value, float(error)) for (name, value), error in zip(whole.items(), spread, strict=True)}


def _estimands(of: Sums, ending: str) -> dict[str, float]:
    extra = 100 * of.extra / of.weight
    values = {f"{name}{ending}": float(value) for name, value in zip(OUTCOMES, extra, strict=True)}
    values[f"odds_ratio{ending}"] = float(np.exp(conditional_log_odds(of.cells)))
    values[f"premium_ratio{ending}"] = float(np.exp(of.log_ratio / of.log_ratio_weight))
    return values if ending else values | {"letter_odds_ratio": float(np.exp(conditional_log_odds(of.letter)))}


def planted(plan: Plan = Plan()) -> dict[str, float]:  # noqa: B008 - an immutable NamedTuple
    """The planted values, from the committed file if that plan is stored, else simulated anew.

    The unexposed life has no visit in the landmark quarter and takes its natural course afterwards. All values are
    means over first visitors of the landmarks 2021Q3 to 2024Q2 within reach, aged 50 to 66 (`_rest`: any other age).

    Returns:
        `extra_proposals`, `extra_sales`, `extra_policies`: customers per 100 first visitors who would not otherwise
        have had a savings proposal, a savings policy, a big policy in the 365 days after the day of the visit, of those
        without an open proposal on that day.
        `extra_fyp_yuan`: first-year premium of savings policies, yuan per 100 of the same, in those days.
        `odds_ratio`: odds that a savings proposal of the four quarters after that of the visit becomes a big policy,
        with over without the visit, at equal wealth, skill tier and certification. `premium_ratio`: annual premium of a
        savings policy sold after the visit over what the same policy would have cost without any (geometric mean).
        `letter_odds_ratio`: as `odds_ratio`, of the qualification letter if everybody were given it, over nobody; what
        differs from 1 comes through the visits that the letter brings.
        `negative_control`: extra big policies per 100 who travel; nothing depends on travel days, so 0 exactly.
        `placebo_date`: what a visit does in the year before it: 0 exactly.
        `*_rest`: not exactly 0 or 1, because some turn 50 within the year, and who has been there comes less often.
    """
    stored = json.loads(DEFAULT_FILE.read_text(encoding="utf-8"))
    on = plan.switches
    changed = on.agent_spread or on.visits_after_proposals or on.closing_visits
    is_default = plan.truth._asdict() == stored["truth"] and not changed
    return dict(stored["planted"]) if is_default else simulated(plan, MOVED_DRAWS)[0]
