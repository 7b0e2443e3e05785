"""What every room of the methods may use: column names in, tidy table or estimate out, no word of the trade.

Each estimator can be called on any published table with its own column names.
"""

from __future__ import annotations

from collections.abc import Collection

from cvc_helpers.errors import CvcError

FEWEST_IN_CELL = 10
"""Fewest rows of a cell from which anything is said of it."""


def require_columns(available: Collection[str], needed: Collection[str], caller: str) -> None:
    """Refuse a table that lacks columns an estimator needs (E201)."""
    if missing := sorted(set(needed) - set(available)):
        raise CvcError("E201", caller=caller, missing=missing, available=sorted(available), first=missing[0])
