"""The two editions as they were built: the same anchors on both sides, and no English sentence on a Chinese page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from cvc_helpers.book.translations import english_in
from cvc_helpers.errors import CvcError

SILENT = {"script", "style", "code", "pre", "kbd", "button", "template"}
"""Elements that are no prose: what stands in them may be English."""
SILENT_CLASSES = {"math", "citation", "citation-list", "bibtex-citation", "py", "sig", "headerlink", "cvc-edition"}
INLINE = {"a", "em", "strong", "b", "i", "span", "sub", "sup", "tspan", "abbr", "small", "mark", "label"}
EMPTY = {"img", "br", "hr", "input", "meta", "link", "source", "col", "wbr", "path", "rect", "line", "circle"}
DRAWN = re.compile(r"cvc-[0-9a-f]{12}")
"""A chart, named by its content, which is another one in each language."""
ENGLISH_PAGES = ("book/api",)
"""The reference of the code is the code's own text, and that is English."""


class Article(HTMLParser):
    """The article of a page.

    Args:
        outer: The element that holds it.

    Attributes:
        anchors: Names of its sections and figures.
        texts: Its prose, cut at the ends of paragraphs, cells and headings.
    """

    def __init__(self, outer: str = "article") -> None:
        super().__init__()
        self.outer = outer
        self.anchors: set[str] = set()
        self.texts: list[str] = [""]
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element."""
        if tag in EMPTY or (not self._open and tag != self.outer):
            return
        found = dict(attrs)
        if tag in ("section", "figure") and found.get("id") and not DRAWN.fullmatch(str(found["id"])):
            self.anchors.add(str(found["id"]))
        if tag not in INLINE:
            self.texts.append("")
        classes = set(str(found.get("class") or "").split())
        is_silent = tag in SILENT or bool(classes & SILENT_CLASSES) or found.get("lang") == "en"
        self._open.append((tag, is_silent or (bool(self._open) and self._open[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those in it that nobody closed."""
        if tag in EMPTY or not any(name == tag for name, _ in self._open):
            return
        while self._open.pop()[0] != tag:
            pass
        if tag not in INLINE:
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        """Text of the article, unless it is code, a formula or a reference."""
        if self._open and not self._open[-1][1]:
            self.texts[-1] += data


def article(page: Path, outer: str = "article") -> Article:
    """Read one built page; `outer` is the element that holds its prose."""
    found = Article(outer)
    found.feed(page.read_text(encoding="utf-8"))
    return found


def first_english(found: Article) -> str:
    """The first English sentence of a page; empty if there is none."""
    return next((" ".join(text.split()) for text in found.texts if english_in(text)), "")


def check_built(html: Path, pages: Iterable[str], late: Iterable[str]) -> Iterator[CvcError]:
    """Why the two editions may not be published.

    Args:
        html: Where the English edition was built; the Chinese one stands below it in `zh`.
        pages: All pages, e.g. `"book/methods"`.
        late: Those that wait for their Chinese.

    Yields:
        E335 other anchors, E334 an English sentence on a page that is held to be Chinese.
    """
    for page in pages:
        english, chinese = (article(html / folder / f"{page}.html") for folder in ("", "zh"))
        if english.anchors != chinese.anchors:
            lost, added = english.anchors - chinese.anchors, chinese.anchors - english.anchors
            yield CvcError("E335", page=page, lost=_listed(lost), added=_listed(added))
        if page in late or page in ENGLISH_PAGES:
            continue
        if first := first_english(chinese):
            yield CvcError("E334", page=page, text=first[:80])


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)[:5]) or "–"
