"""The Chinese prose of chapters and cases: one gettext catalogue a page, English paragraph to Chinese paragraph."""

from __future__ import annotations

import re
from pathlib import Path

import polib

FOLDER = Path("locale") / "zh_CN" / "LC_MESSAGES"
"""Where the catalogues stand in the repository, `book/<page>.po` and `cases/<slug>.po`."""
ROLE = r"\{[\w:-]+\}`[^`]*`"
MARKUP = re.compile(rf"{ROLE}|`[^`]*`|\$\$?[^$]*\$\$?|\]\([^)]*\)|<[^>]*>|https?://\S+")
"""What stands in a paragraph beside its words: roles, code, formulas, targets of links."""


def chinese(path: Path) -> dict[str, str]:
    """English message to its Chinese; what is empty or stale is left out. Empty if there is no such catalogue."""
    if not path.is_file():
        return {}
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path)) if entry.translated()}


def message(source: str) -> str:
    """A paragraph's source as the catalogues name it: on one line."""
    return source.replace("\n", " ").strip()


def has_words(text: str) -> bool:
    """Whether a message holds a word to translate, beside numbers, code, formulas and references."""
    return re.search(r"[A-Za-z]{2}", MARKUP.sub(" ", text)) is not None
