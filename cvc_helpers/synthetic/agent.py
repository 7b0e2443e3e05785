"""Table `agent`: portfolio holders, their predecessors, short-stay hires and re-hires, made whole.

A *seat* is a portfolio of customers with one holder today and sometimes a predecessor of the same skill who
handed it over: his policies are the orphans. Skill tiers are measured before 2021.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cvc_helpers.synthetic.arrow import Flags, Floats, Ints, blanked, canonical, codes, dates, ids
from cvc_helpers.synthetic.org import unit_below
from cvc_helpers.synthetic.places import BRANCHES, PLACES
from cvc_helpers.synthetic.records import Agents, People, Seats, Switches, World
from cvc_helpers.synthetic.seasons import CHANNELS, PANEL_END, PANEL_START, PROGRAMME_QUARTER, QUARTER_END, day
from cvc_helpers.synthetic.streams import stream

CUSTOMERS_PER_SEAT = 46
CHANNEL_SHARES = np.array([0.62, 0.10, 0.16, 0.06, 0.06])
"""Agency, service force, bancassurance, brokers, online."""
PLACE_SHARES = np.array([BRANCHES[p.branch].share * p.share for p in PLACES])
TIER_SHARES = np.array([0.14, 0.25, 0.30, 0.20, 0.11])
HIRES_PER_SEAT = 1.3
"""Agents hired in the panel, for each seat."""
STAY_SHAPE, STAY_SCALE = 0.8, 263.0
"""Weibull stay in days of those hires: 25 % are left after 13 months (P24)."""
HANDED_OVER = 0.36
"""Share of seats with a predecessor who left during the panel."""
REHIRED = 0.03
DUMMY = 99_999_999
NUMBER_BASE = 99_000_000
NEVER = 99
"""Quarter of certification of those never certified."""
CERTIFIED_QUARTERS = 11
"""Certification runs in quarterly batches from the programme's start to early 2024."""


def pick(u: Floats, shares: Floats) -> Ints:
    """Index by inverse distribution: `u` uniform, shape (n,); `shares` need not sum to one."""
    cumulative = np.cumsum(shares)
    return np.searchsorted(cumulative / cumulative[-1], u, side="right").clip(max=len(shares) - 1)


def certified_quarters(rng: np.random.Generator, skill: Ints, channel: Ints, in_reach: Flags) -> Ints:
    """First quarter at whose start each agent is certified for the community service, shape (n,)."""
    chance = np.where(in_reach, 0.30, 0.06) + 0.09 * (skill - 1) - np.where(channel >= 3, 0.15, 0.0)
    quarter = PROGRAMME_QUARTER + 1 + rng.integers(0, CERTIFIED_QUARTERS, len(skill))
    return np.where(rng.random(len(skill)) < chance, quarter, NEVER)


def own_factors(rng: np.random.Generator, n: int, of: Switches) -> tuple[Floats, Floats]:
    """Logs of what agents do of their own on savings proposals and on invitations, mean factor 1, shape (n,) each."""
    if not of.agent_spread:
        return np.zeros(n), np.zeros(n)
    own, other = rng.standard_normal((2, n))
    inviting = of.agent_inviting * own + np.sqrt(1 - of.agent_inviting**2) * other
    return of.agent_spread * own - of.agent_spread**2 / 2, of.agent_spread * inviting - of.agent_spread**2 / 2


def seats(seed: int, customers: int, switches: Switches = Switches()) -> Seats:  # noqa: B008 - an immutable NamedTuple
    """The portfolios of an insurer with that many customers; at least three in each place and channel."""
    rng = stream(seed, "agent")
    total = min(max(customers // CUSTOMERS_PER_SEAT, 600), 300_000)
    pools = np.outer(PLACE_SHARES, CHANNEL_SHARES).ravel()
    size = np.maximum(np.rint(total * pools / pools.sum()).astype(np.int64), 3)
    n = int(size.sum())
    pool = np.repeat(np.arange(len(size)), size)
    place, channel = pool // len(CHANNELS), pool % len(CHANNELS)
    skill = 1 + pick(rng.random(n), TIER_SHARES)
    reach = np.array([BRANCHES[p.branch].in_reach for p in PLACES])[place]
    certified = certified_quarters(rng, skill, channel, reach)
    handed = (rng.random(n) < HANDED_OVER) & (channel != CHANNELS.index("online"))
    handover = np.where(handed, rng.integers(PANEL_START + 60, PANEL_END - 60, n), PANEL_START - 1)
    predecessor = np.where(handed, n + np.cumsum(handed) - 1, -1)
    first = np.append(0, np.cumsum(size)[:-1])
    own = own_factors(stream(seed, "switch_agent_spread"), n, switches)
    return Seats(place, channel, skill, certified, predecessor, handover, first, size, *own)


def _certified_days(quarter: Ints) -> Ints:
    # the examination of a batch is held five days before the quarter begins
    return np.where(quarter < NEVER, QUARTER_END[np.minimum(quarter, 17) - 1] - 4, -1)


def _hired_before(rng: np.random.Generator, n: int) -> Ints:
    return PANEL_START - 30 - np.minimum(rng.exponential(6 * 365, n), 24 * 365).astype(np.int64)


def _knowledge(rng: np.random.Generator, skill: Ints, certified: Ints) -> Ints:
    level = 1.6 + 0.25 * skill + np.where(certified >= 0, 1.0, 0.0) + rng.normal(0, 0.8, len(skill))
    return np.clip(np.rint(level), 1, 5).astype(np.int64)


def _short_stays(rng: np.random.Generator, of: Seats) -> tuple[Ints, Ints, Ints, Ints]:
    n = int(len(of.place) * HIRES_PER_SEAT)
    place = np.sort(pick(rng.random(n), PLACE_SHARES))
    hire = rng.integers(PANEL_START, PANEL_END - 45, n)
    leave = hire + 5 + (STAY_SCALE * rng.weibull(STAY_SHAPE, n)).astype(np.int64)
    return place, hire, np.where(leave > PANEL_END, -1, leave), 1 + pick(rng.random(n), TIER_SHARES[::-1] ** 2)


def agents(seed: int, of: Seats) -> Agents:
    """All agent numbers: holders (same index as their seat), predecessors, short stays, re-hires' old numbers."""
    rng = stream(seed, "agent", 1)
    n, old = len(of.place), np.flatnonzero(of.predecessor >= 0)
    place, hire, leave, skill = _short_stays(rng, of)
    again = np.flatnonzero(rng.random(n) < REHIRED)
    hired = _hired_before(rng, n)
    out = hired[again] - rng.integers(60, 900, len(again))
    certified = _certified_days(of.certified)
    before = np.where(certified[old] <= of.handover[old], certified[old], -1)
    none = np.full(len(hire), -1)
    counts = np.arange(n + len(old) + len(hire))
    certified = np.concatenate([certified, before, none, np.full(len(again), -1)])
    skills = np.concatenate([of.skill, of.skill[old], skill, of.skill[again]])
    agency = np.zeros(len(hire), np.int64)
    return Agents(
        person=np.concatenate([counts, again]),
        channel=np.concatenate([of.channel, of.channel[old], agency, of.channel[again]]),
        place=np.concatenate([of.place, of.place[old], place, of.place[again]]),
        hire=np.concatenate([hired, _hired_before(rng, len(old)), hire, out - rng.integers(200, 1500, len(again))]),
        leave=np.concatenate([np.full(n, -1), of.handover[old], leave, out]),
        skill=skills,
        certified=certified,
        knowledge=_knowledge(rng, skills, certified),
    )


def seller(world: World, people: People, who: Ints, days: Ints) -> Ints:
    """Agent in charge of each customer on that day: the predecessor until the handover, then the holder."""
    seat = np.where(days > people.moved[who], people.next_seat[who], people.seat[who])
    earlier = days <= world.seats.handover[seat]
    return np.where(earlier, world.seats.predecessor[seat], seat)


def agent_ids(index: Ints) -> pa.Array:
    """Agent numbers as text (99 and six digits), missing where the index is negative."""
    return blanked(ids("", np.maximum(index, 0), base=NUMBER_BASE), index < 0)


def unit_ids(of: Agents) -> list[str]:
    """Code of each agent's unit: bank teams for bancassurance, agency offices for the best, else outlets."""
    number = np.arange(len(of.place)) % 4
    kind = np.where(
        of.channel == 2, "bank_team", np.where((of.channel == 0) & (of.skill == 5), "agency_office", "outlet")
    )
    names = {
        (p, k, i): unit_below(p, k, i)
        for p in range(len(PLACES))
        for k in ("bank_team", "agency_office", "outlet")
        for i in range(4)
    }
    spots = zip(of.place.tolist(), kind.tolist(), number.tolist(), strict=True)
    return [names[spot] for spot in spots]


def whole(world: World) -> pa.Table:
    """The table `agent`, sorted by number; the last row is the dummy agent of test policies."""
    of, rng = world.agents, stream(world.seed, "agent", 2)
    n = len(of.person)
    columns = {
        "agent_id": pa.concat_arrays([agent_ids(np.arange(n)), pa.array([str(DUMMY)])]),
        "person_id": pa.concat_arrays([ids("E", of.person, base=NUMBER_BASE), pa.array(["E99999999"])]),
        "channel": codes("agent", "channel", np.append(of.channel, 0)),
        "org_id": [*unit_ids(of), unit_below(0, "outlet", 0)],
        "sex": codes("agent", "sex", np.append((rng.random(n) > 0.62).astype(int), -1)),
        "education": codes("agent", "education", np.append(pick(rng.random(n), np.array([0.35, 0.4, 0.25])), -1)),
        "hire_date": dates(np.append(of.hire, day("2015-01-01"))),
        "leave_date": dates(np.append(of.leave, -1), missing=np.append(of.leave, -1) < 0),
        "skill_tier": pa.array(np.append(of.skill, 0), mask=np.append(np.zeros(n, bool), True)),
        "service_knowledge": pa.array(np.append(of.knowledge, 0), mask=np.append(np.zeros(n, bool), True)),
        "certified_on": dates(np.append(of.certified, -1), missing=np.append(of.certified, -1) < 0),
    }
    assert n <= DUMMY - NUMBER_BASE, "agent numbers have run out"
    return canonical("agent", columns)
