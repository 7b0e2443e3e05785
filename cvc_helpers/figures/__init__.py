"""The report's figures, redrawn: one module a figure, one image each, in two designs and both languages.

A design is drawn for the text column or for a phone; the page shows the one that fits. `python -m cvc_helpers.figures`
writes the first of them, with title and source, to `book/figures`, for slides. The arrangement is the handbook's.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from html import escape
from importlib import import_module
from itertools import pairwise

from cvc_helpers.design import ACCENT, FONT, GROUND, INK, LINE, QUIET, WIDE, Design, fixed, text_width
from cvc_helpers.vocabulary import Term
from cvc_helpers.wording import say

LEADING = 1.3
"""Distance of two baselines, in em."""
NEVER_FIRST = "，。；：！？、）”’》的"
BREAK_AFTER = "，。；：！？、"
NAMES = ("framework", "theory", "model", "two_cases", "chain")
"""The figures, in the order of the book; `chain` is ours, the others are the report's."""
SUFFIX = {"en": "", "zh": ".zh_CN"}
"""How Sphinx finds the picture of a language."""
MARGIN = 24
"""Around a picture that stands alone."""


def wrap(words: str, size: float, width: float) -> list[str]:
    """Break words into the fewest lines that fit, of nearly equal length; `|` ends a line wherever it stands."""
    return [line for part in words.split("|") for line in _wrapped(part, size, width)]


def _wrapped(words: str, size: float, width: float) -> list[str]:
    for count in range(1, len(words) + 1):
        lines = _broken(words, count)
        if all(text_width(line, size) <= width for line in lines):
            return lines
    return [words]


def _broken(words: str, count: int) -> list[str]:
    """`count` lines of nearly equal length, or the closest number that the words allow."""
    if any(ord(sign) > 0x2E7F for sign in words):
        return _broken_wide(words, count)
    for size in range(math.ceil(len(words) / count), len(words) + 2):
        found = textwrap.wrap(words.replace("–", "– "), size, break_long_words=False, break_on_hyphens=False)
        if len(found) <= count:
            return [line.replace("– ", "–") for line in found]
    return [words]


def _broken_wide(words: str, count: int) -> list[str]:
    """Chinese: break near the equal parts, after a punctuation mark where one is close, and never before one."""
    cuts = [0]
    for number in range(1, count):
        ideal = round(number * len(words) / count)
        near = sorted(range(max(ideal - 3, 1), min(ideal + 4, len(words))), key=lambda cut: abs(cut - ideal))
        after = [cut for cut in near if words[cut - 1] in BREAK_AFTER and words[cut] not in NEVER_FIRST]
        cuts.append(next(iter([*after, *(cut for cut in near if words[cut] not in NEVER_FIRST)]), ideal))
    lines = [words[start:end] for start, end in pairwise([*cuts, len(words)])]
    return [line for line in lines if line]


class Drawing:
    """A figure in the making, in one design and one language.

    Attributes:
        language: `"en"` or `"zh"`.
        design: Width and type.
        links: What can be clicked: the key of a mark to its address.
        marks: The SVG elements so far.
    """

    def __init__(self, name: str, language: str, design: Design, links: Mapping[str, str]) -> None:
        self.name, self.language, self.design, self.links = name, language, design, links
        self.marks: list[str] = []

    def say(self, name: str, **values: str) -> str:
        """A wording of the figure."""
        return say(f"figures.{self.name}.{name}", self.language, **values)

    def said_on(self, name: str, **values: str) -> str:
        """A wording whose line ends `|` are meant for the wide design only."""
        joint = "|" if self.design is WIDE else " " if self.language == "en" else ""
        return self.say(name, **values).replace("|", joint)

    def listed(self, terms: Iterable[Term]) -> str:
        """Names in a row."""
        return (", " if self.language == "en" else "、").join(term.name(self.language) for term in terms)

    def leading(self) -> float:
        """Distance of two baselines, in units."""
        return LEADING * self.design.size

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        width: float = math.inf,
        fill: str = INK,
        anchor: str = "middle",
        strong: bool = False,
        link: str = "",
    ) -> float:
        """Wrapped lines, the first on the baseline `y`; returns the baseline that would come next."""
        weight = 600 if strong and self.language == "en" else 400
        href = self.links.get(link)
        look = f'fill="{ACCENT if href else fill}" text-anchor="{anchor}" font-weight="{weight}"'
        look += ' text-decoration="underline"' if href else ""
        lines = []
        for line in wrap(words, self.design.size, width):
            lines.append(f'<text x="{x:g}" y="{y:g}" font-size="{self.design.size}" {look}>{escape(line)}</text>')
            y = round(y + self.leading(), 2)
        self.marks += [f'<a href="{escape(href)}">', *lines, "</a>"] if href else lines
        return y

    def centred(
        self, x: float, y: float, words: str, *, width: float = math.inf, fill: str = INK, link: str = ""
    ) -> None:
        """Wrapped lines around the point (x, y), a name in a shape."""
        count = len(wrap(words, self.design.size, width))
        first = y + self.design.size * 0.35 - (count - 1) * self.leading() / 2
        self.text(x, first, words, width=width, fill=fill, link=link)

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str, edge: str = "none", more: str = ""
    ) -> None:
        """A rectangle; `more` are further attributes."""
        self.marks.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" stroke="{edge}" '
            f'stroke-width="2.5" {more}/>'
        )

    def path(
        self, course: str, *, fill: str = "none", stroke: str = "none", width: float = 2.5, more: str = ""
    ) -> None:
        """A shape or a stroke, its course in the letters of SVG."""
        self.marks.append(
            f'<path d="{course}" fill="{fill}" stroke="{stroke}" stroke-width="{width:g}" '
            f'stroke-linecap="round" {more}/>'
        )

    def circle(
        self, x: float, y: float, radius: float, *, fill: str = GROUND, edge: str = INK, width: float = 2.5
    ) -> None:
        """A ring, or a disc."""
        self.marks.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}" stroke="{edge}" stroke-width="{width:g}"/>'
        )

    def hairline(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """A thin line that separates or joins."""
        self.path(f"M{x1:g} {y1:g}L{x2:g} {y2:g}", stroke=LINE, width=2)

    def arrow(self, x1: float, x2: float, y: float) -> None:
        """A short level arrow: somebody walks."""
        back = 7 if x2 < x1 else -7
        self.path(f"M{x1:g} {y:g}H{x2:g}m{back} -6L{x2:g} {y:g}l{back} 6", stroke=ACCENT)

    def person(self, x: float, feet: float, scale: float = 1.0) -> None:
        """Head and shoulders, 42 units wide and 47 high."""
        head = '<circle cx="0" cy="-36" r="11"/><path d="M-21 0a21 21 0 0 1 42 0z"/>'
        self.marks.append(f'<g transform="translate({x:g} {feet:g}) scale({scale:g})" fill="{INK}">{head}</g>')

    def svg(self, bottom: float) -> str:
        """The finished picture; what it says stands beside it on the page."""
        wide, high = self.design.width, math.ceil(bottom)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
            f'font-family="{FONT}">\n' + "\n".join(self.marks) + "\n</svg>\n"
        )


def draw(name: str, language: str, design: Design, links: Mapping[str, str] | None = None) -> str:
    """One figure as SVG, coloured by the page's variables.

    Args:
        name: One of `NAMES`.
        language: `"en"` or `"zh"`.
        design: `WIDE` or `NARROW`.
        links: What can be clicked: the key of a mark, `model` or `backtracking`, to its address.
    """
    drawing = Drawing(name, language, design, links or {})
    bottom: float = import_module(f"{__name__}.{name}").draw(drawing)
    return drawing.svg(bottom)


def table(name: str, language: str) -> dict[str, object] | None:
    """What a figure compares in words, as `caption`, `columns` and `rows`; None where there is nothing to compare."""
    found: dict[str, object] | None = getattr(import_module(f"{__name__}.{name}"), "table", lambda _: None)(language)
    return found


def alone(name: str, language: str) -> str:
    """The wide picture as a file of its own: title above, source below, light colours on white."""
    drawing = Drawing(name, language, WIDE, {})
    title, about = drawing.say("title"), drawing.say("desc")
    first = -18 - (len(wrap(title, WIDE.size, WIDE.width)) - 1) * drawing.leading()
    drawing.text(0, first, title, width=WIDE.width, anchor="start", strong=True)
    bottom: float = import_module(f"{__name__}.{name}").draw(drawing)
    end = drawing.text(0, bottom + 32, source(name, language), width=WIDE.width, anchor="start", fill=QUIET)
    top, wide = first - 2 * MARGIN, WIDE.width + 2 * MARGIN
    high = math.ceil(end - top + MARGIN / 2)
    return fixed(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-MARGIN} {top:g} {wide} {high}" width="{wide}" '
        f'height="{high}" role="img" font-family="{FONT}">\n<title>{escape(title)}</title>\n'
        f"<desc>{escape(about)}</desc>\n"
        f'<rect x="{-MARGIN}" y="{top:g}" width="{wide}" height="{high}" fill="#ffffff"/>\n'
        + "\n".join(drawing.marks)
        + "\n</svg>\n"
    )


def source(name: str, language: str) -> str:
    """Whose the drawing is, and what it does not claim."""
    return say(f"figures.{name}.note", language)


def files() -> dict[str, str]:
    """All figures as files: file name to content."""
    return {f"{name}{SUFFIX[language]}.svg": alone(name, language) for name in NAMES for language in SUFFIX}
