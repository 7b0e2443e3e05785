"""What every room of the methods may use: column names in, tidy table or estimate out, no word of the trade.

Each estimator can be called on any published table with its own column names.
"""

from __future__ import annotations

from cvc_helpers.estimators.checks import require_columns

__all__ = ["FEWEST_IN_CELL", "require_columns"]

FEWEST_IN_CELL = 10
"""Fewest rows of a cell from which anything is said of it."""
