"""Table `customer`: prospects and buyers, their segment rules and the agent in charge, in chunks.

The natural segments G1 to G7 (DOMAIN §8) are rules on place, district, occupation, age and household; about
nine customers in ten belong to none. G8, the decoy, is no group: it is everybody with a travel entitlement.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from scipy.special import ndtr

from cvc_helpers.contract import tables
from cvc_helpers.synthetic.agent import CHANNEL_SHARES, PLACE_SHARES, agent_ids, pick
from cvc_helpers.synthetic.arrow import Flags, Floats, Ints, canonical, cents, codes, dates, ids, named
from cvc_helpers.synthetic.org import branch_code
from cvc_helpers.synthetic.places import BRANCHES, PLACES
from cvc_helpers.synthetic.records import Chunk, People, Seats, World
from cvc_helpers.synthetic.seasons import CHANNELS, PANEL_END, PANEL_START, QUARTER_END, QUARTER_START, QUARTERS
from cvc_helpers.synthetic.streams import stream

OCCUPATIONS = [value.code for value in tables()["customer"].column("occupation").values]
HOUSEHOLDS = [value.code for value in tables()["customer"].column("household").values]
WEALTH_SHARES = np.array([0.30, 0.30, 0.22, 0.13, 0.05])
WEALTH_BY_SKILL = 0.30
"""Correlation of a customer's latent wealth with the agent's skill tier (skilled agents have wealthier customers)."""
AGE_YEAR, AGE_MEAN, AGE_SD, AGE_MIN, AGE_MAX = 2022, 42.0, 12.0, 20, 73
KNOWN_BEFORE = 0.72
"""Share of customers known before the panel; the others arrive evenly over its quarters."""
SECOND_ID = 0.04
"""Share of customer numbers that are a second number of the person before (rule 14)."""
STAFF = 0.02
PORTFOLIO_SKEW = 1.2
"""Exponent that makes some portfolios larger than others, independent of skill."""
ID_BASE = 99 * 10**8
STAYS = PANEL_END
"""Last day with the agent of the beginning, for those who are not handed over: the panel's."""
INCOME_YUAN = (30_000, 80_000, 150_000, 300_000, 800_000, 3_000_000)
"""Limits of the yearly incomes of the five wealth bands, the lower one included."""
GENERIC_OCCUPATIONS = np.array([0.04, 0.07, 0.04, 0.05, 0.04, 0.12, 0.08, 0.26, 0.15, 0.09, 0.06])


class Segment(NamedTuple):
    """One natural segment: share of customers, place, districts, occupation, ages in 2022, household."""

    name: str
    share: float
    place: int
    districts: tuple[int, ...]
    occupation: str
    ages: tuple[int, int]
    household: str


SEGMENTS = (
    Segment("G1", 0.012, 0, (0, 1), "teacher", (55, 66), "couple"),
    Segment("G2", 0.012, 4, (0, 1, 2), "business_owner", (40, 58), "three_generations"),
    Segment("G3", 0.014, 8, (0,), "factory_manager", (38, 48), "school_age"),
    Segment("G4", 0.016, 12, (0, 1, 2), "software", (30, 40), "couple"),
    Segment("G5", 0.010, 16, (0, 1, 2), "trader", (35, 65), "three_generations"),
    Segment("G6", 0.018, 20, (0, 1, 2, 3), "state_enterprise", (55, 70), "children_elsewhere"),
    Segment("G7", 0.008, 13, (0, 1), "micro_owner", (35, 55), "school_age"),
)
SEGMENT_SHARES = np.array([*(s.share for s in SEGMENTS), 1 - sum(s.share for s in SEGMENTS)])
SEGMENT_CHANNEL = {5: CHANNELS.index("service_force"), 6: CHANNELS.index("bancassurance")}
"""G6 is served by the service force, G7 by a bank team; both are out of the community's reach."""


def wealth_bands(rng: np.random.Generator, skill: Ints) -> Ints:
    """Wealth band 1 to 5 given the agent's skill tier, shape (n,); margins near `WEALTH_SHARES`."""
    latent = WEALTH_BY_SKILL * (skill - 2.9) / 1.2 + np.sqrt(1 - WEALTH_BY_SKILL**2) * rng.standard_normal(len(skill))
    return 1 + pick(ndtr(latent), WEALTH_SHARES)


def active_quarters(u: Floats) -> Ints:
    """First quarter in which a customer known to the insurer can act, shape (n,), 0 to 17."""
    late = (u - KNOWN_BEFORE) / (1 - KNOWN_BEFORE)
    return np.where(u < KNOWN_BEFORE, 0, 1 + (late * (QUARTERS - 1)).astype(np.int64))


def ages(rng: np.random.Generator, n: int) -> Ints:
    """Whole-year ages in `AGE_YEAR` outside the segments, shape (n,)."""
    return np.clip(np.rint(rng.normal(AGE_MEAN, AGE_SD, n)), AGE_MIN, AGE_MAX).astype(np.int64)


def _households(rng: np.random.Generator, age: Ints) -> Ints:
    table = np.array([[0.45, 0.35, 0.15, 0.05, 0.0], [0.1, 0.2, 0.5, 0.2, 0.0], [0.1, 0.35, 0.05, 0.25, 0.25]])
    group = np.digitize(age, (32, 50))
    u, found = rng.random(len(age)), np.zeros(len(age), np.int64)
    for g in range(3):
        found[group == g] = pick(u[group == g], table[g])
    return found


def _in_segments(segment: Ints, generic: dict[str, Ints], u: Floats) -> dict[str, Ints]:
    drawn = {name: values.copy() for name, values in generic.items()}
    for g, rule in enumerate(SEGMENTS):
        rows = np.flatnonzero(segment == g)
        low, high = rule.ages
        drawn["place"][rows] = rule.place
        drawn["district"][rows] = np.array(rule.districts)[(u[rows] * len(rule.districts)).astype(int)]
        drawn["occupation"][rows] = OCCUPATIONS.index(rule.occupation)
        drawn["household"][rows] = HOUSEHOLDS.index(rule.household)
        drawn["age"][rows] = low + (u[rows] * 7919 % 1 * (high - low + 1)).astype(int)
        drawn["channel"][rows] = SEGMENT_CHANNEL.get(g, drawn["channel"][rows])
    return drawn


def _demographics(rng: np.random.Generator, n: int) -> dict[str, Ints]:
    age = ages(rng, n)
    generic = {
        "place": pick(rng.random(n), PLACE_SHARES),
        "district": rng.integers(0, 4, n),
        "age": age,
        "occupation": pick(rng.random(n), GENERIC_OCCUPATIONS),
        "household": _households(rng, age),
        "channel": pick(rng.random(n), CHANNEL_SHARES),
        "sex": (rng.random(n) > 0.58).astype(np.int64),
    }
    return _in_segments(pick(rng.random(n), SEGMENT_SHARES), generic, rng.random(n))


def _known_days(rng: np.random.Generator, quarter: Ints) -> Ints:
    u = rng.random(len(quarter))
    earlier = PANEL_START - 30 - (u * 8 * 365).astype(np.int64)
    before = np.maximum(quarter - 1, 0)
    later = QUARTER_START[before] + (u * (QUARTER_END[before] - QUARTER_START[before] + 1)).astype(np.int64)
    return np.where(quarter == 0, earlier, later)


def _source(rng: np.random.Generator, n: int) -> Ints:
    second = rng.random(n) < SECOND_ID
    second[0] = False
    second[1:] &= ~second[:-1]
    return np.arange(n) - second


def _seats(rng: np.random.Generator, of: Seats, pool: Ints) -> Ints:
    """The portfolio of each customer among those of his place and channel, shape (n,)."""
    return np.asarray(of.first[pool] + (rng.random(len(pool)) ** PORTFOLIO_SKEW * of.size[pool]).astype(np.int64))


def people(seed: int, of: Seats, chunk: int, start: int, n: int) -> People:
    """The customers of one chunk.

    Args:
        seed: Seed of the insurer.
        of: The portfolios from which each customer gets an agent in charge.
        chunk: Number of the chunk.
        start: Number of its first customer.
        n: Customers in it.
    """
    rng = stream(seed, "customer", chunk)
    drawn = _demographics(rng, n)
    seat = _seats(rng, of, drawn["place"] * len(CHANNELS) + drawn["channel"])
    wealth, source = wealth_bands(rng, of.skill[seat]), _source(rng, n)
    quarter = active_quarters(rng.random(n))
    same, seat = {name: values[source] for name, values in drawn.items()}, seat[source]
    return People(
        number=start + np.arange(n),
        person=start + source,
        **{name: same[name] for name in ("place", "district", "sex", "occupation", "household")},
        birth_year=AGE_YEAR - same["age"],
        wealth=wealth[source],
        known=_known_days(rng, quarter),
        quarter=quarter,
        seat=seat,
        skill=of.skill[seat],
        channel=of.channel[seat],
        certified=of.certified[seat],
        own=of.own[seat],
        inviting=of.inviting[seat],
        in_reach=np.array([BRANCHES[p.branch].in_reach for p in PLACES])[same["place"]],
        staff=(rng.random(n) < STAFF)[source],
        moved=np.full(n, STAYS),
        next_seat=seat,
    )


def customer_ids(numbers: Ints) -> pa.Array:
    """Customer numbers as text: C99 and eight digits."""
    return ids("C", numbers, base=ID_BASE)


def incomes(rng: np.random.Generator, wealth: Ints) -> Ints:
    """Yearly incomes in whole thousands of yuan, evenly spread (in logs) within the limits of the band, shape (n,)."""
    low, high = np.array(INCOME_YUAN)[wealth - 1], np.array(INCOME_YUAN)[wealth]
    return np.asarray(low * (high / low) ** rng.random(len(wealth)) // 1000 * 1000, np.int64)


def recorded_wealth(world: World, chunk: Chunk) -> dict[str, Any]:
    """Wealth as the table has it: the band, a coarse one, with gaps, or yearly income in its place."""
    on, wealth = world.plan.switches, chunk.people.wealth
    if on.income:
        rng = stream(world.seed, "switch_income", chunk.part)
        return {"wealth_band": pa.nulls(len(wealth)), "income_cents": cents(incomes(rng, wealth))}
    gap = stream(world.seed, "switch_wealth_missing", chunk.part).random(len(wealth)) < on.wealth_missing
    band = np.where(wealth <= 3, 2, 4) if on.wealth_two_bands else wealth
    return {"wealth_band": pa.array(band, mask=gap)}


def on_file(world: World, chunk: Chunk) -> Flags:
    """Customers who are in the table, shape (n,): all, unless some who never had a proposal nor bought are left out."""
    on, made, n = world.plan.switches, chunk.life.intents, len(chunk.people.number)
    known, guest = np.zeros(n, bool), np.zeros(n, bool)
    known[made.who[made.sold | made.has_proposal]] = True
    guest[chunk.life.visit_who] = True
    share = on.missing_prospects + on.missing_guests * guest
    return np.asarray(known | (stream(world.seed, "switch_missing_prospects", chunk.part).random(n) >= share))


def chunk_rows(world: World, chunk: Chunk) -> pa.Table:
    """Rows of the table `customer` for one chunk, sorted by number; a few attributes are missing."""
    of, rng = chunk.people, stream(world.seed, "customer_gaps", chunk.part)
    gap = rng.random(len(of.number)) < 0.01
    place_branch = np.array([p.branch for p in PLACES])[of.place]
    districts = [district for place in PLACES for district in place.districts]
    columns = {
        "customer_id": customer_ids(of.number),
        "person_id": ids("N", of.person, base=ID_BASE),
        "branch_id": named([branch_code(b) for b in range(len(BRANCHES))], place_branch),
        "city": named([p.city for p in PLACES], of.place),
        "district": named(districts, np.where(gap, -1, of.place * 4 + of.district)),
        "sex": codes("customer", "sex", of.sex),
        "birth_year": of.birth_year,
        "occupation": codes("customer", "occupation", np.where(np.roll(gap, 1), -1, of.occupation)),
        "household": codes("customer", "household", np.where(np.roll(gap, 2), -1, of.household)),
        **recorded_wealth(world, chunk),
        "known_from": dates(of.known),
        "agent_id": agent_ids(np.where(of.moved < STAYS, of.next_seat, of.seat)),
        "is_staff": of.staff,
    }
    return canonical("customer", columns).filter(pa.array(on_file(world, chunk)))
