"""Looks at client files and proposes a mapping; shows headers, never a value of a cell."""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path

from cvc_helpers import contract, ladder
from cvc_helpers.errors import CvcError
from cvc_helpers.intake import read
from cvc_helpers.intake.grammar import label
from cvc_helpers.intake.headers import (
    DERIVABLE,
    MAIN_FLAGS,
    Header,
    aliases,
    canonical,
    find_header,
    guess_table,
    header_label,
    header_unit,
)
from cvc_helpers.intake.mapping import FileMapping, Mapping
from cvc_helpers.intake.privacy import is_personal_header, mask
from cvc_helpers.wording import LANGUAGES, say

LOOK = 60


def propose_mapping(files: list[Path]) -> Mapping:
    """Propose what each file, or each sheet, is; a person confirms it once.

    Args:
        files: The client's files.

    Returns:
        One entry a file or sheet. A money column whose unit the file does not name has none in `units`.

    Raises:
        CvcError: E1xx a file cannot be read, E110/E115 no single header or no table fits it.
    """
    return Mapping(tuple(entry for path in files for entry in _propose_file(Path(path))))


def _propose_file(path: Path) -> list[FileMapping]:
    """One entry a sheet that holds a table; sheets without one are passed over if another has one."""
    entries, problems = [], []
    for source in read.sources(path):
        try:
            entries.append(_propose(source))
        except CvcError as problem:
            problems.append(problem)
    if problems and (not entries or any(problem.code != "E115" for problem in problems)):
        raise problems[0]
    return entries


def _propose(source: read.Source) -> FileMapping:
    rows = read.head(source, LOOK)
    header = find_header(rows, source.path.name)
    names = tuple(name or f"#{at}" for at, name in enumerate(header.names, start=1))
    table = guess_table(names, source.path.name)
    columns, derived = _columns(table, names)
    kinds = {column.name: column.kind for column in contract.tables()[table].columns}
    units = {target: header_unit(name) or header.unit for name, target in columns.items() if kinds[target] == "cents"}
    main = next((name for name in names if _is_main_flag(table, name)), "")
    ignored = tuple(dict.fromkeys(name for name in names if name not in columns and name != main))
    return FileMapping(
        source.path,
        table,
        columns,
        sheet=source.sheet,
        encoding=source.encoding,
        header_row=header.row,
        header_rows=header.height,
        units={name: unit for name, unit in units.items() if unit},
        derived=derived,
        main_flag=main,
        ignored=_without_empty(ignored, names, rows, header),
        notes=_near(table, ignored, set(columns.values())),
    )


def _is_main_flag(table: str, name: str) -> bool:
    return table == "policy" and label(name) in MAIN_FLAGS


def _columns(table: str, names: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
    """Header to canonical column, main names before synonyms; and which are derived from another column."""
    spec = {column.name: column for column in contract.tables()[table].columns}
    found: dict[str, str] = {}
    for is_main_name in (True, False):
        for name in names:
            target = canonical(table, name)
            is_main = bool(target) and header_label(spec[target].zh) == header_label(name)
            if target and is_main == is_main_name and name not in found and target not in found.values():
                found[name] = target
    derived = {}
    for name in names:
        target, way = DERIVABLE.get(header_label(name), ("", ""))
        if target in spec and target not in found.values():
            found[name] = target
            derived[target] = way
    return {name: found[name] for name in names if name in found}, derived


def _without_empty(
    ignored: tuple[str, ...], names: tuple[str, ...], rows: list[list[str]], header: Header
) -> tuple[str, ...]:
    """The headers to ignore, without nameless columns that hold nothing."""
    body = rows[header.row + header.height - 1 :]
    filled = {name for at, name in enumerate(names) if any(at < len(row) and row[at].strip() for row in body)}
    return tuple(name for name in ignored if not name.startswith("#") or name in filled)


def _near(table: str, ignored: tuple[str, ...], taken: set[str]) -> tuple[str, ...]:
    """Near misses among the columns not taken, as `header → column`; proposed only, never applied."""
    known = {alias: target for alias, target in aliases(table).items() if target not in taken}
    pairs = []
    for name in ignored:
        close = difflib.get_close_matches(header_label(name), list(known), 1, 0.7)
        if close and not is_personal_header(name):
            pairs.append(f"{name} → {known[close[0]]}")
    return tuple(pairs)


def profile_text(mapping: Mapping, language: str) -> str:
    """What the profile found, for the terminal: tables, columns, what is missing, which rungs are reached.

    Args:
        mapping: A proposal of `propose_mapping`, or a confirmed mapping.
        language: `en` or `zh`.

    Returns:
        Some lines of text. Headers are shown, values of cells are not.

    Raises:
        CvcError: E902 for another language.
    """
    if language not in LANGUAGES:
        raise CvcError("E902", language=language)
    lines = [say("intake.profile_title", language, count=len(mapping.files))]
    for mapped in mapping.files:
        lines += _file_lines(mapped, language)
    for slug in ladder.needs():
        lines += _rung_lines(mapping, slug, language)
    return "\n".join(lines)


def _file_lines(mapped: FileMapping, language: str) -> list[str]:
    table = contract.tables()[mapped.table]
    sheet = f" [{mapped.sheet}]" if mapped.sheet else ""
    named = {"file": mapped.path.name, "sheet": sheet, "kind": mapped.encoding or "xlsx", "row": mapped.header_row}
    label_text = table.zh if language == "zh" else table.en
    lines = [say("intake.profile_file", language, **named, table=mapped.table, label=label_text)]
    pairs = [f"{_safe(name)} → {target}" for name, target in mapped.columns.items()]
    needed = {column.name for column in table.columns if not column.nullable} - set(mapped.columns.values())
    unclear = [
        name
        for name, target in mapped.columns.items()
        if table.column(target).kind == "cents" and target not in mapped.units
    ]
    parts = {
        "mapped": pairs,
        "ignored": [_safe(name) for name in mapped.ignored],
        "missing": sorted(needed),
        "unit": unclear,
    }
    lines += [say(f"intake.profile_{key}", language, columns=", ".join(part)) for key, part in parts.items() if part]
    near = [say("intake.profile_near", language, pairs=", ".join(mapped.notes))] if mapped.notes else []
    return lines + near


def _safe(header: str) -> str:
    """A header as it may be shown: one that is no plain name, but has many digits, is masked."""
    return mask(header) if sum(char.isdigit() for char in header) > 4 else header


def _rung_lines(mapping: Mapping, slug: str, language: str) -> list[str]:
    reached, following = rungs(mapping)[slug]
    lines = [say("intake.profile_rung", language, slug=slug, rung=say(f"intake.rung_{reached or 'none'}", language))]
    if following is not None:
        have = _have(mapping)
        lacking = [
            f"{table}.{name}"
            for table, names in following.tables.items()
            for name in names
            if name not in have.get(table, set())
        ]
        named = say(f"intake.rung_{following.name}", language)
        buys = following.buys[language]
        lines.append(say("intake.profile_next", language, rung=named, columns=", ".join(lacking), buys=buys))
    return lines


def _have(mapping: Mapping) -> dict[str, set[str]]:
    have: dict[str, set[str]] = {}
    for mapped in mapping.files:
        have.setdefault(mapped.table, set()).update(mapped.columns.values())
    return have


def rungs(mapping: Mapping) -> dict[str, tuple[str, ladder.Rung | None]]:
    """Per case the highest rung that the files reach (empty: none), and the next one."""
    have = _have(mapping)
    return {slug: ladder.reached(slug, have) for slug in ladder.needs()}


def confirmed_units(mapping: Mapping, unit: str) -> Mapping:
    """The proposal with one unit for every money column whose unit the files do not name."""
    files = []
    for mapped in mapping.files:
        table = contract.tables()[mapped.table]
        money = [target for target in mapped.columns.values() if table.column(target).kind == "cents"]
        files.append(replace(mapped, units={**dict.fromkeys(money, unit), **mapped.units}))
    return replace(mapping, files=tuple(files))
