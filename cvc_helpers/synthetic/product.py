"""Table `product`: six lines by payment term, savings lines in three pricing generations, made whole."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from cvc_helpers.contract import tables
from cvc_helpers.synthetic.arrow import Ints, canonical, dates
from cvc_helpers.synthetic.seasons import day

LINES = [value.code for value in tables()["product"].column("line").values]
ACCIDENT, MEDICAL, CRITICAL_ILLNESS, WHOLE_LIFE, ANNUITY, CARE = range(6)
SAVINGS = (WHOLE_LIFE, ANNUITY)
TERMS = (1, 3, 5, 10, 20, 30)
SHORT = ("AC", "ME", "CI", "WL", "AN", "CA")
NAMES = ("岳安意外 Accident", "岳护医疗 Medical", "岳康重疾 Critical illness", "岳盈增额终身寿险 Whole life",
         "岳享年金 Annuity", "岳守护理 Long-term care")  # fmt: skip
SWITCHES = (day("2023-08-01"), day("2024-09-01"))
"""First days of the second and third pricing generation (3.5 → 3.0 → 2.5 %, DOMAIN §6)."""
MARGIN = {
    ACCIDENT: {1: 0.24},
    MEDICAL: {1: 0.16},
    CRITICAL_ILLNESS: {10: 0.52, 20: 0.62, 30: 0.68},
    WHOLE_LIFE: {1: 0.03, 3: 0.10, 5: 0.16, 10: 0.26, 20: 0.34},
    ANNUITY: {1: 0.04, 3: 0.11, 5: 0.17, 10: 0.28, 20: 0.34},
    CARE: {10: 0.40, 20: 0.46},
}
"""NBV margin on FYP by line and term (DOMAIN §10 rule 26)."""
OLDEST = {ACCIDENT: 80, MEDICAL: 65, CRITICAL_ILLNESS: 60, WHOLE_LIFE: 80, ANNUITY: 80, CARE: 65}
"""Oldest age at issue, whole years."""
LAUNCH = day("2020-01-01")


class Product(NamedTuple):
    """One product: line and term, its generation and its days on sale (-1: not withdrawn)."""

    line: int
    term: int
    generation: int
    launched: int
    withdrawn: int


def _generations(line: int, term: int) -> list[Product]:
    if line not in (WHOLE_LIFE, ANNUITY):
        return [Product(line, term, 0, LAUNCH, -1)]
    starts, ends = (LAUNCH, *SWITCHES), (*(switch - 1 for switch in SWITCHES), -1)
    return [Product(line, term, g, starts[g], ends[g]) for g in range(3)]


PRODUCTS = [product for line in MARGIN for term in MARGIN[line] for product in _generations(line, term)]
PRODUCT_IDS = [f"CY{SHORT[p.line]}{p.term:02d}{'ABC'[p.generation]}" for p in PRODUCTS]
LOOKUP: Ints = np.full((len(LINES), 31, 3), -1)
for _i, _p in enumerate(PRODUCTS):
    LOOKUP[_p.line, _p.term, _p.generation :] = _i


def product_index(line: Ints, term: Ints, days: Ints) -> Ints:
    """Index into `PRODUCTS` of the product of that line and term on sale on that day, shape (n,)."""
    return LOOKUP[line, term, np.searchsorted(SWITCHES, days, side="right")]


def whole(_world: Any = None) -> pa.Table:
    """The table `product`, sorted by code."""
    withdrawn = np.array([p.withdrawn for p in PRODUCTS])
    columns = {
        "product_id": PRODUCT_IDS,
        "name": [f"{NAMES[p.line]} {p.term}y {'ABC'[p.generation]}" for p in PRODUCTS],
        "line": [LINES[p.line] for p in PRODUCTS],
        "pay_term_years": [p.term for p in PRODUCTS],
        "nbv_margin": [MARGIN[p.line][p.term] for p in PRODUCTS],
        "max_issue_age": [OLDEST[p.line] for p in PRODUCTS],
        "launched_on": dates(np.array([p.launched for p in PRODUCTS])),
        "withdrawn_on": dates(withdrawn, missing=withdrawn < 0),
    }
    return canonical("product", columns).sort_by("product_id")
