"""The map of the canonical tables: a drawing whose boxes are links, at two widths, without a script.

Three columns: services and their use, people, sales. A line leads from a table to the one that it points to. Links to
agent and organisation are left out beyond the spine, because most tables have them; the sections below name them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from cvc_helpers import contract
from cvc_helpers.wording import say

PLACES: dict[str, tuple[int, int]] = {
    "service": (0, 0), "activity": (0, 1), "attendance": (0, 2), "contact": (0, 3), "usage": (0, 4),
    "entitlement": (0, 5), "group_rule": (0, 6),
    "org": (1, 0), "agent": (1, 1), "customer": (1, 2), "value_test": (1, 6), "calendar": (1, 7),
    "product": (2, 0), "agent_history": (2, 1), "customer_year": (2, 2), "quote": (2, 3), "proposal": (2, 4),
    "policy": (2, 5), "coverage": (2, 6),
}  # fmt: skip
"""Column and row of each table; one that is missing here stands below the others."""
TALL = {"customer": 4}
"""Rows that a box takes."""
COLUMNS = 3


class Size(NamedTuple):
    """One of the two designs, in pixels."""

    name: str
    width: int
    box: int
    gap: int
    height: int
    step: int
    type: int


WIDE = Size("wide", 680, 184, 52, 48, 68, 16)
NARROW = Size("narrow", 310, 94, 10, 44, 56, 13)


class Box(NamedTuple):
    """Where a table stands: left, top, width, height."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.width

    @property
    def middle(self) -> float:
        """Half of its height."""
        return self.top + self.height / 2


def html(language: str) -> str:
    """The map at both widths; the stylesheet shows one.

    Args:
        language: `"en"` or `"zh"`.

    Returns:
        One `<figure class="cvc-map">`.
    """
    caption, note = (escape(say(f"pages.map_{name}", language)) for name in ("caption", "note"))
    drawn = "".join(_drawing(size, language) for size in (WIDE, NARROW))
    return (
        f'<figure class="cvc-figure cvc-map"><figcaption class="cvc-title"><strong>{caption}</strong></figcaption>'
        f'{drawn}<p class="cvc-source">{note}</p></figure>'
    )


def places() -> dict[str, tuple[int, int]]:
    """Column and row of every table of the contract; new ones in rows below."""
    names = contract.tables()
    below = max(row for _, row in PLACES.values()) + 1
    new = [name for name in names if name not in PLACES]
    return {name: PLACES[name] for name in names if name in PLACES} | {
        name: (number % COLUMNS, below + number // COLUMNS) for number, name in enumerate(new)
    }


def links() -> list[tuple[str, str]]:
    """Pairs of tables, from and to, that the map joins; read from the contract."""
    pairs = {
        (table.name, column.refers_to.split(".")[0])
        for table in contract.tables().values()
        for column in table.columns
        if column.refers_to
    }
    spine = {("customer", "agent"), ("agent", "org"), ("agent_history", "agent")}
    return sorted(
        (one, other)
        for one, other in pairs
        if one != other and ((one, other) in spine or other not in ("agent", "org"))
    )


def _drawing(size: Size, language: str) -> str:
    boxes = {name: _box(size, name, *place) for name, place in places().items()}
    height = max(box.top + box.height for box in boxes.values()) + 2
    lines = "".join(f'<path class="cvc-map-line" d="{path}"/>' for path in _paths(boxes, size))
    drawn = "".join(_link(name, box, size, language) for name, box in boxes.items())
    label = escape(say("pages.map_caption", language))
    return (
        f'<svg class="cvc-{size.name}" role="group" aria-label="{label}" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {size.width} {height:g}" width="{size.width}" height="{height:g}">{lines}{drawn}</svg>'
    )


def _box(size: Size, name: str, column: int, row: int) -> Box:
    margin = (size.width - COLUMNS * size.box - (COLUMNS - 1) * size.gap) / 2
    height = size.height + size.step * (TALL.get(name, 1) - 1)
    return Box(margin + column * (size.box + size.gap), 1 + row * size.step, size.box, height)


def _paths(boxes: dict[str, Box], size: Size) -> Iterator[str]:
    """Lines of the map: straight where two boxes are neighbours, else along the outer edge of a column."""
    for one, other in links():
        here, there = boxes[one], boxes[other]
        if here.left != there.left:
            if there.top <= here.middle <= there.top + there.height:
                edges = (here.left, there.right) if here.left > there.left else (here.right, there.left)
                yield f"M{edges[0]:g} {here.middle:g}H{edges[1]:g}"
        elif abs(places()[one][1] - places()[other][1]) <= TALL.get(other, 1):
            x = here.left + here.width / 2
            yield f"M{x:g} {here.top:g}V{there.top + there.height:g}"
        else:
            outer = 3 if here.left < size.width / 2 else size.width - 3
            side = here.left if here.left < size.width / 2 else here.right
            yield f"M{side:g} {here.middle:g}H{outer:g}V{there.middle:g}H{side:g}"


def _link(name: str, box: Box, size: Size, language: str) -> str:
    table = contract.tables()[name]
    called = table.zh if language == "zh" else table.en
    words = [called, name] if size is WIDE else _cut(called if language == "zh" else name)
    lines = _lines(words, box, size)
    shape = f'<rect x="{box.left:g}" y="{box.top:g}" width="{box.width:g}" height="{box.height:g}" rx="4"/>'
    return f'<a href="#table-{name}" aria-label="{escape(called)} ({name})">{shape}{lines}</a>'


def _lines(words: Sequence[str], box: Box, size: Size) -> str:
    """The words of a box, centred; in the wide design the second line is the name in code, smaller."""
    first = box.middle + size.type * 0.36 - (len(words) - 1) * size.type * 0.62
    found = ""
    for number, line in enumerate(words):
        is_code = size is WIDE and number > 0
        kind, type_size = ("cvc-map-code", size.type - 2) if is_code else ("cvc-map-name", size.type)
        place = f'x="{box.left + box.width / 2:g}" y="{first + number * size.type * 1.24:g}" font-size="{type_size}"'
        found += f'<text {place} class="{kind}">{escape(line)}</text>'
    return found


def _cut(words: str) -> Sequence[str]:
    """A name in one line, or in two where it is long: after an underscore, or in the middle of a Chinese name."""
    if len(words) <= 6 or (words.isascii() and len(words) <= 11):
        return [words]
    if "_" in words:
        head, _, tail = words.partition("_")
        return [f"{head}_", tail]
    half = (len(words) + 1) // 2
    return [words] if words.isascii() else [words[:half], words[half:]]
