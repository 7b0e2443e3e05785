"""Every Chinese text of the handbook, with the place where it stands; and what no Chinese editor would let stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
import yaml

from cvc_helpers import contract
from cvc_helpers.wording.catalogue import FOLDER
from tests.conftest import ROOT

SETTLED = Path(__file__).with_name("terms_zh.yml")
ODD = {
    "half-width punctuation": r"[一-鿿][,;:?!()]|[,;:?!(][一-鿿]|[一-鿿]\.(?![\w*{])",
    "quotation marks of another kind": r"[一-鿿]['\"「」『』]|['\"「」『』][一-鿿]",
    "a word twice": r"的的|了了|是是|在在|和和|绍绍|本本书|公司公司|(保险){2}",
    "the words of a translator": r"通过.{0,12}的方式来|作为一个|对于.{1,8}来说|被用来|的时候，它",
}
CODE = re.compile(r"`[^`]*`|\{[^{}]*\}|\[\[.*\]\]|\]\([^)]*\)|\$[^$]*\$|\(\{.*?\}\)")
"""What is code or a placeholder and keeps its own marks."""


def texts() -> Iterator[tuple[str, str]]:
    """Place and text of each catalogue, wording, error, sheet, entry of the source map and name of a table."""
    for path in sorted((ROOT / FOLDER).rglob("*.po")):
        yield from ((path.stem, entry.msgstr) for entry in polib.pofile(str(path)))
    for path in sorted([*(ROOT / "cvc_helpers").rglob("*.yml"), *(ROOT / "book").glob("*.yml")]):
        yield from ((path.name, text) for text in _chinese(yaml.safe_load(path.read_text("utf-8"))))
    for table in contract.tables().values():
        yield from ((table.name, text) for text in (table.zh, table.row_zh, *(one.zh for one in table.columns)))


def _chinese(node: Any) -> Iterator[str]:
    """All that stands under a key `zh`."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [value] if key == "zh" and isinstance(value, str) else _chinese(value)
    elif isinstance(node, list):
        for value in node:
            yield from _chinese(value)


def struck(text: str) -> list[str]:
    """What to write instead of each variant in the text that is no longer used."""
    settled = yaml.safe_load(SETTLED.read_text("utf-8"))
    return [f"{hit.group()} → {one['use']}" for one in settled for old in one["not"] if (hit := re.search(old, text))]


def odd(text: str) -> list[str]:
    """What is odd in a Chinese text, code and placeholders left out."""
    bare = CODE.sub("", text)
    return [f"{name}: {hit.group()}" for name, pattern in ODD.items() if (hit := re.search(pattern, bare))]
