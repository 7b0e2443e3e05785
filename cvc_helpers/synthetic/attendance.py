"""Table `attendance`: customers' and agents' sign-ins at activities, in chunks; agents' own rows come first."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cvc_helpers.synthetic.activity import HOSTS, KINDS, activity_ids, activity_number, slots_of
from cvc_helpers.synthetic.agent import agent_ids, seller
from cvc_helpers.synthetic.arrow import Ints, blanked, canonical, codes, dates, ids
from cvc_helpers.synthetic.behaviour import courted
from cvc_helpers.synthetic.customer import customer_ids
from cvc_helpers.synthetic.life import traits
from cvc_helpers.synthetic.places import BRANCHES, PLACES
from cvc_helpers.synthetic.records import Chunk, World
from cvc_helpers.synthetic.seasons import PANEL_END, PANEL_START
from cvc_helpers.synthetic.streams import stream

ID_BASE = 99 * 10**9
AGENT_BASE = 98 * 10**9
OTHER_KINDS = ("product_talk", "salon", "health_lecture", "family_day", "thank_you")
OTHER_YEARLY = 0.14
"""Other activities a year of a customer at wealth band 3 and tier 3; no effect on anything."""
WALK_IN = 0.02
"""Share of sign-ins without a customer number, not at the community."""
AGENT_YEARLY = 2.5
"""Familiarisation visits and trainings a year of an active agent."""
AGENT_KINDS = ("community_visit", "product_talk")
RESERVED = 400_000
"""Sign-in serials kept for each chunk of customers."""
PLACE_BRANCH: Ints = np.array([place.branch for place in PLACES])
HOST: Ints = np.array([branch.host for branch in BRANCHES])
HELD = {kind: slots_of(kind) for kind in KINDS}


def _other(rng: np.random.Generator, chunk: Chunk) -> list[tuple[Ints, Ints, Ints, str]]:
    of, people = traits(chunk.people), chunk.people
    found: list[tuple[Ints, Ints, Ints, str]] = []
    for kind in OTHER_KINDS:
        held = HELD[kind]
        first = np.searchsorted(held, people.known, side="right")
        years = (PANEL_END - np.maximum(people.known, PANEL_START)) / 365
        counts = rng.poisson(OTHER_YEARLY / len(OTHER_KINDS) * np.sqrt(courted(of)) * years)
        who = np.repeat(np.arange(len(first)), np.where(first < len(held), counts, 0))
        slot = first[who] + (rng.random(len(who)) * (len(held) - first[who])).astype(np.int64)
        found.append((who, slot, PLACE_BRANCH[people.place[who]], kind))
    return found


def _customers(world: World, chunk: Chunk) -> pa.Table:
    rng, people, lived = stream(world.seed, "attendance", chunk.part), chunk.people, chunk.life
    home = PLACE_BRANCH[people.place]
    parts = [
        (lived.visit_who, lived.visit_slot, HOST[home[lived.visit_who]], "community_visit"),
        (lived.travel_who, lived.travel_slot, home[lived.travel_who], "travel_day"),
        *_other(rng, chunk),
    ]
    who = np.concatenate([part[0] for part in parts])
    day = np.concatenate([HELD[kind][slot] for _, slot, _, kind in parts])
    activity = np.concatenate([activity_number(kind, branch, slot) for _, slot, branch, kind in parts])
    walk_in = (rng.random(len(who)) < WALK_IN) & (np.arange(len(who)) >= len(lived.visit_who))
    order = np.lexsort((day, who))
    who, day, activity, walk_in = who[order], day[order], activity[order], walk_in[order]
    columns = {
        "attendance_id": ids("T", chunk.part * RESERVED + np.arange(len(who)), base=ID_BASE),
        "activity_id": activity_ids(activity),
        "party_kind": codes("attendance", "party_kind", np.zeros(len(who), int)),
        "party_id": blanked(customer_ids(people.number[who]), walk_in),
        "invited_by": blanked(agent_ids(seller(world, people, who, day)), rng.random(len(who)) < 0.05),
        "attended_on": dates(day),
    }
    return canonical("attendance", columns)


def _agents(world: World) -> pa.Table:
    rng, of = stream(world.seed, "attendance_agents"), world.agents
    first = np.maximum(of.hire, HELD["community_visit"][0])
    stop = np.where(of.leave < 0, PANEL_END, np.minimum(of.leave, PANEL_END))
    counts = rng.poisson(AGENT_YEARLY * np.maximum(stop - first, 0) / 365)
    who = np.repeat(np.arange(len(first)), counts)
    wanted = first[who] + (rng.random(len(who)) * (stop - first)[who]).astype(np.int64)
    talk, home = rng.random(len(who)) < 0.5, PLACE_BRANCH[of.place[who]]
    activity, day = np.zeros(len(who), np.int64), np.zeros(len(who), np.int64)
    for kind, rows in zip(AGENT_KINDS, (~talk, talk), strict=True):
        slot = np.clip(np.searchsorted(HELD[kind], wanted[rows], side="right") - 1, 0, None)
        branch = HOST[home[rows]] if kind == "community_visit" else home[rows]
        activity[rows], day[rows] = activity_number(kind, branch, slot), HELD[kind][slot]
    keep = np.flatnonzero(day >= of.hire[who])
    columns = {
        "attendance_id": ids("T", np.arange(len(keep)), base=AGENT_BASE),
        "activity_id": activity_ids(activity[keep]),
        "party_kind": codes("attendance", "party_kind", np.ones(len(keep), int)),
        "party_id": agent_ids(who[keep]),
        "invited_by": pa.nulls(len(keep), pa.string()),
        "attended_on": dates(day[keep]),
    }
    return canonical("attendance", columns)


def chunk_rows(world: World, chunk: Chunk) -> pa.Table:
    """Rows of the table `attendance` for one chunk, by customer and day; chunk 0 begins with all agents' rows."""
    rows = _customers(world, chunk)
    return pa.concat_tables([_agents(world), rows]) if chunk.part == 0 else rows


assert max(HOST) < HOSTS
