"""Rules of prose: what a case computed is quoted, never typed, and every quotation has its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.rules.tree import cases, glued, here, outputs, read

PROSE = {"admonition", "note", "tip", "important", "warning", "seealso", "hint", "caution", "dropdown", "epigraph"}
"""Directives whose body is prose; that of every other is code, a name or a formula."""
FENCE = re.compile(r"^\s*(`{3,}|:{3,})(.*)$")
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+)(?:\s?%)?"
TYPED = re.compile(rf"(?<![\w.,/-])[−+-]?{NUMBER}(?![\w%]|[.,]\d)")
NO_PROSE = [
    re.compile(r"\A---\n.*?\n---\n", re.S),
    re.compile(r"\{[\w:-]+\}`[^`]*`", re.S),
    re.compile(r"`[^`]*`", re.S),
    re.compile(r"\]\([^)]*\)", re.S),
    re.compile(r"\$\$.*?\$\$", re.S),
    re.compile(r"\$[^$]*\$"),
    re.compile(r"^(?:%|\([\w-]+\)=$|:[\w-]+:).*$", re.M),
    re.compile(r"\b(?:[Ss]ection|[Cc]hapter|[Ff]igure|[Tt]able|[Vv]ersion)s? \d[\d.]*(?:(?:, | and | to |–)\d[\d.]*)*"),
]
"""Front matter, roles, code, targets of links, formulas, comments and options, and numbers of sections."""


def typed_numbers(root: Path) -> list[str]:
    """Numbers of chapters and cases that could be quoted from a case whose name stands on the page.

    Other cases do not count: what a new column computes makes no other page wrong.
    """
    computed = {slug: glued(root, slug) for slug in cases(root)}
    found = []
    for path in [*sorted((root / "book").glob("*.md")), *sorted((root / "cases").glob("*.md"))]:
        text = read(path)
        quotable = _quotable([texts for slug, texts in computed.items() if slug in text or slug == path.stem])
        found += [
            f"{here(root, path)}:{line}: {number} is typed; quote {' or '.join(map(_role, keys[:3]))}, or, if it is "
            f"another number, say so in a comment line of the page: `% typed: {number}, …`"
            for line, number in numbers_in_prose(text)
            if (keys := quotable.get(_bare(number)))
        ]
    return found


def _quotable(computed: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    """A number to the keys under which it can be quoted."""
    found: dict[str, list[str]] = {}
    for texts in computed:
        for key, text in texts.items():
            found.setdefault(_bare(text), []).append(key)
    return found


def numbers_in_prose(text: str) -> Iterator[tuple[int, str]]:
    """Line and number of every decimal, percentage or number of thousands in plain prose.

    A number that a comment line `% typed: <number>, <reason>` of the page names is left out.
    """
    excused = {_bare(found) for found in re.findall(rf"^% typed: ({NUMBER})", text, re.M)}
    prose = "\n".join(_without_code(text.splitlines()))
    for pattern in NO_PROSE:
        prose = pattern.sub(lambda hit: re.sub(r"[^\n]", " ", hit.group()), prose)
    for hit in TYPED.finditer(prose):
        if re.search(r"[.,%]", hit.group()) and _bare(hit.group()) not in excused:
            yield prose[: hit.start()].count("\n") + 1, hit.group()


def _without_code(lines: list[str]) -> Iterator[str]:
    """The lines, those of fences that hold no prose emptied."""
    open_fences: list[tuple[str, bool]] = []
    for line in lines:
        fence = FENCE.match(line)
        is_prose = all(prose for _, prose in open_fences)
        if fence and open_fences and fence[1].startswith(open_fences[-1][0]) and not fence[2].strip():
            open_fences.pop()
            yield ""
        elif fence and is_prose:
            name = re.match(r"\{([\w-]+)\}", fence[2].strip())
            open_fences.append((fence[1], bool(name and name[1] in PROSE)))
            yield fence[2] if open_fences[-1][1] else ""
        else:
            yield line if is_prose else ""


def _bare(text: str) -> str:
    """A number without its sign and spaces, as it is compared."""
    return re.sub(r"\s", "", text).lstrip("−+-")


def _role(key: str) -> str:
    return f"{{computed}}`{key}`"


def unknown_quotes(root: Path) -> list[str]:
    """Quotations of chapters that no stored case answers."""
    numbers = {slug: set(glued(root, slug)) for slug in cases(root)}
    shown = {slug: {output.get("metadata", {}).get("scrapbook", {}).get("name") for output in outputs(root, slug)}
             for slug in cases(root)}  # fmt: skip
    found = []
    for path in sorted((root / "book").glob("*.md")):
        text = read(path)
        for known, pattern in ((numbers, r"\{computed\}`([^`]+)`"), (shown, r"^```+\{shown\} (\S+)")):
            keys = dict.fromkeys(re.findall(pattern, text, re.M))
            found += [
                f"{here(root, path)}: {key} is shown by no stored case: correct the key, or run `make cases`"
                for key in keys
                if key not in known.get(key.split(".")[0], ())
            ]
    return found
