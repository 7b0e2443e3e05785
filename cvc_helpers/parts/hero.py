"""All findings of all columns in one chart: what is left of the slide's number when like is compared with like."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest

from cvc_helpers.parts.found import RATIO, Found, legend
from cvc_helpers.parts.markup import Html, el, join
from cvc_helpers.parts.strips import Guide, Row, Scale, bar, dot, rows, scale_of, tick
from cvc_helpers.rounding import sign
from cvc_helpers.wording import say

MOST = 14
"""Lines on the page; the others stand a click behind."""
EDGES = Scale(-1.05, 2.3)
"""No chart reaches further; what lies beyond is said."""
NEAR_NONE = -0.05


def hero(columns: Mapping[str, Sequence[Found]], language: str, *, href: Callable[[Found], str], source: str) -> Html:
    """The chart of the landing page: a line a finding, its label a link, its title counted.

    Chapters ask what a reader believes, so what was found waits here until it is asked for. What counts people, yuan or
    shares is one picture; ratios, of which a half and a double are as far from none, stand a click behind it.
    The wording of a finding has `hero`, a short name; that of a column, `name`.

    Args:
        columns: Slug to its findings, in the order of the chapters.
        language: `"en"` or `"zh"`.
        href: Where a finding's line leads.
        source: Where the data come from.
    """
    counting, ratios = (_those(columns, is_ratio=kind) for kind in (False, True))
    first, rest = chosen(counting)
    counted = _counts([one for found in counting.values() for one in found])
    title = "hero_title" if counted["wrong"] else "hero_title_right_way"
    scale = _scale(first)
    drawn = rows(
        _lines(first, scale, language, href), scale, title=say(f"findings.{title}", language, **counted),
        measured=say("findings.hero_measured", language), before=_before(first, language), ticks=_ticks(scale),
        source=source, guides=_guides(language), cls="cvc-hero", tabindex="-1",
    )  # fmt: skip
    return join([drawn, _fold("hero_rest", rest, language, href), _fold("hero_ratios", ratios, language, href)])


def is_comparable(found: Found) -> bool:
    """Whether a finding says what is left of a slide's number: it has both, and the slide claims some effect."""
    slide, honest = found["on_the_slide"], found["like_with_like"]
    return None not in (slide, honest) and found.kind != "control" and not math.isclose(slide, found.nothing)


def _those(columns: Mapping[str, Sequence[Found]], *, is_ratio: bool) -> dict[str, list[Found]]:
    return {
        slug: [one for one in found if is_comparable(one) and (one["unit"] == RATIO) == is_ratio]
        for slug, found in columns.items()
    }


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
    if found["unit"] == RATIO:
        return math.log(number) / math.log(slide) if number > 0 else -math.inf
    return number / slide


def _before(columns: Mapping[str, Sequence[Found]], language: str) -> Html:
    """What the marks are, and the button that shows what was found."""
    on_page = [one for found in columns.values() for one in found]
    show = el("button", say("findings.hero_show", language), type="button", cls="cvc-show")
    return join([legend(language, on_page), el("p", show, cls="cvc-buttons cvc-unasked")])


def _guides(language: str) -> list[Guide]:
    return [Guide(0.0, "is-zero", say("findings.hero_zero", language)),
            Guide(1.0, "is-claim", say("findings.hero_slide", language))]  # fmt: skip


def _ends(found: Found) -> list[float]:
    return sorted(left(found, found[name]) for name in ("low", "high"))


def _scale(columns: Mapping[str, Sequence[Found]]) -> Scale:
    """As far as the findings reach within the edges."""
    reach = [end for found in columns.values() for one in found for end in _ends(one)]
    inside = [end for end in reach if EDGES.low <= end <= EDGES.high]
    return scale_of([*inside, 0.0, 1.0])


def _ticks(scale: Scale) -> list[tuple[float, str]]:
    return [(value, sign(f"{100 * value:.0f}")) for value in scale.ticks()]


def _lines(
    columns: Mapping[str, Sequence[Found]], scale: Scale, language: str, href: Callable[[Found], str]
) -> list[Row]:
    found = []
    for slug, findings in columns.items():
        name = Row(say(f"{slug}.name", language), Html(), kind="cvc-group")
        found += [name, *(_row(one, scale, href(one)) for one in findings)] if findings else []
    return found


def _row(found: Found, scale: Scale, href: str) -> Row:
    if _ends(found)[0] > scale.high:  # off the chart: said, not squeezed
        times = f"{left(found, found['like_with_like']):.0f}"
        words = found.say("hero_off", times=times)
        said = el("text", words, x="100%", y="50%", dy="0.35em", text_anchor="end", cls="cvc-out")
        marks = join([dot(scale, 1.0, "is-slide"), said])
    else:
        marks = _marks(found, scale)
    honest = el("span", f" → {found.shown('like_with_like')}", cls="cvc-honest")
    number = join([found.shown("on_the_slide"), honest])
    return Row(found.say("hero"), marks, number, found.say("hero_unit", f"hero_unit_{found['unit']}"), href=href)


def _marks(found: Found, scale: Scale) -> Html:
    honest, (low, high) = left(found, found["like_with_like"]), _ends(found)
    joined = el("line", cls="cvc-link", x1=scale.at(1.0), x2=scale.at(honest), y1="50%", y2="50%")
    truth = [] if found["planted"] is None else [tick(scale, left(found, found["planted"]))]
    return join([joined, bar(scale, low, high), dot(scale, 1.0, "is-slide"), dot(scale, honest), *truth])


def _counts(findings: Sequence[Found]) -> dict[str, int]:
    """How many slides there are, and how many claim too much, too little, or the wrong way."""
    shares = [left(found, found["like_with_like"]) for found in findings]
    wrong, little = sum(share <= NEAR_NONE for share in shares), sum(share >= 1 for share in shares)
    return {"all": len(shares), "much": len(shares) - wrong - little, "little": little, "wrong": wrong}


def _fold(name: str, columns: Mapping[str, Sequence[Found]], language: str, href: Callable[[Found], str]) -> Html:
    """Further findings behind a click, on a scale of their own."""
    scale = _scale(columns)
    lines = _lines(columns, scale, language, href)
    if not lines:
        return Html()
    drawn = rows(lines, scale, ticks=_ticks(scale), guides=_guides(language), cls="cvc-hero")
    return el("details", el("summary", say(f"findings.{name}", language)), drawn, cls="cvc-fold")
