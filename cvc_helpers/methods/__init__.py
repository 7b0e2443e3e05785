"""The methods, one module a subject: pure functions, table in, tidy table or finding out."""

from __future__ import annotations

from collections.abc import Collection

from cvc_helpers.errors import CvcError


def require_columns(available: Collection[str], needed: Collection[str], caller: str) -> None:
    """Refuse a table that lacks columns a method needs (E201)."""
    if missing := sorted(set(needed) - set(available)):
        raise CvcError("E201", caller=caller, missing=missing, available=sorted(available), first=missing[0])
