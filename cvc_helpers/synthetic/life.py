"""All quarters of one chunk of customers: visits, travel days, proposals and purchases with their dates."""

from __future__ import annotations

from typing import Any

import numpy as np

from cvc_helpers.synthetic.activity import slots_of
from cvc_helpers.synthetic.agent import pick
from cvc_helpers.synthetic.arrow import Flags, Floats, Ints
from cvc_helpers.synthetic.behaviour import (
    QUARTER_FACTOR,
    SOLD_BY_SKILL,
    SOLD_RATE,
    TRAVEL_RATE,
    after,
    ages_at,
    courted,
    drawn,
    intention,
    no_history,
    proposals,
    visits,
)
from cvc_helpers.synthetic.product import ACCIDENT, ANNUITY, CARE, CRITICAL_ILLNESS, MEDICAL, SAVINGS, WHOLE_LIFE
from cvc_helpers.synthetic.records import Intents, Life, People, Plan, Proposals, Traits
from cvc_helpers.synthetic.seasons import PANEL_END, QUARTER_END, QUARTER_START, QUARTERS, sale_days
from cvc_helpers.synthetic.streams import stream

PROTECTION_RATE = 0.064
"""Chance of a decision on a protection policy in a quarter, ages 36 to 49."""
PROTECTION_BY_AGE = np.array([1.15, 1.0, 0.8, 0.5])
PROTECTION_LINES = np.array([ACCIDENT, MEDICAL, CRITICAL_ILLNESS, CARE])
PROTECTION_MIX = np.array(
    [
        [0.38, 0.18, 0.42, 0.02],
        [0.35, 0.18, 0.43, 0.04],
        [0.46, 0.22, 0.24, 0.08],
        [0.66, 0.34, 0.0, 0.0],
        [1.0, 0.0, 0.0, 0.0],
    ]
)
"""Lines decided on at ages up to 35, 36-49, 50-60, 61-65 and above (rules 18 and 25)."""
PROTECTION_SIZE = {
    ACCIDENT: (420.0, 0.55),
    MEDICAL: (1_100.0, 0.60),
    CRITICAL_ILLNESS: (5_200.0, 0.75),
    CARE: (4_800.0, 0.70),
}
"""Median annual premium in yuan and log-sigma (DOMAIN §6)."""
LONG_TERMS = np.array([10, 20, 30])
LONG_TERM_SHARES = np.array([0.15, 0.65, 0.20])
RIDER_SHARE = {MEDICAL: 0.10, CRITICAL_ILLNESS: 0.65, CARE: 0.30, WHOLE_LIFE: 0.14, ANNUITY: 0.14}
TWO_RIDERS = 0.35
RIDER_MEDIAN_YUAN, RIDER_SIGMA, RIDER_CAP = 480.0, 0.5, 0.4
"""Riders cost at most 0.4 of the main coverage (rule 2)."""
CLOSING_DAYS = (20, 90)
"""Days from proposal to sale where a visit to the community closes it, if that is switched on."""
LAST_PROPOSAL = 5
"""A proposal comes at least five days before the quarter's end, so that a visit can still follow in the quarter."""


def annual_yuan(of: Intents) -> Floats:
    """Annual premium of all coverages in yuan, shape (m,)."""
    return of.yuan + of.riders * of.rider_yuan


def traits(of: People) -> Traits:
    """The drivers of behaviour among the columns of the customers."""
    return Traits(
        of.wealth, of.skill, of.birth_year, of.channel, of.certified, of.quarter, of.in_reach, of.own, of.inviting
    )


def _savings(quarter: int, made: Proposals) -> dict[str, Any]:
    return {
        "who": made.who,
        "quarter": np.full(len(made.who), quarter),
        "line": made.mix.line,
        "term": made.mix.term,
        "yuan": made.yuan,
        "sold": made.sold,
        "has_proposal": np.ones(len(made.who), bool),
    }


def _protection(rng: np.random.Generator, of: Traits, quarter: int) -> dict[str, Any]:
    age = ages_at(of, quarter)
    rate = PROTECTION_RATE * PROTECTION_BY_AGE[np.digitize(age, (36, 50, 67))]
    rate = rate * np.sqrt(QUARTER_FACTOR[of.channel, quarter]) * (of.known <= quarter)
    rate = rate * np.exp(0.08 * (of.wealth - 3) + 0.05 * (of.skill - 3))
    who = np.flatnonzero(rng.random(len(age), dtype=np.float32) < rate)
    n = len(who)
    cumulative = np.cumsum(PROTECTION_MIX, axis=1)[np.digitize(age[who], (36, 50, 61, 66))]
    place = (rng.random(n)[:, None] >= cumulative[:, :3]).sum(axis=1)
    line = PROTECTION_LINES[place]
    long = (line == CRITICAL_ILLNESS) | (line == CARE)
    term = np.where(long, LONG_TERMS[pick(rng.random(n), LONG_TERM_SHARES)], 1)
    term = np.where((line == CARE) & (term == 30), 20, term)
    size = np.array([PROTECTION_SIZE[int(each)] for each in PROTECTION_LINES])[place]
    log = size[:, 1] * rng.standard_normal(n) + 0.15 * (of.wealth[who] - 3)
    sold = (rng.random(n) < SOLD_RATE * np.exp(SOLD_BY_SKILL * (of.skill[who] - 3))) | ~long
    return {
        "who": who,
        "quarter": np.full(n, quarter),
        "line": line,
        "term": term,
        "yuan": np.maximum(np.rint(size[:, 0] * np.exp(log)), 60),
        "sold": sold,
        "has_proposal": long,
    }


def _riders(rng: np.random.Generator, line: Ints, yuan: Floats) -> tuple[Ints, Floats]:
    n = len(line)
    share = np.array([RIDER_SHARE.get(each, 0.0) for each in range(6)])[line]
    riders = np.where(rng.random(n) < share, 1 + (rng.random(n) < TWO_RIDERS), 0)
    each = np.minimum(RIDER_MEDIAN_YUAN * np.exp(RIDER_SIGMA * rng.standard_normal(n)), RIDER_CAP * yuan)
    return riders, np.rint(each)


def proposal_days(rng: np.random.Generator, channel: Ints, quarter: Ints) -> tuple[Ints, Ints]:
    """Day of sale (of the decision, if unsold) and day of the proposal, both in the quarter, shape (n,) each."""
    day = sale_days(channel, quarter, rng.random(len(quarter)))
    proposed = np.minimum(day - rng.integers(1, 21, len(quarter)), QUARTER_END[quarter] - LAST_PROPOSAL)
    return day, np.minimum(np.maximum(proposed, QUARTER_START[quarter]), day)


def _dated(rng: np.random.Generator, of: People, found: dict[str, Any]) -> Intents:
    day, proposed = proposal_days(rng, of.channel[found["who"]], found["quarter"])
    riders, rider_yuan = _riders(rng, found["line"], found["yuan"])
    found = {**found, "day": day, "proposed": proposed, "riders": riders, "rider_yuan": rider_yuan}
    order = np.lexsort((proposed, found["who"]))
    return Intents(**{name: values[order] for name, values in found.items()})


def _last_proposals(who: Ints, quarter: Ints, n: int, made: Intents) -> Ints:
    """Day of the last savings proposal of the customer in that quarter, 0 if there is none."""
    savings = np.isin(made.line, SAVINGS)
    last = np.zeros(n * QUARTERS, np.int64)
    np.maximum.at(last, made.who[savings] * QUARTERS + made.quarter[savings], made.proposed[savings])
    return np.asarray(last[who * QUARTERS + quarter])


def _slots(rng: np.random.Generator, kind: str, quarter: Ints, later_than: Ints | int = 0) -> Ints:
    """Slot of an activity in the quarter, later than a day of it if one is given."""
    held = slots_of(kind)
    first = np.searchsorted(held, np.maximum(later_than, QUARTER_START[quarter] - 1), side="right")
    stop = np.searchsorted(held, QUARTER_END[quarter], side="right")
    return np.asarray(first + (rng.random(len(quarter)) * (stop - first)).astype(np.int64))


def closing_days(rng: np.random.Generator, proposed: Ints, day: Ints, share: float) -> tuple[Ints, Flags]:
    """Day of sale where a share of the sales takes its time and is closed by a visit; which those are; (n,) each."""
    u = rng.random((2, len(day)))
    low, high = CLOSING_DAYS
    closed = (u[0] < share) & (proposed >= slots_of("community_visit")[0]) & (proposed + high <= PANEL_END)
    return np.where(closed, proposed + low + (u[1] * (high - low)).astype(np.int64), day), closed


def _closing_visits(
    rng: np.random.Generator, people: People, made: Intents, share: float
) -> tuple[Intents, Ints, Ints]:
    """The intents, some sold later; customer and slot of the visits between those proposals and their sale."""
    held, day = slots_of("community_visit"), made.day.copy()
    sales = np.flatnonzero(made.sold & np.isin(made.line, SAVINGS) & people.in_reach[made.who])
    day[sales], closed = closing_days(rng, made.proposed[sales], made.day[sales], share)
    taken = sales[closed]
    first = np.searchsorted(held, made.proposed[taken], side="right")
    stop = np.searchsorted(held, day[taken], side="left")
    slot = first + (rng.random(len(taken)) * (stop - first)).astype(np.int64)
    return made._replace(day=day), made.who[taken], slot


def life(seed: int, people: People, plan: Plan, chunk: int) -> Life:
    """Everything the customers of one chunk do, quarter by quarter.

    Args:
        seed: Seed of the insurer.
        people: The customers of the chunk.
        plan: What is planted, and what is switched on.
        chunk: Number of the chunk.
    """
    rng, other = stream(seed, "behaviour", chunk), stream(seed, "behaviour_other", chunk)
    of, n = traits(people), len(people.number)
    state, factor, rate = no_history(n), courted(of), intention(of)
    found: list[dict[str, Any]] = []
    went: list[Ints] = []
    travelled: list[Ints] = []
    for quarter in range(QUARTERS):
        u = drawn(rng, n)
        made = proposals(of, state, quarter, u, rate, plan.truth)
        visit = visits(of, state, quarter, u.visit, factor)
        state = after(of, state, quarter, visit, made)
        found += [_savings(quarter, made), _protection(other, of, quarter)]
        went.append(np.flatnonzero(visit))
        chance = TRAVEL_RATE * factor * (of.known <= quarter)
        travelled.append(np.flatnonzero(other.random(n, dtype=np.float32) < chance))
    intents = _dated(other, people, {name: np.concatenate([f[name] for f in found]) for name in found[0]})
    visit_who, visit_quarter = _stacked(went)
    travel_who, travel_quarter = _stacked(travelled)
    asked = _last_proposals(visit_who, visit_quarter, n, intents) if plan.switches.visits_after_proposals else 0
    slots = _slots(other, "community_visit", visit_quarter, asked)
    travel_slots = _slots(other, "travel_day", travel_quarter)
    switched = stream(seed, "switch_closing_visits", chunk)
    intents, who, slot = _closing_visits(switched, people, intents, plan.switches.closing_visits)
    return Life(intents, np.append(visit_who, who), np.append(slots, slot), travel_who, travel_slots)


def _stacked(each: list[Ints]) -> tuple[Ints, Ints]:
    quarter = np.repeat(np.arange(len(each)), [len(who) for who in each])
    return np.concatenate(each), quarter
