"""What every room of the methods may use: column names in, tidy table or estimate out, no word of the trade.

Each estimator can be called on any published table with its own column names.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from cvc_helpers.errors import CvcError

FEWEST_IN_CELL = 10
"""Fewest rows of a cell from which anything is said of it."""
MOST_UNKNOWN, FEWEST_LEVELS = 0.05, 2
"""A confounder with more missing, or fewer values, makes nothing equal."""


def is_unknown(column: pd.Series) -> bool:
    """Whether a confounder holds too little to make anything equal: over a twentieth missing, or one value only."""
    return bool(column.isna().mean() > MOST_UNKNOWN or column.nunique() < FEWEST_LEVELS)


def require_columns(available: Collection[str], needed: Collection[str], caller: str) -> None:
    """Refuse a table that lacks columns an estimator needs (E201)."""
    if missing := sorted(set(needed) - set(available)):
        raise CvcError("E201", caller=caller, missing=missing, available=sorted(available), first=missing[0])
