"""Table `policy`: what was sold, by whom, and how it ended, in chunks.

A policy is an orphan when its selling agent has left; the agent in charge of the customer services it. A few
test policies of one yuan stand under the dummy agent 99999999 (rule 22).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cvc_helpers.synthetic.agent import DUMMY, HIRES_PER_SEAT, agent_ids, seller
from cvc_helpers.synthetic.arrow import Flags, Floats, Ints, blanked, canonical, cents, codes, dates, ids, named
from cvc_helpers.synthetic.customer import customer_ids
from cvc_helpers.synthetic.life import annual_yuan
from cvc_helpers.synthetic.org import unit_below
from cvc_helpers.synthetic.places import PLACES
from cvc_helpers.synthetic.product import ACCIDENT, LINES, MARGIN, MEDICAL, PRODUCT_IDS, product_index
from cvc_helpers.synthetic.proposal import proposal_ids
from cvc_helpers.synthetic.records import Chunk, Ends, Grants, Life, People, Sales, World
from cvc_helpers.synthetic.seasons import BANCA, PANEL_END
from cvc_helpers.synthetic.streams import stream

RESERVED = 150_000
"""Policy serials kept for each chunk of customers."""
TESTS = 6
"""Test policies, all in the first chunk."""
FREE_LOOK, FREE_LOOK_DAYS = 0.02, 15
SELF_INSURED = 0.045
"""Share of self- or mutually insured policies beside those of staff."""
YEARLY_LAPSE = np.array([0.088, 0.075, 0.035, 0.028, 0.025])
"""Chance of lapse or surrender at the 1st to 5th anniversary, before the hazard ratios (P22)."""
SINGLE_SURRENDER = 0.03
RATIO_ORPHAN, RATIO_BANCA_SINGLE, RATIO_SELF, RATIO_SERVICE = 1.6, 0.8, 2.5, 0.85
"""Hazard ratios (DOMAIN §6); the last for policies with an activated entitlement."""
RENEWED = 0.72
"""Chance that a one-year policy is renewed."""
DEATHS = 0.0015
INFORCE, LAPSED, SURRENDERED, CANCELLED, CLAIMED, MATURED = range(6)
COMMISSION = {1: 0.03, 3: 0.10, 5: 0.16, 10: 0.25, 20: 0.32, 30: 0.35}
"""First-year commission as a share of premium by payment term; one-year protection 0.20."""


def _short_stay(world: World, rng: np.random.Generator, place: Ints, days: Ints) -> Ints:
    """A hire of the panel in the same sub-branch if one drawn at random is there on that day, else -1."""
    of = world.agents
    first = len(world.seats.place) + int((world.seats.predecessor >= 0).sum())
    pools = of.place[first : len(of.person)][: int(len(world.seats.place) * HIRES_PER_SEAT)]
    start = np.searchsorted(pools, np.arange(len(PLACES) + 1))
    size = np.maximum(start[place + 1] - start[place], 1)
    chosen = np.minimum(first + start[place] + (rng.random(len(place)) * size).astype(np.int64), len(of.hire) - 1)
    there = (of.hire[chosen] <= days) & ((of.leave[chosen] < 0) | (of.leave[chosen] > days))
    return np.where(there, chosen, -1)


def sales(world: World, people: People, lived: Life, chunk: int) -> Sales:
    """The policies sold to the customers of one chunk."""
    made, rng = lived.intents, stream(world.seed, "policy", chunk)
    of = np.flatnonzero(made.sold)
    who, day, line = made.who[of], made.day[of], made.line[of]
    agent = seller(world, people, who, made.proposed[of])
    hired = _short_stay(world, rng, people.place[who], day)
    protection = (people.channel[who] == 0) & ((line == ACCIDENT) | (line == MEDICAL))
    agent = np.where(protection & (hired >= 0), hired, agent)
    mutual = rng.random(len(of)) < SELF_INSURED
    return Sales(
        of=of,
        who=who,
        serial=chunk * RESERVED + np.arange(len(of)),
        issue=day,
        line=line,
        term=made.term[of],
        yuan=annual_yuan(made)[of],
        agent=agent,
        servicing=seller(world, people, who, np.full(len(who), PANEL_END)),
        self_insured=mutual | people.staff[who],
        cancelled=rng.random(len(of)) < FREE_LOOK,
    )


def _hazard_ratio(world: World, people: People, of: Sales, active: Flags) -> Floats:
    left = world.agents.leave[of.agent]
    orphan = (left >= 0) & (left < of.issue + 365)
    banca_single = (people.channel[of.who] == BANCA) & (of.term == 1)
    pairs = (
        (orphan, RATIO_ORPHAN),
        (banca_single, RATIO_BANCA_SINGLE),
        (of.self_insured, RATIO_SELF),
        (active, RATIO_SERVICE),
    )
    return np.asarray(np.prod([np.where(flag, ratio, 1.0) for flag, ratio in pairs], axis=0))


def ends(world: World, people: People, of: Sales, grants: Grants, chunk: int) -> Ends:
    """How the policies of one chunk stand on the last day of the panel."""
    rng, n = stream(world.seed, "policy_end", chunk), len(of.of)
    active = np.zeros(n, bool)
    active[grants.sale[(grants.activated >= 0) & (grants.activated < of.issue[grants.sale] + 365)]] = True
    ratio = _hazard_ratio(world, people, of, active)
    status, day = np.full(n, INFORCE), np.full(n, -1)
    short = (of.line == ACCIDENT) | (of.line == MEDICAL)
    for year, base in enumerate(YEARLY_LAPSE, start=1):
        chance = np.where(of.term == 1, SINGLE_SURRENDER, base) * ratio
        chance = np.where(short, 1 - RENEWED, np.where(year >= of.term, np.minimum(chance, SINGLE_SURRENDER), chance))
        leaves = (day < 0) & (rng.random(n) < chance)
        how = np.where(short, MATURED, np.where((of.term == 1) | (rng.random(n) < 0.45), SURRENDERED, LAPSED))
        status = np.where(leaves, how, status)
        wait = np.where(short, 0, rng.integers(0, 26, n))
        day = np.where(leaves, of.issue + 365 * year + wait, day)
    died = (rng.random(n) < DEATHS) & (day < 0)
    status, day = np.where(died, CLAIMED, status), np.where(died, of.issue + rng.integers(30, 900, n), day)
    status = np.where(of.cancelled, CANCELLED, status)
    day = np.where(of.cancelled, of.issue + rng.integers(1, FREE_LOOK_DAYS + 1, n), day)
    still = day > PANEL_END
    return Ends(np.where(still, INFORCE, status), np.where(still, -1, day))


def policy_ids(of: Sales, rows: Ints | None = None) -> pa.Array:
    """Policy numbers as text: P99, year of issue and eight digits."""
    serial, issue = (of.serial, of.issue) if rows is None else (of.serial[rows], of.issue[rows])
    year = 1970 + issue.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    return ids("P", year * 10**8 + serial + 1, base=99 * 10**12)


def _units(people: People, of: Sales) -> pa.Array:
    kind = np.where(people.channel[of.who] == BANCA, 1, 0)
    names = [unit_below(p, k, i) for p in range(len(PLACES)) for k in ("outlet", "bank_team") for i in range(4)]
    return named(names, people.place[of.who] * 8 + kind * 4 + people.seat[of.who] % 4)


def _commission(of: Sales) -> Floats:
    rate = np.array([COMMISSION.get(term, 0.0) for term in range(31)])[of.term]
    return np.where((of.line == ACCIDENT) | (of.line == MEDICAL), 0.20, rate) * of.yuan


def chunk_rows(world: World, chunk: Chunk) -> pa.Table:
    """Rows of the table `policy` for one chunk, sorted by customer and day of issue."""
    of, made, people = chunk.sales, chunk.life.intents, chunk.people
    rng, n = stream(world.seed, "policy_gaps", chunk.part), len(of.of)
    number = people.number[of.who]
    columns = {
        "policy_id": policy_ids(of),
        "application_id": blanked(ids("T", of.serial, base=99 * 10**10), rng.random(n) < 0.02),
        "proposal_id": blanked(proposal_ids(chunk.part, made)[0].take(pa.array(of.of)), ~made.has_proposal[of.of]),
        "customer_id": customer_ids(number),
        "insured_id": blanked(customer_ids(number), rng.random(n) < 0.12),
        "org_id": _units(people, of),
        "channel": codes("policy", "channel", people.channel[of.who]),
        "agent_id": agent_ids(of.agent),
        "servicing_agent_id": agent_ids(of.servicing),
        "product_id": named(PRODUCT_IDS, product_index(of.line, of.term, of.issue)),
        "issue_date": dates(of.issue),
        "effective_date": dates(of.issue + 1),
        "pay_term_years": of.term,
        "annual_premium_cents": cents(of.yuan),
        "commission_cents": cents(_commission(of)),
        "status": codes("policy", "status", chunk.ends.status),
        "end_date": dates(chunk.ends.day, missing=chunk.ends.day < 0),
        "is_self_insured": of.self_insured,
    }
    rows = canonical("policy", columns)
    return pa.concat_tables([_tests(rows), rows]) if chunk.part == 0 else rows


def _tests(rows: pa.Table) -> pa.Table:
    """Test policies of one yuan under the dummy agent, made from the first rows of the chunk."""
    some = rows.slice(0, TESTS)
    changed = {
        "policy_id": ids("P", np.arange(TESTS) + 99_999_990, base=99 * 10**12 + 2021 * 10**8),
        "application_id": pa.nulls(TESTS, pa.string()),
        "proposal_id": pa.nulls(TESTS, pa.string()),
        "agent_id": pa.array([str(DUMMY)] * TESTS),
        "product_id": pa.array([PRODUCT_IDS[0]] * TESTS),
        "pay_term_years": pa.array([1] * TESTS, pa.int64()),
        "annual_premium_cents": pa.array([100] * TESTS, pa.int64()),
        "commission_cents": pa.array([0] * TESTS, pa.int64()),
    }
    arrays = [changed.get(name, some[name].combine_chunks()) for name in rows.schema.names]
    return pa.table(arrays, schema=rows.schema)


assert len(LINES) == len(MARGIN)
