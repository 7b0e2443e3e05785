"""Table `value_test`: tests of value propositions, in chunks, with what is planted in them.

About as many of each natural group are tested as of the others, so that three tests in ten meet a group although
nine customers in ten belong to none. The proposition is drawn by lot.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from scipy.special import expit

from cvc_helpers.synthetic.arrow import Flags, Floats, Ints, canonical, codes, dates, ids, named
from cvc_helpers.synthetic.customer import AGE_YEAR, HOUSEHOLDS, OCCUPATIONS, SEGMENTS, customer_ids
from cvc_helpers.synthetic.places import PLACES
from cvc_helpers.synthetic.records import Chunk, People, ValueTruth, World
from cvc_helpers.synthetic.seasons import PANEL_END, day
from cvc_helpers.synthetic.streams import stream
from cvc_helpers.vocabulary import DOMAINS

RESERVED = 100_000
"""Test serials kept for each chunk of customers."""
QUOTA = 0.0027
"""Tested members of each group, as a share of all customers: about 400 of 150,000."""
TESTED_OTHERS = 0.048
FIRST_DAY, LAST_DAY = day("2023-01-01"), PANEL_END - 90
NONE = -1
GAPS = 0.01
"""Share of customers who lack a field, as in `customer.chunk_rows`."""
THEMES = len(DOMAINS)
REPEATS = 3
"""Tests of a customer who is tested repeatedly, if that is switched on."""
CUSTOMER_SPREAD = 0.7
"""Standard deviation of a customer's own level then: of the response in those of the noise, else in log odds."""
MIDDLE, SPREAD = 50.0, 15.0
"""Points of the response scale at no effect, and points per standard deviation of the noise."""
AFFINITY = (
    {"elder_care": 3, "nursing": 1},
    {"wealth": 3, "education": 1},
    {"education": 3, "health": 1},
    {"medical": 3, "health": 1},
    {"wealth": 2, "medical": 2},
    {"nursing": 3, "elder_care": 1},
    {"health": 3, "wealth": 1},
)
"""What moves each group, in the order of `SEGMENTS`; centred and scaled to `tau` before use."""


TRUTH = ValueTruth()


class Levels(NamedTuple):
    """Levels of a test's customer and agent, shape (n,): of the three criteria and of converting in log odds, of the
    response in standard deviations of the noise; zero unless switched on."""

    criteria: Floats
    converting: Floats
    response: Floats


def cell_effects(truth: ValueTruth = TRUTH) -> Floats:
    """Effect of each theme on each group, shape (7, 6), in standard deviations of the noise; rows and columns sum to 0.

    Their sum of squares over cells − 1 is `tau` squared, which is what a one-way analysis estimates.
    """
    raw = np.array([[row.get(term.key, 0) for term in DOMAINS] for row in AFFINITY], float)
    centred = raw - raw.mean(axis=0) - raw.mean(axis=1, keepdims=True) + raw.mean()
    return np.asarray(centred * truth.tau / np.sqrt((centred**2).sum() / (centred.size - 1)))


def incomplete(seed: int, chunk: Chunk) -> Flags:
    """Customers whose record lacks district, occupation or household, shape (n,): no rule can name them.

    The gaps are those that `customer.chunk_rows` draws from its stream; a test holds the two together.
    """
    gap = stream(seed, "customer_gaps", chunk.part).random(len(chunk.people.number)) < GAPS
    return np.asarray(gap | np.roll(gap, 1) | np.roll(gap, 2))


def matches(people: People) -> Ints:
    """Group whose rule each customer meets, shape (n,), as index into `SEGMENTS`; -1 for none."""
    found = np.full(len(people.number), NONE)
    age = AGE_YEAR - people.birth_year
    for g, rule in enumerate(SEGMENTS):
        low, high = rule.ages
        place = (people.place == rule.place) & np.isin(people.district, rule.districts)
        life = (people.occupation == OCCUPATIONS.index(rule.occupation)) & (age >= low) & (age <= high)
        found[place & life & (people.household == HOUSEHOLDS.index(rule.household))] = g
    return found


def belongs(rng: np.random.Generator, recognised: Ints, place: Ints, truth: ValueTruth) -> Ints:
    """Group to which each tested customer really belongs, shape (n,): some recognised do not, some others do."""
    u, pick = rng.random((2, len(recognised)))
    branch = np.array([spot.branch for spot in PLACES])
    home, near = branch[[rule.place for rule in SEGMENTS]], np.full(len(recognised), NONE)
    for b in np.unique(home):
        groups, mine = np.flatnonzero(home == b), branch[place] == b
        near[mine] = groups[(pick[mine] * len(groups)).astype(int)]
    kept = np.where(u < np.array(truth.precision)[recognised], recognised, NONE)
    return np.where(recognised == NONE, np.where(u < truth.missed, near, NONE), kept)


def tested_again(world: World, who: Ints, part: int) -> Ints:
    """Tests of each tested customer, shape (n,): one, or `REPEATS` for the share that is switched on."""
    again = stream(world.seed, "switch_repeated_tests", part).random(len(who)) < world.plan.switches.repeated_tests
    return np.where(again, REPEATS, 1)


def levels(world: World, people: People, who: Ints, theme: Ints, part: int) -> Levels:
    """Levels of the customers and agents of the tests of `who` with `theme`."""
    on, n = world.plan.switches, len(people.number)
    customer = CUSTOMER_SPREAD if on.repeated_tests else 0.0
    own = customer * stream(world.seed, "switch_repeated_tests_level", part).standard_normal((3, n))[:, who]
    drawn = stream(world.seed, "switch_agent_answers").standard_normal((2 + THEMES, len(world.seats.skill)))
    agent = on.agent_answers * drawn[:, people.seat[who]]
    return Levels(own[0] + agent[0], own[1] + agent[1], own[2] + agent[2 + theme, np.arange(len(who))])


def answers(
    rng: np.random.Generator, wealth: Ints, skill: Ints, level: Levels, truth: ValueTruth
) -> tuple[Flags, Flags]:
    """Useful, worthwhile, suitable, shape (n, 3), and converted, shape (n,)."""
    z = standing(wealth, skill)
    parts = rng.random((len(z), 3)) < expit(truth.answered * z + level.criteria)[:, None]
    return parts, rng.random(len(z)) < chance(parts, z, truth, level.converting)


def standing(wealth: Ints, skill: Ints) -> Floats:
    """Wealth and force skill in one standardised number, shape (n,): what confounds fit and conversion."""
    return np.asarray(((wealth - 2.33) / 1.18 + (skill - 2.9) / 1.2) / 1.6)


def chance(parts: Flags, z: Floats, truth: ValueTruth, level: Floats | float = 0.0) -> Floats:
    """Chance to convert given the three answers, shape (n, 3), standing and the log odds of the level, shape (n,)."""
    together = parts.all(axis=1)
    return np.asarray(
        expit(truth.base + truth.part * parts.sum(axis=1) + truth.all_three * together + truth.confounder * z + level)
    )


def response(
    rng: np.random.Generator, people: People, who: Ints, group: Ints, theme: Ints, level: Floats, truth: ValueTruth
) -> Ints:
    """Response 0 to 100 of the customers `who`, really in `group`, to `theme`; shape (n,)."""
    age = (AGE_YEAR - people.birth_year[who] - 42) / 12
    wealth = (people.wealth[who] - 2.33) / 1.18
    effect = np.where(group == NONE, 0.0, cell_effects(truth)[group, theme])
    score = truth.demographic * (age + wealth) + effect + rng.standard_normal(len(who)) + level
    return np.clip(np.rint(MIDDLE + SPREAD * score), 0, 100).astype(np.int64)


def chunk_rows(world: World, chunk: Chunk) -> pa.Table:
    """Rows of the table `value_test` for one chunk, sorted by customer."""
    people, rng, truth = chunk.people, stream(world.seed, "value_test", chunk.part), world.plan.values
    group = np.where(incomplete(world.seed, chunk), NONE, matches(people))
    rate = np.array([QUOTA / rule.share for rule in SEGMENTS] + [TESTED_OTHERS])
    who = np.flatnonzero((rng.random(len(group)) < rate[group]) & (people.known < LAST_DAY))
    real, times = belongs(rng, group[who], people.place[who], truth), tested_again(world, who, chunk.part)
    who, real = np.repeat(who, times), np.repeat(real, times)
    n, theme = len(who), rng.integers(0, THEMES, len(who))
    level = levels(world, people, who, theme, chunk.part)
    start = np.maximum(people.known[who] + 1, FIRST_DAY)
    parts, converted = answers(rng, people.wealth[who], people.skill[who], level, truth)
    columns = {
        "test_id": ids("V", chunk.part * RESERVED + np.arange(n), base=99 * 10**8),
        "customer_id": customer_ids(people.number[who]),
        "contacted_on": dates(start + (rng.random(n) * (LAST_DAY + 1 - start)).astype(np.int64)),
        "proposition": codes("value_test", "proposition", theme),
        "response": response(rng, people, who, real, theme, level.response, truth),
        **{name: parts[:, i] for i, name in enumerate(("is_useful", "is_worthwhile", "is_suitable"))},
        "is_converted": converted,
        "confirmed_group": named([rule.name for rule in SEGMENTS], real),
    }
    return canonical("value_test", columns)
