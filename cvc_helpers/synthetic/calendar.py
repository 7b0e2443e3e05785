"""Table `calendar`: the panel's months, the regime in force and the FYP index, made whole (DOMAIN §6)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from cvc_helpers.synthetic.arrow import canonical, dates
from cvc_helpers.synthetic.seasons import MONTHS, monthly_index

SPECIAL = {
    "2022-12": "covid_wave",
    "2023-05": "rate_surge",
    "2023-06": "rate_surge",
    "2023-07": "rate_surge",
    "2023-08": "rate_slump",
    "2023-09": "rate_slump",
    "2023-10": "rate_slump",
    "2023-11": "expense_alignment",
    "2023-12": "expense_alignment",
    "2024-08": "rate_surge",
}
"""Months out of the yearly rhythm. Expense alignment began in August 2023, inside the slump."""


def _regime(month: np.datetime64) -> str:
    yearly = {"01": "opening", "02": "spring_festival", "03": "opening"}
    return SPECIAL.get(str(month), yearly.get(str(month)[-2:], "normal"))


def whole(_world: Any = None) -> pa.Table:
    """The table `calendar`, one row per month; `fyp_index` is the agency's, each full year scaled to 12."""
    index = monthly_index(0)
    for first in range(0, len(MONTHS) - 11, 12):
        index[first : first + 12] *= 12 / index[first : first + 12].sum()
    columns = {
        "month_start": dates(MONTHS.astype("datetime64[D]").astype(np.int64)),
        "regime": [_regime(month) for month in MONTHS],
        "fyp_index": index,
    }
    return canonical("calendar", columns)
