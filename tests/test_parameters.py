"""What a case may be run with: everything outside is refused, and told in both languages what is allowed."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvc_helpers.contract import check_parameters, ranges
from cvc_helpers.errors import CvcError
from cvc_helpers.runs import cases
from tests.conftest import ROOT
from tests.runs.conftest import cvc

SLUGS = sorted(path.stem for path in ranges.FOLDER.glob("*.yml"))
ODD_NUMBERS = [-0.0, 0, 1, 1.0, 50, 51, 1e-12, 1 - 1e-12, 10**400, math.nan, math.inf, -math.inf, True, "1", "", None]
NUMBERS = st.one_of(st.integers(-5, 4000), st.floats(-5, 130), st.sampled_from(ODD_NUMBERS))
ODD_TEXTS = ["S9901", "养老-01", "S99 01", "a'b", "en", "2024-02-30", "20240101", 1, None]
TEXTS = st.one_of(st.text(max_size=30), st.sampled_from(ODD_TEXTS))
CODES = st.one_of(st.just("S9901"), st.from_regex(r"[A-Z]\d{1,4}", fullmatch=True))
NAMES = ["wealth_band", "need_score", "quarter", "everything", "", " branch_id ", "Wealth_band"]


def number(value: Any) -> bool:
    return type(value) in (int, float) and not (type(value) is float and not math.isfinite(value))


def between(low: float, high: float, *, low_in: bool = False, high_in: bool = False) -> Callable[[Any], bool]:
    ends = [bound for bound, is_in in ((low, low_in), (high, high_in)) if is_in]
    return lambda value: number(value) and (low < value < high or value in ends)


def whole(low: int, high: float = math.inf) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def several(*names: str) -> Callable[[Any], bool]:
    return lambda value: all(name.strip() in ("", *names) for name in value.split(","))


positive, share, not_negative = (
    between(0, 10**9, high_in=True),
    between(0, 1),
    between(0, 10**9, low_in=True, high_in=True),
)
MAY_BE: dict[tuple[str, str], tuple[Callable[[Any], bool], str]] = {
    ("big_policy_backtracking", "premium_threshold_yuan"): (whole(1, 10**12), "> 0, ≤ 1000000000000"),
    ("big_policy_backtracking", "committed_threshold_yuan"): (whole(1, 10**12), "> 0, ≤ 1000000000000"),
    ("big_policy_backtracking", "contribution_yuan_per_policy"): (positive, "> 0, ≤ 1000000000"),
    ("big_policy_backtracking", "cost_yuan_per_use"): (not_negative, "≥ 0, ≤ 1000000000"),
    ("big_policy_backtracking", "control_share"): (between(0.01, 1, low_in=True, high_in=True), "≥ 0.01, ≤ 1"),
    ("big_policy_backtracking", "age_from"): (whole(0, 120), "≥ 0, ≤ 120"),
    ("big_policy_backtracking", "age_to"): (whole(0, 120), "≥ 0, ≤ 120"),
    ("customer_value", "contribution_yuan_per_request"): (positive, "> 0, ≤ 1000000000"),
    ("customer_value", "fitting_cost_yuan"): (positive, "> 0, ≤ 1000000000"),
    ("customer_value", "worth_requests_per_100"): (between(0, 100, high_in=True), "> 0, ≤ 100"),
    ("customer_value", "worth_share"): (share, "> 0, < 1"),
    ("customer_value", "worth_odds_ratio"): (between(1, math.inf), "> 1"),
    ("customer_value", "worth_precision"): (share, "> 0, < 1"),
    ("customer_value", "clusters"): (whole(2, 50), "≥ 2, ≤ 50"),
    ("customer_value", "folds"): (whole(2, 20), "≥ 2, ≤ 20"),
    ("customer_value", "seed"): (whole(0, 4294967295), "≥ 0, ≤ 4294967295"),
    ("service_model", "skilled_from"): (share, "> 0, < 1"),
    ("service_model", "window_days"): (whole(1, 3650), "≥ 1, ≤ 3650"),
    ("service_model", "margin_per_100"): (between(0, 100, high_in=True), "> 0, ≤ 100"),
    ("service_model", "worth_ratio"): (between(1, math.inf), "> 1"),
    ("service_model", "worth_claim"): (between(1, math.inf, low_in=True), "≥ 1"),
    ("service_model", "discount"): (share, "> 0, < 1"),
    ("service_model", "contribution_yuan_per_sale"): (not_negative, "≥ 0, ≤ 1000000000"),
}
"""Written down a second time, as code: parameter to what it may be, and to the words in which a refusal says so."""


def refusal(slug: str, values: dict[str, Any]) -> CvcError | None:
    try:
        check_parameters(slug, values)
    except CvcError as refused:
        return refused
    return None


def judge(slug: str, name: str, value: Any, is_fine: bool, words: str, **others: Any) -> None:
    """A value inside passes; one outside is refused by name, value and what is allowed, in both languages."""
    refused = refusal(slug, {name: value, **others})
    assert (refused is None) == is_fine, (value, refused)
    if refused is not None:
        assert refused.exit_code == 2
        for language in ("en", "zh"):
            for part in (slug, name, str(value)[:40], words, f"--set {name}=", f"cases/{slug}.md"):
                assert part in refused.text(language), (part, language)


@pytest.mark.parametrize(("slug", "name"), sorted(MAY_BE))
@given(value=NUMBERS)
def test_a_number_outside_its_range_is_refused_and_one_inside_passes(slug, name, value):
    allowed, words = MAY_BE[slug, name]
    judge(slug, name, value, allowed(value), words)


@pytest.mark.parametrize("name", ["service_id", "placebo_id", "group_rule"])
@given(value=TEXTS)
def test_a_code_has_plain_characters(name, value):
    is_code = isinstance(value, str) and re.fullmatch(r"[\w.-]{1,64}", value) is not None
    judge("big_policy_backtracking", name, value, is_code or (name, value) == ("group_rule", ""), "64")


@given(value=st.one_of(TEXTS, st.lists(CODES).map(", ".join), st.sampled_from(["all", "in_reach", "S1,", "S1,,S2"])))
def test_branches_are_all_those_in_reach_or_codes(value):
    parts = value.split(",") if isinstance(value, str) else []
    are_codes = bool(parts) and all(re.fullmatch(r"[\w.-]{1,64}", part.strip()) for part in parts)
    judge("big_policy_backtracking", "branches", value, are_codes, "all, in_reach")


@given(first=st.integers(0, 120), last=st.integers(0, 120))
def test_the_ages_of_a_group_are_not_turned_round(first, last):
    judge("big_policy_backtracking", "age_to", last, last >= first, "age_from = ", age_from=first)


@given(service=CODES, placebo=CODES)
def test_the_placebo_is_another_service(service, placebo):
    judge("big_policy_backtracking", "placebo_id", placebo, service != placebo, "service_id", service_id=service)


@pytest.mark.parametrize("name", ["first_day", "last_day"])
@given(value=st.one_of(TEXTS, st.dates().map(str), st.dates().map(lambda day: f"{day:%d/%m/%Y}")))
def test_a_date_is_a_day_of_the_calendar_or_left_to_the_data(name, value):
    try:
        is_day = value == "" or (isinstance(value, str) and str(datetime.date.fromisoformat(value)) == value)
    except ValueError:
        is_day = False
    judge("big_policy_backtracking", name, value, is_day, "YYYY-MM-DD")


@given(first=st.one_of(st.dates(), st.just("")), last=st.one_of(st.dates(), st.just("")))
def test_the_last_day_comes_after_the_first(first, last):
    is_later = "" in (first, last) or last > first
    judge("big_policy_backtracking", "last_day", str(last), is_later, "first_day = ", first_day=str(first))


@pytest.mark.parametrize(
    ("slug", "names"),
    [
        (
            "big_policy_backtracking",
            "wealth_band, skill_tier, is_certified, prior_band, tenure_band, age_band, branch_id, quarter",
        ),
        ("service_model", "wealth_band, tenure_years, need_score, branch_id"),
    ],
)
@given(parts=st.lists(st.sampled_from(NAMES)))
def test_only_confounders_that_a_case_has_are_withheld(slug, names, parts):
    judge(slug, "withhold", ",".join(parts), several(*names.split(", "))(",".join(parts)), names)


@pytest.mark.parametrize("slug", SLUGS)
@given(value=TEXTS)
def test_a_language_is_one_of_two(slug, value):
    judge(slug, "language", value, value in ("en", "zh"), "en, zh")


@pytest.mark.parametrize("slug", SLUGS)
def test_what_may_be_withheld_is_what_the_method_compares(slug):
    rule = ranges.ranges(slug).get("withhold")
    names = sorted(path.stem for path in (ROOT / "cvc_helpers" / "methods").glob(f"{slug}*.py"))
    modules = [import_module(f"cvc_helpers.methods.{name}") for name in names]
    known = [module.CONFOUNDERS for module in modules if hasattr(module, "CONFOUNDERS")]
    if rule is not None:
        assert tuple(rule["several_of"]) in known


@pytest.mark.parametrize("slug", cases.slugs())
def test_every_parameter_has_exactly_one_entry(slug):
    text = (ranges.FOLDER / f"{slug}.yml").read_text(encoding="utf-8")
    entries = re.findall(r"^(\w+):", text, re.M)
    for name in cases.parameters(cases.case_path(slug)):
        if name not in cases.BY_OPTION:
            assert entries.count(name) == 1, f"say in contract/parameters/{slug}.yml what {name} may be"


@pytest.mark.parametrize("slug", cases.slugs())
def test_the_parameters_that_a_case_has_by_itself_are_allowed(slug):
    known = cases.parameters(cases.case_path(slug))
    assert cases.checked({}, known, slug) == {}


@pytest.mark.parametrize("slug", SLUGS)
def test_every_entry_has_one_form(slug):
    forms = [{"one_of"}, {"several_of"}, {"date"}, {"date", "or_empty"}, {"date", "or_empty", "after"}]
    forms += [{"code"}, {"code", "differs_from"}, {"code", "or_empty"}, {"codes_or"}]
    for name, declared in ranges.ranges(slug).items():
        rule = {key: value for key, value in declared.items() if key not in ("threshold", "no_less_than", "among")}
        limits = set(rule) & set(ranges.LIMITS)
        assert set(rule) in forms or (limits and set(rule) <= limits | {"whole"}), f"{name}: {rule}"
        assert {declared[key] for key in ranges.AGAINST if key in declared} <= set(ranges.ranges(slug))


@pytest.mark.parametrize(
    ("setting", "code", "words"),
    [
        ("premium_threshold_yuan=-1", "E221", "> 0"),
        ("control_share=-5", "E220", "≥ 0.01, ≤ 1"),
        ("first_day=2031-13-01", "E224", "YYYY-MM-DD"),
        ("withhold=everything", "E223", "wealth_band"),
        ("placebo_id=S9901", "E227", "service_id"),
        ("age_to=40", "E228", "age_from"),
        ("branches=a;b", "E229", "in_reach"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "sql"])
def test_a_run_is_refused_before_a_kernel_starts(tmp_path, verb, setting, code, words):
    data = ["--data", str(tmp_path)] if verb == "run" else []
    done = cvc(verb, "big_policy_backtracking", *data, "--set", setting, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count(code) == 2, "one line a language"
    assert words in done.stderr
    assert done.stdout == ""
    assert not list(Path(tmp_path).iterdir())


def test_typed_values_are_held_to_the_ranges_too():
    known = cases.parameters(cases.case_path("big_policy_backtracking"))
    with pytest.raises(CvcError, match="E220"):
        cases.checked({"control_share": 0.0}, known, "big_policy_backtracking")
    assert cases.checked({"control_share": 1}, known, "big_policy_backtracking") == {"control_share": 1}
