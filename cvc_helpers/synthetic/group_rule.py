"""Table `group_rule`: the rules of the natural groups G1 to G7, one line a district, made whole (DOMAIN §8)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from cvc_helpers.synthetic.arrow import canonical, dates, ids
from cvc_helpers.synthetic.customer import AGE_YEAR, SEGMENTS
from cvc_helpers.synthetic.places import PLACES
from cvc_helpers.synthetic.seasons import day

DEFINED_ON = "2022-11-30"


def whole(_world: Any = None) -> pa.Table:
    """The table `group_rule`, one row a group and district."""
    rows = [(rule, PLACES[rule.place], district) for rule in SEGMENTS for district in rule.districts]
    columns = {
        "rule_id": ids("R", np.arange(len(rows)), base=99 * 10**4),
        "group_code": [rule.name for rule, _, _ in rows],
        "city": [place.city for _, place, _ in rows],
        "district": [place.districts[district] for _, place, district in rows],
        "occupation": [rule.occupation for rule, _, _ in rows],
        "birth_from": [AGE_YEAR - rule.ages[1] for rule, _, _ in rows],
        "birth_to": [AGE_YEAR - rule.ages[0] for rule, _, _ in rows],
        "household": [rule.household for rule, _, _ in rows],
        "defined_on": dates(np.full(len(rows), day(DEFINED_ON))),
    }
    return canonical("group_rule", columns)
