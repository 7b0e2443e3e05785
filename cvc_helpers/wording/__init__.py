"""Every sentence and label that code shows, English and Chinese side by side, in the `*.yml` files here.

A file is named for its subject; a key is `file.name`, for example `findings.as_on_the_slide`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cvc_helpers.errors import CvcError

LANGUAGES = ("en", "zh")
SAME_UNIT = re.compile(r"(\d) ([万亿])元 至 (−?[\d.,]+ \2元)")
"""Both ends of a Chinese range of money in the same unit: 元 stands once, at the end."""


@cache
def wordings() -> dict[str, dict[str, str]]:
    """All wordings: key `file.name` to its text by language."""
    known: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.yml")):
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        known.update({f"{path.stem}.{name}": texts for name, texts in entries.items()})
    return known


def say(key: str, language: str, **values: Any) -> str:
    """The wording under a key, with its placeholders filled in.

    Args:
        key: `file.name`, e.g. `"findings.as_on_the_slide"`.
        language: `"en"` or `"zh"`.
        **values: What the placeholders stand for.

    Returns:
        The text.

    Raises:
        CvcError: E207, the key or its twin in that language is missing.
    """
    texts = wordings().get(key, {})
    if language not in texts:
        raise CvcError("E207", key=f"{key} ({language})")
    return SAME_UNIT.sub(r"\1 \2至 \3", texts[language].format(**values))


def labels(prefix: str, names: Mapping[str, str], language: str, **values: Any) -> dict[str, str]:
    """Headings of a table: column to its wording `prefix.name`.

    Args:
        prefix: E.g. `"big_policy_backtracking.table"`.
        names: Column of the table to the name in the wording.
        language: `"en"` or `"zh"`.
        **values: What the placeholders stand for.
    """
    return {column: say(f"{prefix}.{name}", language, **values) for column, name in names.items()}
