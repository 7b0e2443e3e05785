"""The report's figures, redrawn: one module a figure, words in, an SVG out, in both languages.

`python -m cvc_helpers.figures` writes them all to `book/figures`. The arrangement is the handbook's.
"""

from __future__ import annotations

import math
import textwrap
from html import escape
from importlib import import_module
from itertools import pairwise

from cvc_helpers.wording import say

INK, QUIET, LINE, TINT, ACCENT = "#1f2933", "#5b6770", "#c9d3da", "#f1f6f8", "#0b6e99"
FONT = "'Source Sans 3','Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"
WIDTH, MARGIN = 720, 16
TITLE, BODY, NOTE = 32, 26, 21
"""Type sizes: a phone of 390 px shows 26 and 21 units as 14 and 11 px."""
LEADING = {TITLE: 40, BODY: 32, NOTE: 28}
"""Distance of two baselines, by type size."""
LATIN, WIDE = 0.56, 1.0
"""Width of a character in em, on the safe side."""
NEVER_FIRST = "，。；：！？、）”’》的"
SOFT = "\u200b"
"""A zero-width space in a wording: a good place for a line to end."""
BREAK_AFTER = "，。；：！？、" + SOFT
NAMES = ("framework", "theory", "model", "two_cases", "chain")
"""The figures, in the order of the book; `chain` is ours, the others are the report's."""
SUFFIX = {"en": "", "zh": ".zh_CN"}
"""How Sphinx finds the picture of a language."""


def text_width(words: str, size: int) -> float:
    """Width of a line in units, estimated on the safe side."""
    return size * sum(WIDE if ord(sign) > 0x2E7F else LATIN for sign in words.replace(SOFT, ""))


def wrap(words: str, size: int, width: float) -> list[str]:
    """Break words into the fewest lines that fit, of nearly equal length."""
    if text_width(words, size) <= width:
        return [words.replace(SOFT, "")]
    for count in range(2, len(words) + 1):
        lines = [line.replace(SOFT, "") for line in _broken(words, count)]
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
    """A figure in the making: marks on a column of 720 units, in one language.

    Attributes:
        language: `"en"` or `"zh"`.
        marks: The SVG elements so far.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.marks: list[str] = []

    def say(self, name: str) -> str:
        """A wording of `figures.yml`."""
        return say(f"figures.{name}", self.language)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: int = BODY,
        fill: str = INK,
        anchor: str = "start",
        strong: bool = False,
    ) -> None:
        """One line on a baseline; Chinese is never set in bold."""
        weight = 600 if strong and self.language == "en" else 400
        self.marks.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{escape(words)}</text>'
        )

    def paragraph(
        self,
        x: float,
        y: float,
        words: str,
        *,
        width: float,
        size: int = BODY,
        fill: str = INK,
        anchor: str = "start",
        strong: bool = False,
    ) -> float:
        """Wrapped lines, the first on the baseline `y`; returns the baseline that would come next."""
        for line in wrap(words, size, width):
            self.text(x, y, line, size=size, fill=fill, anchor=anchor, strong=strong)
            y += LEADING[size]
        return y

    def centred(self, x: float, y: float, words: str, *, width: float, size: int = BODY, fill: str = INK) -> None:
        """Wrapped lines around the point (x, y), a name in a box."""
        lines = wrap(words, size, width)
        first = y - (len(lines) - 1) * LEADING[size] / 2 + round(size * 0.34)
        for number, line in enumerate(lines):
            self.text(x, first + number * LEADING[size], line, size=size, fill=fill, anchor="middle")

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str = TINT, edge: str = "none", rx: int = 8
    ) -> None:
        """A ground that holds things together."""
        self.marks.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{rx}" fill="{fill}" '
            f'stroke="{edge}" stroke-width="2"/>'
        )

    def hairline(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """A thin line that separates or joins."""
        self.marks.append(f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{LINE}" stroke-width="2"/>')

    def dot(self, x: float, y: float) -> None:
        """One step of several."""
        self.marks.append(f'<circle cx="{x:g}" cy="{y:g}" r="6" fill="#fff" stroke="{ACCENT}" stroke-width="2"/>')

    def arrow(self, *points: tuple[float, float]) -> None:
        """A line through points with a head at the last; only where something flows."""
        (x0, y0), (x1, y1) = list(pairwise(points))[-1]
        length = math.hypot(x1 - x0, y1 - y0)
        dx, dy = 8 * (x1 - x0) / length, 8 * (y1 - y0) / length
        path = " L".join(f"{x:g} {y:g}" for x, y in points)
        head = f"M{x1 - dx - dy:g} {y1 - dy + dx:g} L{x1:g} {y1:g} L{x1 - dx + dy:g} {y1 - dy - dx:g}"
        self.marks.append(f'<path d="M{path} {head}" fill="none" stroke="{ACCENT}" stroke-width="2"/>')

    def title(self, name: str) -> float:
        """The figure's answer as its title; returns where the drawing may begin."""
        return self.paragraph(0, 32, self.say(f"{name}.title"), width=WIDTH, size=TITLE, strong=True) - 8

    def foot(self, y: float, *names: str) -> float:
        """Quiet lines at the end; the last says whose the drawing is."""
        for name in names:
            y = self.paragraph(0, y, self.say(name), width=WIDTH, size=NOTE, fill=QUIET)
        return y

    def svg(self, name: str, bottom: float) -> str:
        """The finished picture, with title and description for a screen reader."""
        wide, high = WIDTH + 2 * MARGIN, math.ceil(bottom / 8) * 8 + MARGIN
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-MARGIN} -8 {wide} {high}" width="{wide}" '
            f'height="{high}" role="img" aria-labelledby="{name}-t {name}-d" font-family="{FONT}">'
        )
        title, about = (escape(self.say(f"{name}.{part}")) for part in ("title", "desc"))
        names = f'<title id="{name}-t">{title}</title>\n<desc id="{name}-d">{about}</desc>'
        ground = f'<rect x="{-MARGIN}" y="-8" width="{wide}" height="{high}" fill="#fff"/>'
        return "\n".join([head, names, ground, *self.marks, "</svg>"]) + "\n"


def draw(name: str, language: str) -> str:
    """One figure as SVG.

    Args:
        name: One of `NAMES`.
        language: `"en"` or `"zh"`.
    """
    drawn: str = import_module(f"{__name__}.{name}").draw(language)
    return drawn


def files() -> dict[str, str]:
    """All figures: file name to content."""
    return {f"{name}{SUFFIX[language]}.svg": draw(name, language) for name in NAMES for language in SUFFIX}
