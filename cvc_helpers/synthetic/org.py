"""Table `org`: head office, branches, sub-branches, outlets, agency offices and bank teams, made whole."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from cvc_helpers.synthetic.arrow import canonical, dates
from cvc_helpers.synthetic.places import BRANCHES, PLACES, PLACES_EACH
from cvc_helpers.synthetic.seasons import day

HEAD_OFFICE = "86"
OUTLETS = 4
OFFICES = 2
TEAMS = 2
UNITS_BELOW = OUTLETS + OFFICES + TEAMS
"""Units below a sub-branch: outlets (codes 01-), agency offices (61-), bank teams (81-)."""


class Unit(NamedTuple):
    """One operating unit; `branch` is the index of its provincial branch, -1 for head office."""

    org_id: str
    name: str
    level: str
    parent: str
    branch: int
    city: str
    tier: int


def branch_code(branch: int) -> str:
    """Code of a provincial branch, e.g. `8631`."""
    return HEAD_OFFICE + BRANCHES[branch].province


def sub_branch_code(place: int) -> str:
    """Code of a sub-branch, e.g. `863101`."""
    return f"{branch_code(PLACES[place].branch)}{place % PLACES_EACH + 1:02d}"


def _below(place: int) -> list[Unit]:
    code, spot = sub_branch_code(place), PLACES[place]
    kinds = (
        ("outlet", "支公司", "Outlet", 1, OUTLETS),
        ("agency_office", "事务所", "Agency Office", 61, OFFICES),
        ("bank_team", "银行网点团队", "Bank Team", 81, TEAMS),
    )
    return [
        Unit(
            f"{code}{first + i:02d}",
            f"{spot.zh}第{i + 1}{zh} {spot.city} {en} {place % PLACES_EACH + 1}-{i + 1}",
            level,
            code,
            spot.branch,
            spot.city,
            spot.tier,
        )
        for level, zh, en, first, count in kinds
        for i in range(count)
    ]


def units() -> list[Unit]:
    """All operating units, parents before children in each branch."""
    found = [Unit(HEAD_OFFICE, "澄岳人寿总公司 Chengyue Life Head Office", "head_office", "", -1, "Shanghai", 1)]
    for b, branch in enumerate(BRANCHES):
        seat = PLACES[b * PLACES_EACH]
        name = f"{branch.zh}分公司 {branch.en} Branch"
        found.append(Unit(branch_code(b), name, "branch", HEAD_OFFICE, b, seat.city, seat.tier))
        for p in range(b * PLACES_EACH, (b + 1) * PLACES_EACH):
            spot = PLACES[p]
            name = f"{spot.zh}中心支公司 {spot.city} Sub-branch {p % PLACES_EACH + 1}"
            found.append(Unit(sub_branch_code(p), name, "sub_branch", branch_code(b), b, spot.city, spot.tier))
            found.extend(_below(p))
    return sorted(found)


def unit_below(place: int, kind: str, number: int) -> str:
    """Code of the `number`-th unit of a kind (`outlet`, `agency_office`, `bank_team`) in a sub-branch."""
    first, count = {"outlet": (1, OUTLETS), "agency_office": (61, OFFICES), "bank_team": (81, TEAMS)}[kind]
    return f"{sub_branch_code(place)}{first + number % count:02d}"


def whole(_world: Any = None) -> pa.Table:
    """The table `org`, one row per operating unit, sorted by code. Source: DOMAIN §2 (levels and codes)."""
    rows = units()
    reach = [u.branch >= 0 and BRANCHES[u.branch].in_reach for u in rows]
    opened = np.array([day("1998-06-01") + 97 * (i % 60) for i in range(len(rows))])
    columns = {
        "org_id": [u.org_id for u in rows],
        "name": [u.name for u in rows],
        "level": [u.level for u in rows],
        "parent_id": pa.array([u.parent or None for u in rows], pa.string()),
        "branch_id": pa.array([branch_code(u.branch) if u.branch >= 0 else None for u in rows], pa.string()),
        "city": [u.city for u in rows],
        "city_tier": [u.tier for u in rows],
        "community_in_reach": reach,
        "opened_on": dates(opened),
        "closed_on": pa.nulls(len(rows)),
    }
    return canonical("org", columns)
