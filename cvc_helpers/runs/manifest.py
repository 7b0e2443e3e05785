"""`manifest.json`: what went in, with what, and what came out; no path, no host, no person."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import cvc_helpers

NAME = "manifest.json"
SOURCES = (".py", ".sql", ".yml", ".css", ".js", ".j2")


def sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inputs(folder: Path, answers: Iterable[Path] = ()) -> list[dict[str, Any]]:
    """The tables that a run read: file name, hash, rows."""
    files = [*sorted(folder.rglob("*.parquet")), *answers]
    kept = {path for path in files if "quarantine" not in path.relative_to(folder).parts} if not answers else set(files)
    return [
        {"file": path.name, "sha256": sha256(path), "rows": pq.read_metadata(path).num_rows} for path in sorted(kept)
    ]


def outputs(folder: Path) -> dict[str, str]:
    """Hash of every file of a run folder but the manifest."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != NAME)
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


@cache
def source_hash() -> str:
    """Hash of all sources of the package; line endings do not count."""
    root, total = Path(cvc_helpers.__file__).parent, hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in SOURCES):
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return total.hexdigest()


@cache
def environment() -> dict[str, Any]:
    """Version of the code, of Python and of every package."""
    packages = {item.metadata["Name"]: item.version for item in distributions() if item.metadata["Name"]}
    return {
        "code_version": cvc_helpers.__version__,
        "source_sha256": source_hash(),
        "python": platform.python_version(),
        "system": platform.system(),
        "packages": dict(sorted(packages.items())),
    }


def sealed(record: dict[str, Any]) -> dict[str, Any]:
    """The record with a hash of itself, so that a changed manifest is noticed too."""
    plain = {name: value for name, value in record.items() if name != "seal"}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    return plain | {"seal": hashlib.sha256(text.encode()).hexdigest()}


def write_json(path: Path, record: Any) -> None:
    """A record as readable JSON, the same bytes for the same record."""
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
