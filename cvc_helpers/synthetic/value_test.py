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
from cvc_helpers.synthetic.records import Chunk, People, World
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


class ValueTruth(NamedTuple):
    """What is planted.

    Attributes:
        tau: Standard deviation of the effects of group × theme, in standard deviations of the noise.
        precision: Share of the recognised who really belong, by group.
        missed: Share of the unrecognised who belong to a group of their branch all the same.
        demographic: Effect of one standard deviation of age, and of wealth, on the response.
        base: Log odds of converting with none of the three.
        part: Log odds ratio of each of useful, worthwhile, suitable.
        all_three: Log odds ratio of the three together, beyond the parts.
        confounder: Log odds ratio of wealth and force skill (standardised) for converting.
        answered: The same for finding a proposition useful, worthwhile, suitable.
    """

    tau: float = 0.75
    precision: tuple[float, ...] = (0.86, 0.78, 0.84, 0.76, 0.80, 0.82, 0.74)
    missed: float = 0.06
    demographic: float = 0.15
    base: float = -3.0
    part: float = 0.2
    all_three: float = 1.6
    confounder: float = 0.5
    answered: float = 0.8


TRUTH = ValueTruth()


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


def answers(rng: np.random.Generator, wealth: Ints, skill: Ints, truth: ValueTruth) -> tuple[Flags, Flags]:
    """Useful, worthwhile, suitable, shape (n, 3), and converted, shape (n,)."""
    z = standing(wealth, skill)
    parts = rng.random((len(z), 3)) < expit(truth.answered * z)[:, None]
    return parts, rng.random(len(z)) < chance(parts, z, truth)


def standing(wealth: Ints, skill: Ints) -> Floats:
    """Wealth and force skill in one standardised number, shape (n,): what confounds fit and conversion."""
    return np.asarray(((wealth - 2.33) / 1.18 + (skill - 2.9) / 1.2) / 1.6)


def chance(parts: Flags, z: Floats, truth: ValueTruth) -> Floats:
    """Chance to convert given the three answers, shape (n, 3), and standing, shape (n,)."""
    together = parts.all(axis=1)
    return np.asarray(
        expit(truth.base + truth.part * parts.sum(axis=1) + truth.all_three * together + truth.confounder * z)
    )


def response(rng: np.random.Generator, people: People, who: Ints, group: Ints, theme: Ints, truth: ValueTruth) -> Ints:
    """Response 0 to 100 of the customers `who`, really in `group`, to `theme`; shape (n,)."""
    age = (AGE_YEAR - people.birth_year[who] - 42) / 12
    wealth = (people.wealth[who] - 2.33) / 1.18
    effect = np.where(group == NONE, 0.0, cell_effects(truth)[group, theme])
    score = truth.demographic * (age + wealth) + effect + rng.standard_normal(len(who))
    return np.clip(np.rint(MIDDLE + SPREAD * score), 0, 100).astype(np.int64)


def chunk_rows(world: World, chunk: Chunk, truth: ValueTruth = TRUTH) -> pa.Table:
    """Rows of the table `value_test` for one chunk, sorted by customer."""
    people, rng = chunk.people, stream(world.seed, "value_test", chunk.part)
    group = np.where(incomplete(world.seed, chunk), NONE, matches(people))
    rate = np.array([QUOTA / rule.share for rule in SEGMENTS] + [TESTED_OTHERS])
    who = np.flatnonzero((rng.random(len(group)) < rate[group]) & (people.known < LAST_DAY))
    n, real = len(who), belongs(rng, group[who], people.place[who], truth)
    theme = rng.integers(0, THEMES, n)
    start = np.maximum(people.known[who] + 1, FIRST_DAY)
    parts, converted = answers(rng, people.wealth[who], people.skill[who], truth)
    columns = {
        "test_id": ids("V", chunk.part * RESERVED + np.arange(n), base=99 * 10**8),
        "customer_id": customer_ids(people.number[who]),
        "contacted_on": dates(start + (rng.random(n) * (LAST_DAY + 1 - start)).astype(np.int64)),
        "proposition": codes("value_test", "proposition", theme),
        "response": response(rng, people, who, real, theme, truth),
        **{name: parts[:, i] for i, name in enumerate(("is_useful", "is_worthwhile", "is_suitable"))},
        "is_converted": converted,
        "confirmed_group": named([rule.name for rule in SEGMENTS], real),
    }
    return canonical("value_test", columns)
