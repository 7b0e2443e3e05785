"""The heavy steps: one readable SQL file each, portable from DuckDB to Spark."""

from __future__ import annotations

from pathlib import Path

from cvc_helpers.errors import CvcError

FOLDER = Path(__file__).parent
VIEWS = ("service_event",)
"""Queries that other queries may read by name."""


def read_query(name: str) -> str:
    """The text of one SQL file; E205 if there is none of that name."""
    path = FOLDER / f"{name}.sql"
    if not path.exists():
        raise CvcError("E205", name=name, known=sorted(found.stem for found in FOLDER.glob("*.sql")))
    return path.read_text(encoding="utf-8")


def queries_of(slug: str) -> list[str]:
    """Names of the queries of one case, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob(f"{slug}__*.sql"))
