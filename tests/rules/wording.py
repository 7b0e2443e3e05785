"""Rules of what code says: both languages, the same placeholders, and titles that the data of a run may deny."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

from tests.rules.tree import entries, here

LANGUAGES = ("en", "zh")
SILENT = {("cvc_helpers/wording/runs.yml: english_prose", "en")}
"""Texts that are empty on purpose: a note that only the other language needs."""
ALSO_BLANK = "\u200b\ufeff"
"""Invisible characters that Python does not count as white space."""


def missing_languages(root: Path) -> list[str]:
    """Texts that lack a language, or hold nothing but blanks in it."""
    return [
        f"{place} has no {'English' if language == 'en' else 'Chinese'} text ({language}): add it"
        for place, texts in [*_texts(root), *_declared(root)]
        for language in LANGUAGES
        if (place, language) not in SILENT
        and not str(texts.get(language) or "").strip(string.whitespace + "\u3000\u00a0" + ALSO_BLANK)
    ]


def unlike_placeholders(root: Path) -> list[str]:
    """Texts whose two languages quote other values."""
    found = []
    for place, texts in _texts(root):
        if set(texts) >= set(LANGUAGES):
            odd = placeholders(str(texts["en"])) ^ placeholders(str(texts["zh"]))
            found += [f"{place}: {{{name}}} stands in one language only; say it in both" for name in sorted(odd)]
    return found


def placeholders(text: str) -> set[str]:
    """Names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def errors_without_an_exit_code(root: Path) -> list[str]:
    """Entries of the catalogue of errors that name no exit code, or something unknown."""
    return [
        f"{here(root, path)}: {code}: an error has exit (1 data, 2 wrong use, 3 a case failed, 4 privacy), en, zh"
        for path in sorted((root / "cvc_helpers" / "errors").glob("*.yml"))
        for code, entry in entries(path).items()
        if set(entry) != {"exit", *LANGUAGES} or entry["exit"] not in (1, 2, 3, 4)
    ]


def titles_without_a_neutral_twin(root: Path) -> list[str]:
    """Chart titles that assert an effect and have no other title for a run whose data deny it."""
    return [
        f"{here(root, path)}: {key} asserts what another run may deny; add {key}_else, in both languages, which only "
        "says what is shown"
        for path in _wordings(root)
        for known in [entries(path)]
        for key in known
        if key.startswith("chart.") and key.endswith("_title") and f"{key}_else" not in known
    ]


def _wordings(root: Path) -> list[Path]:
    return sorted((root / "cvc_helpers" / "wording").glob("*.yml"))


def _texts(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every text of wordings, errors and data ladders, with the place where it stands."""
    for path in [*_wordings(root), *sorted((root / "cvc_helpers" / "errors").glob("*.yml"))]:
        for key, texts in entries(path).items():
            yield f"{here(root, path)}: {key}", texts
    for path in sorted((root / "cvc_helpers" / "contract" / "needs").glob("*.yml")):
        for rung, entry in entries(path).items():
            yield f"{here(root, path)}: {rung}.buys", entry.get("buys", {})


def _declared(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Names of tables, columns and values of the contract."""
    for name, table in declared_tables(root).items():
        place = f"cvc_helpers/contract/{name}.py"
        yield place, {"en": table.en, "zh": table.zh}
        yield f"{place}: a row", {"en": table.row_en, "zh": table.row_zh}
        for column in table.columns:
            yield f"{place}: {column.name}", {"en": column.en, "zh": column.zh}
            for value in column.values:
                yield f"{place}: {column.name} {value.code}", {"en": value.en, "zh": value.zh}


def declared_tables(root: Path) -> dict[str, Any]:
    """The `TABLE` of every contract module below a root."""
    paths = sorted((root / "cvc_helpers" / "contract").glob("[!_]*.py"))
    found = [run_path(str(path)).get("TABLE") for path in paths]
    return {table.name: table for table in found if table}
