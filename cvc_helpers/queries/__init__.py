"""The heavy steps: one readable SQL file each, portable from DuckDB to Spark."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from cvc_helpers.errors import CvcError

FOLDER = Path(__file__).parent
VIEWS = ("service_event", "service_kind", "service_use", "group_member")
"""Queries that other queries, and later ones of these, may read by name."""


def read_query(name: str) -> str:
    """The text of one SQL file; E205 if there is none of that name."""
    path = FOLDER / f"{name}.sql"
    if not path.exists():
        raise CvcError("E205", name=name, known=sorted(found.stem for found in FOLDER.glob("*.sql")))
    return path.read_text(encoding="utf-8")


def views_of(names: Collection[str]) -> list[str]:
    """The views that these queries read, directly or through one another, in the order in which they are made."""
    found: list[str] = []
    for view in reversed(VIEWS):
        if any(view in read_query(name) for name in (*names, *found)):
            found.insert(0, view)
    return found


def queries_of(slug: str) -> list[str]:
    """Names of the queries of one case, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob(f"{slug}__*.sql"))
