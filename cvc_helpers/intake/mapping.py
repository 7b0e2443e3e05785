"""`mapping.yml`: what a person confirmed about each client file. Typed; unknown words are refused."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cvc_helpers import contract
from cvc_helpers.errors import CvcError

UNITS = ("yuan", "wan")
SCALES = ("fraction", "percent")
DERIVED = {"year_of_date": ("birth_year",), "year_minus_age": ("birth_year",)}
"""Ways to derive a canonical column from another one, and which columns may be derived that way."""
ID_FORMS = ("as_is", "upper")


@dataclass(frozen=True)
class FileMapping:
    """What one file, or one sheet of it, is.

    Attributes:
        path: The file.
        table: Canonical table that it feeds; several files may feed one.
        columns: Source header to canonical column.
        sheet: Sheet of a workbook.
        encoding: As detected; empty detects it anew.
        header_row: 1-based number of the first header row.
        header_rows: 1, or 2 where an upper header spans several columns.
        units: Money column to `yuan` or `wan`; mandatory for every money column.
        scales: Share column to `fraction` or `percent`.
        derived: Canonical column to the way it is derived (`DERIVED`); `year_minus_age` needs `as_of_year`.
        values: Canonical column to what the client's own words mean, e.g. `{"status": {"协议终止": "surrendered"}}`.
        main_flag: Header that says main coverage or rider, where a policy file has one row a coverage.
        ids: `as_is`, or `upper` for compatibility form and capitals (N131).
        as_of_year: Year in which ages were counted.
        ignored: Headers that are known and never read.
        notes: What the profile noticed (not part of the decision).
    """

    path: Path
    table: str
    columns: dict[str, str]
    sheet: str = ""
    encoding: str = ""
    header_row: int = 1
    header_rows: int = 1
    units: dict[str, str] = field(default_factory=dict)
    scales: dict[str, str] = field(default_factory=dict)
    derived: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    main_flag: str = ""
    ids: str = "as_is"
    as_of_year: int = 0
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping:
    """All files of one delivery.

    Attributes:
        files: One entry a file or sheet.
        accept_orphans: References such as `policy.agent_id` whose targets may be missing in over 5 % of rows.
        digest: SHA-256 of the mapping file; empty for a proposal.
    """

    files: tuple[FileMapping, ...]
    accept_orphans: tuple[str, ...] = ()
    digest: str = ""


FILE_FIELDS = {
    "file": str, "table": str, "columns": dict, "sheet": str, "encoding": str, "header_row": int, "header_rows": int,
    "units": dict, "scales": dict, "derived": dict, "values": dict, "main_flag": str, "ids": str, "as_of_year": int,
    "ignored": list,
}  # fmt: skip


def load_mapping(path: Path) -> Mapping:
    """Read and check a mapping file.

    Raises:
        CvcError: E123 an entry that is unknown, of the wrong type or not in the contract.
    """
    try:
        raw = path.read_bytes()
        content = yaml.safe_load(raw.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise CvcError("E123", entry=path.name, reason=type(problem).__name__) from None
    if not isinstance(content, dict) or not isinstance(content.get("files"), list) or not content["files"]:
        raise CvcError("E123", entry=path.name, reason="files: []")
    if unknown := set(content) - {"version", "files", "accept_orphans"}:
        raise CvcError("E123", entry=path.name, reason=sorted(map(str, unknown)))
    files = tuple(_file(entry, path.parent) for entry in content["files"])
    orphans = tuple(map(str, content.get("accept_orphans") or ()))
    return Mapping(files, orphans, hashlib.sha256(raw).hexdigest())


def _file(entry: object, folder: Path) -> FileMapping:
    if not isinstance(entry, dict) or not entry.get("file"):
        raise CvcError("E123", entry="files", reason="file: ?")
    name = str(entry["file"])
    for key, value in entry.items():
        if key not in FILE_FIELDS or not isinstance(value, FILE_FIELDS[key]):
            raise CvcError("E123", entry=f"{Path(name).name}: {key}", reason=type(value).__name__)
    given = {key: value for key, value in entry.items() if key != "file"}
    given["ignored"] = tuple(map(str, given.get("ignored", ())))
    mapped = FileMapping(path=folder / name, **{"table": "", "columns": {}, **given})
    _check(mapped)
    return mapped


def _check(mapped: FileMapping) -> None:
    """Refuses what the contract does not know."""
    table = contract.tables().get(mapped.table)
    if table is None:
        raise CvcError("E123", entry=f"{mapped.path.name}: table", reason=mapped.table)
    known = {column.name: column for column in table.columns}
    targets = list(mapped.columns.values())
    twice = {name for name in targets if targets.count(name) > 1}
    derived = {name for name, way in mapped.derived.items() if name not in DERIVED.get(way, ())}
    named = {*targets, *mapped.units, *mapped.scales, *mapped.derived, *mapped.values}
    odd = {name for name, unit in mapped.units.items() if unit and unit not in UNITS}
    odd |= {name for name, scale in mapped.scales.items() if scale not in SCALES}
    odd |= {"ids"} if mapped.ids not in ID_FORMS else set()
    odd |= {"header_row"} if mapped.header_row < 1 or mapped.header_rows not in (1, 2) else set()
    odd |= {"as_of_year"} if "year_minus_age" in mapped.derived.values() and not mapped.as_of_year else set()
    if wrong := sorted({str(name) for name in named if name not in known} | twice | derived | odd):
        raise CvcError("E123", entry=f"{mapped.path.name} ({mapped.table})", reason=wrong)
    if lacking := [key for key in table.key if key not in targets]:
        raise CvcError("E115", file=mapped.path.name, missing=lacking, nearest="-")
    for name in targets:
        if known[name].kind == "cents" and mapped.units.get(name) not in UNITS:
            raise CvcError("E112", file=mapped.path.name, column=name, median="?", unit="?")


def save_mapping(mapping: Mapping, path: Path, *, comment: str = "") -> None:
    """Write a mapping for a person to confirm; paths are relative to it where that is possible."""
    entries = [_entry(mapped, path.parent) for mapped in mapping.files]
    content: dict[str, Any] = {"version": 1, "files": entries}
    if mapping.accept_orphans:
        content["accept_orphans"] = list(mapping.accept_orphans)
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    path.write_text(head + text, encoding="utf-8")


def _entry(mapped: FileMapping, folder: Path) -> dict[str, Any]:
    try:
        name = Path(os.path.relpath(mapped.path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        name = mapped.path.resolve().as_posix()
    entry: dict[str, Any] = {"file": name}
    for key in FILE_FIELDS:
        value = getattr(mapped, key, None)
        if key != "file" and value:
            entry[key] = list(value) if isinstance(value, tuple) else value
    entry.setdefault("columns", {})
    return entry
