"""Table `activity`: the calendar of engagement activities of each branch, made whole.

Community visits are held twice a week at the three branches with a community, from the programme's start;
travel days on Saturdays, other kinds every other week, at every branch.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from cvc_helpers.contract import tables
from cvc_helpers.synthetic.arrow import Ints, canonical, codes, dates, ids, named
from cvc_helpers.synthetic.org import branch_code
from cvc_helpers.synthetic.places import BRANCHES
from cvc_helpers.synthetic.seasons import PANEL_END, PANEL_START, PROGRAMME_QUARTER, QUARTER_START
from cvc_helpers.synthetic.service import COMMUNITY, IDS, LECTURE, TRAVEL

KINDS = [value.code for value in tables()["activity"].column("kind").values]
SHOWS = {"community_visit": COMMUNITY, "travel_day": TRAVEL, "health_lecture": LECTURE}
"""Service that an activity of the kind shows."""
ID_BASE = 99 * 10**6
HOSTS = len([branch for branch in BRANCHES if branch.in_reach])


@cache
def slots_of(kind: str) -> Ints:
    """Days on which a branch holds activities of the kind, ascending."""
    days: Ints = np.arange(PANEL_START, PANEL_END + 1)
    weekday = (days + 3) % 7
    if kind == "community_visit":
        begun = days >= QUARTER_START[PROGRAMME_QUARTER]
        return np.extract(begun & ((weekday == 2) | (weekday == 5)), days)
    week = (days - PANEL_START) // 7
    if kind == "travel_day":
        return np.extract(weekday == 5, days)
    place = KINDS.index(kind)
    return np.extract((weekday == (place + 3) % 7) & (week % 2 == place % 2), days)


def _branches(kind: str) -> int:
    return HOSTS if kind == "community_visit" else len(BRANCHES)


@cache
def first_of(kind: str) -> int:
    """Number of the first activity of the kind; kinds follow each other, in each the branches, in each the days."""
    before = KINDS[: KINDS.index(kind)]
    return sum(_branches(each) * len(slots_of(each)) for each in before)


def activity_number(kind: str, branch: Ints, slot: Ints) -> Ints:
    """Number of the activity of that kind, branch (host branch for the community) and slot, shape (n,)."""
    return first_of(kind) + branch * len(slots_of(kind)) + slot


def activity_ids(numbers: Ints) -> pa.Array:
    """Activity numbers as text: A99 and six digits."""
    return ids("A", numbers, base=ID_BASE)


def whole(_world: Any = None) -> pa.Table:
    """The table `activity`, sorted by number."""
    counts = [_branches(kind) * len(slots_of(kind)) for kind in KINDS]
    kind = np.repeat(np.arange(len(KINDS)), counts)
    held = np.concatenate([np.tile(slots_of(each), _branches(each)) for each in KINDS])
    branch = np.concatenate([np.repeat(np.arange(_branches(each)), len(slots_of(each))) for each in KINDS])
    columns = {
        "activity_id": activity_ids(np.arange(len(kind))),
        "kind": codes("activity", "kind", kind),
        "service_id": named(IDS, np.array([SHOWS.get(each, -1) for each in KINDS])[kind]),
        "held_on": dates(held),
        "org_id": named([branch_code(b) for b in range(len(BRANCHES))], branch),
    }
    return canonical("activity", columns)
