"""Parts of a page, drawn for every reading and in both languages, without a browser."""

from __future__ import annotations

import json
import math
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from cvc_helpers.book import computed
from cvc_helpers.errors import CvcError
from cvc_helpers.parts import hero, threshold
from cvc_helpers.parts.card import card
from cvc_helpers.parts.compared import compared
from cvc_helpers.parts.decision import MOST_WORDS, decision_strip, money
from cvc_helpers.parts.found import Found, write
from cvc_helpers.parts.guess import guess
from cvc_helpers.parts.strips import Scale, above
from cvc_helpers.parts.withheld import misses, withheld
from cvc_helpers.wording import say

ROOT = Path(__file__).parents[1]
FINDING = computed.FINDING
SLUGS = ("big_policy_backtracking", "customer_value", "service_model")
LANGUAGES = ("en", "zh")
READINGS = ("fund", "pilot", "stop", "cannot_tell")


def stored(slug: str) -> list[dict[str, Any]]:
    shown = computed.glued(ROOT / "cases" / f"{slug}.ipynb", "en").values()
    return [json.loads(json.dumps(data[FINDING])) for data in shown if FINDING in data]


def primary(slug: str, **changed: Any) -> dict[str, Any]:
    found = next(content for content in stored(slug) if content["finding"]["is_primary"])
    found["finding"] |= changed
    return found


def words(html: str) -> list[str]:
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    return re.findall(r"[一-鿿]|[A-Za-z0-9¥.,%−'’]+", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("slug", SLUGS)
def test_every_reading_has_a_strip_of_few_words(slug: str, reading: str, language: str) -> None:
    html = decision_strip(Found(primary(slug, reading=reading), language))
    cells = re.findall(r"<dd>(.*?)</dd>", html)
    assert len(cells) == 4
    assert all(0 < len(words(cell)) <= (MOST_WORDS if language == "en" else 30) for cell in cells), cells
    assert "{" not in html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_a_pilot_whose_interval_would_do_is_told_from_one_whose_interval_would_not(slug: str, language: str) -> None:
    """Only a check stands in the way: to say that the bar may be missed would contradict the number beside it."""
    plain, capped = (
        decision_strip(Found(primary(slug, reading="pilot", reason=reason), language))
        for reason in ("interval", "capped_sensitivity")
    )
    doubt = say("findings.strip_not_pilot_rest", language, worth="|").split("|")[0]
    assert doubt in plain
    assert doubt not in capped


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_what_cannot_be_told_is_not_priced(slug: str, language: str) -> None:
    found = Found(primary(slug, reading="cannot_tell", reason="check_essential"), language)
    assert money(found)["brings"] not in decision_strip(found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_a_refused_decision_says_what_is_missing_and_asks_no_guess(slug: str, language: str) -> None:
    nothing = dict.fromkeys(("like_with_like", "low", "high", "planted"))
    found = Found(primary(slug, **nothing, reading="cannot_tell", reason="refused"), language)
    assert guess(found) == ""
    assert threshold.threshold(found) == ""
    assert "–" not in decision_strip(found)
    assert card(found)


@pytest.mark.parametrize(("truth", "start"), [(0.45, "0.9"), (0.1, "0.5")])
def test_a_guess_at_a_share_ends_at_all_of_it_and_starts_away_from_the_answer(truth: float, start: str) -> None:
    found = next(one for one in stored("service_model") if one["finding"]["key"].endswith("clv_retention_share"))
    found["finding"]["like_with_like"] = truth
    html = guess(Found(found, "zh"))
    thumb = re.findall(r'<input type="range"[^>]*>', html)[0]
    assert 'max="1' in thumb
    assert f'value="{start}"' in thumb
    assert "个百分点" in html


def test_a_unit_of_both_ends_stands_once_in_an_interval() -> None:
    found = next(one for one in stored("service_model") if one["finding"]["key"].endswith("clv_gain"))
    assert re.fullmatch(r"[\d.]+ – [\d.]+ 万元", Found(found, "zh").span())
    assert Found(found, "en").span().count("¥") == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_of_every_case_has_a_card_of_its_kind(language: str) -> None:
    for content in (content for slug in SLUGS for content in stored(slug)):
        found = Found(content, language)
        html = card(found)
        page, fold = html.split("<details", 1)
        assert f'class="cvc-card is-{found.kind}"' in html
        assert ("cvc-verdict" in page) == (found.kind != "measure")
        assert found.shown("like_with_like") in page
        assert content["texts"][language]["method"].split("<")[0][:20] in fold.replace("&lt;", "<")


def test_money_is_the_finding_times_its_contribution_and_in_wan_in_chinese() -> None:
    content = primary("big_policy_backtracking", like_with_like=2.0, low=1.0, high=4.0, on_the_slide=5.0,
                      money={"cost_yuan": 90_000.0, "contribution_yuan": 180_000.0})  # fmt: skip
    assert money(Found(content, "en"))["brings"] == "¥360,000"
    assert money(Found(content, "en"))["each_low"] == "¥90,000"
    assert money(Found(content, "zh"))["brings_slide"] == "90 万元"
    assert write(961_559.0, "yuan_per_100", "zh") == "96.2 万元"


@pytest.mark.parametrize(
    ("changed", "best"),
    [
        ({}, "fund"),
        ({"comparison": "case_control"}, "pilot"),
        ({"comparison": "description_only"}, "cannot_tell"),
        ({"checks": [{"key": "a", "passed": False, "weight": "sensitivity"}]}, "pilot"),
        ({"checks": [{"key": "a", "passed": False, "weight": "essential"}]}, "cannot_tell"),
        ({"checks": [{"key": "a", "passed": False, "weight": "note"}]}, "fund"),
        ({"controls": {"x.y": "too_small"}}, "pilot"),
        ({"controls": {"x.y": "alarm"}}, "cannot_tell"),
    ],
)
def test_the_slider_promises_no_more_than_the_gate(changed: dict[str, Any], best: str) -> None:
    plain = {"comparison": "comparable_cohort", "checks": [], "controls": {}}
    assert threshold.ceiling(Found(primary("service_model", **(plain | changed)), "en")) == best


def test_what_is_left_of_a_slide() -> None:
    half = Found(primary("service_model", unit="per_100", on_the_slide=10.0, like_with_like=5.0), "en")
    assert hero.left(half, 5.0) == 0.5
    ratio = Found(primary("service_model", unit="ratio", on_the_slide=4.0, like_with_like=2.0), "en")
    assert hero.left(ratio, 2.0) == pytest.approx(0.5)
    assert hero.left(ratio, 0.5) == pytest.approx(-0.5)
    assert not hero.is_comparable(Found(primary("service_model", unit="ratio", on_the_slide=1.0), "en"))


def renamed(found: Found) -> Found:
    content = json.loads(json.dumps(found.content))
    content["finding"]["key"] = f"again_{found.key}"
    return Found(content, found.language)


def test_the_hero_shows_every_primary_finding_and_at_most_fourteen() -> None:
    columns = {slug: [one for one in (Found(found, "en") for found in stored(slug)) if hero.is_comparable(one)]
               for slug in SLUGS}  # fmt: skip
    again = {f"again_{slug}": [renamed(one) for one in found] for slug, found in columns.items()}
    first, rest = hero.chosen({**columns, **again})
    assert sum(map(len, first.values())) <= hero.MOST
    assert all(found[0]["is_primary"] for found in first.values())
    first, rest = hero.chosen(columns)
    assert sum(map(len, first.values())) + sum(map(len, rest.values())) == sum(map(len, columns.values()))
    html = hero.hero(columns, "en", href=lambda found: f"{found.slug}.html#decision", source="ours")
    assert html.count("#decision") == sum(map(len, columns.values()))


def test_the_picture_of_the_hero_has_one_unit_and_ratios_stand_behind_it() -> None:
    columns = {slug: [Found(found, "en") for found in stored(slug)] for slug in SLUGS}
    picture, *folds = hero.hero(columns, "en", href=lambda found: f"#{found.key}", source="ours").split("<details")
    ratios = {f"#{one.key}" for found in columns.values() for one in found if hero.is_comparable(one)
              and one["unit"] == "ratio"}  # fmt: skip
    linked = set(re.findall(r'href="(#[^"]+)"', picture))
    assert ratios
    assert not linked & ratios
    assert ratios == set(re.findall(r'href="(#[^"]+)"', folds[-1]))
    assert "the wrong way" not in picture


def test_findings_that_count_different_things_are_not_compared() -> None:
    per_100, ratio = (Found(primary("service_model", unit=unit), "en") for unit in ("per_100", "ratio"))
    assert compared([per_100, per_100], title="two")
    with pytest.raises(CvcError, match="E213"):
        compared([per_100, ratio], title="two")


def test_a_picture_of_a_failure_marks_what_misses_the_truth() -> None:
    content = {"key": "service_model.gain", "unit": "per_100", "planted": 5.0, "source": "synthetic",
               "states": {"": [5.1, 4.0, 6.0], "dates": [9.0, 8.0, 10.0]}}  # fmt: skip
    html = withheld(content, "en", source="ours")
    assert html.count('class="is-off"') == 1
    assert misses([9.0, 8.0, 10.0], 5.0)
    assert not misses([9.0, 8.0, 10.0], None)
    assert "cvc-said" not in withheld(content | {"planted": None}, "en")


@pytest.mark.parametrize(("number", "round_one"), [(0.5, 0.5), (6.2, 10.0), (0.21, 0.25), (1.01, 2.0), (99.0, 100.0)])
def test_axes_end_on_round_numbers(number: float, round_one: float) -> None:
    assert math.isclose(above(number), round_one)


def test_ticks_of_a_scale_are_round_and_inside() -> None:
    assert Scale(-0.6, 2.4).ticks() == [0.0, 1.0, 2.0]


def test_sums_in_a_picture_of_a_failure_have_room_and_their_unit_once() -> None:
    content = {"key": "service_model.clv_gain", "unit": "yuan_per_100", "planted": 66_000.0, "source": "synthetic",
               "states": {"": [73_500.0, 60_500.0, 86_700.0], "cost": [85_600.0, 72_000.0, 99_300.0]}}  # fmt: skip
    html = withheld(content, "zh", source="ours")
    assert 'class="cvc-withheld is-wide"' in html
    assert "6.05 – 8.67 万元" in html
