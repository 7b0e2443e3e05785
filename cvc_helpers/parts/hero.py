"""All findings of all columns in one chart: what is left of the slide's number when like is compared with like."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest

from cvc_helpers.parts.found import Found, legend
from cvc_helpers.parts.markup import Html, el, join
from cvc_helpers.parts.strips import Guide, Row, Scale, bar, dot, rows, tick
from cvc_helpers.wording import say

MOST = 14
"""Lines on the page; the others stand a click behind."""
SCALE = Scale(-1.05, 2.3)
TICKS = ((-1.0, "−100"), (0.0, "0"), (1.0, "100"), (2.0, "200"))
NEAR_NONE = -0.05


def hero(columns: Mapping[str, Sequence[Found]], language: str, *, href: Callable[[Found], str], source: str) -> Html:
    """The chart of the landing page: a line a finding, its label a link, its title counted.

    The wording of a finding has `hero`, a short name; that of a column, `name`.

    Args:
        columns: Slug to its findings, in the order of the chapters.
        language: `"en"` or `"zh"`.
        href: Where a finding's line leads.
        source: Where the data come from.
    """
    comparable = {slug: [one for one in found if is_comparable(one)] for slug, found in columns.items()}
    first, rest = chosen(comparable)
    counted = _counts([one for found in comparable.values() for one in found])
    on_page = [one for found in first.values() for one in found]
    drawn = rows(
        _lines(first, language, href), SCALE, title=say("findings.hero_title", language, **counted),
        measured=say("findings.hero_measured", language), before=legend(language, on_page), ticks=TICKS, source=source,
        guides=[Guide(0.0, "is-zero", say("findings.hero_zero", language)),
                Guide(1.0, "is-claim", say("findings.hero_slide", language))], cls="cvc-hero",
    )  # fmt: skip
    return join([drawn, _fold(rest, language, href)])


def is_comparable(found: Found) -> bool:
    """Whether a finding says what is left of a slide's number: it has both, and the slide claims some effect."""
    slide, honest = found["on_the_slide"], found["like_with_like"]
    return None not in (slide, honest) and found.kind != "control" and not math.isclose(slide, found.nothing)


def chosen(columns: Mapping[str, Sequence[Found]]) -> tuple[dict[str, list[Found]], dict[str, list[Found]]]:
    """The findings on the page and those behind: each column's primary one, then in turn up to `MOST`."""
    ranked = {slug: sorted(found, key=lambda one: not one["is_primary"]) for slug, found in columns.items()}
    turns = [one for turn in zip_longest(*ranked.values()) for one in turn if one is not None]
    shown = {one.key for one in turns[:MOST]}
    first = {slug: [one for one in found if one.key in shown] for slug, found in ranked.items()}
    return first, {slug: [one for one in found if one.key not in shown] for slug, found in ranked.items()}


def left(found: Found, number: float) -> float:
    """How much of the slide's effect a number is: 0 none, 1 as much as the slide says; ratios on their logs."""
    slide = float(found["on_the_slide"])
    if found["unit"] == "ratio":
        return math.log(number) / math.log(slide) if number > 0 else -math.inf
    return number / slide


def _lines(columns: Mapping[str, Sequence[Found]], language: str, href: Callable[[Found], str]) -> list[Row]:
    found = []
    for slug, findings in columns.items():
        name = Row(say(f"{slug}.name", language), Html(), kind="cvc-group")
        found += [name, *(_row(one, href(one)) for one in findings)] if findings else []
    return found


def _row(found: Found, href: str) -> Row:
    honest = left(found, found["like_with_like"])
    ends = sorted(left(found, found[name]) for name in ("low", "high"))
    if ends[0] > SCALE.high:  # off the chart: said, not squeezed
        marks = el("text", f"{honest:.0f}× ▸", x="100%", y="50%", dy="0.35em", text_anchor="end", cls="cvc-out")
    else:
        marks = _marks(found, honest, ends)
    return Row(found.say("hero"), marks, f"{found.shown('on_the_slide')} → {found.shown('like_with_like')}",
               found.say("hero_unit", f"hero_unit_{found['unit']}"), href=href)  # fmt: skip


def _marks(found: Found, honest: float, ends: Sequence[float]) -> Html:
    joined = el("line", cls="cvc-link", x1=SCALE.at(1.0), x2=SCALE.at(honest), y1="50%", y2="50%")
    truth = [] if found["planted"] is None else [tick(SCALE, left(found, found["planted"]))]
    return join([joined, bar(SCALE, ends[0], ends[1]), dot(SCALE, 1.0, "is-slide"), dot(SCALE, honest), *truth])


def _counts(findings: Sequence[Found]) -> dict[str, int]:
    """How many slides there are, and how many claim too much, too little, or the wrong way."""
    shares = [left(found, found["like_with_like"]) for found in findings]
    wrong, little = sum(share <= NEAR_NONE for share in shares), sum(share >= 1 for share in shares)
    return {"all": len(shares), "much": len(shares) - wrong - little, "little": little, "wrong": wrong}


def _fold(columns: Mapping[str, Sequence[Found]], language: str, href: Callable[[Found], str]) -> Html:
    lines = _lines(columns, language, href)
    if not lines:
        return Html()
    drawn = rows(lines, SCALE, ticks=TICKS, guides=[Guide(0.0, "is-zero"), Guide(1.0, "is-claim")], cls="cvc-hero")
    return el("details", el("summary", say("findings.hero_rest", language)), drawn, cls="cvc-fold")
