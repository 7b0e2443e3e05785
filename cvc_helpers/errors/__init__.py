"""One error class with stable codes; every message says what, where, why and what to do, in two languages.

The texts stand in the `*.yml` files of this folder, one file an area, so that a new area adds a file.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any, TypedDict

import yaml


class ErrorText(TypedDict):
    """One entry of the catalogue: exit code of the command line and the message in both languages."""

    exit: int
    en: str
    zh: str


@cache
def catalogue() -> dict[str, ErrorText]:
    """All known codes with their texts.

    Returns:
        Code (e.g. `"E201"`) to its entry.

    Raises:
        ValueError: A code is declared twice.
    """
    known: dict[str, ErrorText] = {}
    for path in sorted(Path(__file__).parent.glob("*.yml")):
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        if twice := set(entries) & set(known):
            raise ValueError(f"{sorted(twice)} stand in {path.name} and in another file; give each code once.")
        known.update(entries)
    return known


class CvcError(Exception):
    """Something the handbook refuses to do, with a stable code.

    Args:
        code: A key of the catalogue, e.g. `"E201"`.
        **values: What the text's placeholders stand for. Never pass a personal value.

    Attributes:
        code: The code.
        exit_code: 1 data refused, 2 wrong use, 3 a case failed, 4 privacy gate.
    """

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        self.exit_code = catalogue()[code]["exit"]
        super().__init__(f"{self.text('en')}\n{self.text('zh')}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels between processes as its code and values, not as its message."""
        return partial(CvcError, self.code, **self.values), ()

    def text(self, language: str) -> str:
        """The message in one language, e.g. `"E201 The table …"`."""
        entry = catalogue()[self.code]
        template = entry["zh"] if language == "zh" else entry["en"]
        return f"{self.code} {template.format(**self.values)}"
