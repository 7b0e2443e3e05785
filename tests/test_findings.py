"""The one gate: four kinds of finding, each read by its own rule and for the true reason."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Estimate
from cvc_helpers.findings import Finding
from cvc_helpers.gate import READINGS, Check, Money

NUMBERS = st.floats(-50, 50, allow_nan=False)
KEY = "big_policy_backtracking.extra_policies"
MONEY = Money(90_000, 180_000)


def decision(low, high, *, comparison="comparable_cohort", **given):
    return found(low, high, kind="decision", money=MONEY, comparison=comparison, **given)


def found(low, high, *, kind, unit="per_100", **given):
    estimate = Estimate((low + high) / 2, low, high, 100, 10)
    return Finding.of(
        key=KEY, kind=kind, unit=unit, estimate=estimate, on_the_slide=9.0, method="landmark_att", **given
    )


@pytest.mark.parametrize(
    ("low", "high", "reading"),
    [
        (0.5, 2.0, "fund"),
        (0.1, 2.0, "pilot"),
        (0.1, 0.4, "stop"),
        (-1.0, 0.4, "stop"),
        (-0.1, 2.0, "cannot_tell"),
        (0.0, 0.5, "cannot_tell"),
    ],
)
def test_a_decision_is_read_against_what_pays_for_it(low, high, reading):
    assert decision(low, high).reading == reading


def test_case_control_and_a_weak_check_cap_at_pilot_and_say_why():
    case_control, weak = decision(1, 2, comparison="case_control"), decision(1, 2, checks=(failed("sensitivity"),))
    assert (case_control.reading, case_control.reason) == ("pilot", "grade")
    assert (weak.reading, weak.reason) == ("pilot", "capped_sensitivity")
    assert "no more than a pilot" in case_control.texts("en")["reason"]
    assert "hidden cause" in weak.texts("en")["reason"]
    assert decision(1, 2, comparison="description_only").reason == "grade"
    assert decision(-1, 0.2, checks=(failed("sensitivity"),)).reading == "stop"


def failed(key, weight="sensitivity"):
    return Check(key, 1.0, False, weight)


@given(NUMBERS, st.floats(0, 20, allow_nan=False))
def test_an_essential_check_or_an_alarm_holds_every_decision_back(low, width):
    assert decision(low, low + width, checks=(failed("essential", "essential"),)).reading == "cannot_tell"
    alarm = control(1.0, 2.0, worth=5.0)
    assert alarm.reading == "alarm"
    assert decision(low, low + width, controls=(alarm,)).reading == "cannot_tell"


@given(NUMBERS, st.floats(0, 20, allow_nan=False), st.floats(0.01, 20, allow_nan=False))
def test_each_kind_has_its_own_readings_and_only_a_decision_spends(low, width, worth):
    kinds = {
        "decision": decision(low, low + width),
        "claim": found(low, low + width, kind="claim", worth=worth),
        "control": found(low, low + width, kind="control", worth=worth),
        "measure": found(low, low + width, kind="measure"),
    }
    for kind, finding in kinds.items():
        assert finding.reading in READINGS[kind]
        assert kind == "decision" or finding.reading not in ("fund", "pilot", "stop")


@pytest.mark.parametrize(
    ("low", "high", "bound", "reading"),
    [
        (3.0, 4.0, "at_least", "holds"),
        (1.0, 2.9, "at_least", "does_not_hold"),
        (2.0, 4.0, "at_least", "cannot_tell"),
        (-2.9, 2.9, "within", "holds"),
        (3.1, 9.0, "within", "does_not_hold"),
        (-1.0, 3.5, "within", "cannot_tell"),
    ],
)
def test_a_claim_holds_does_not_or_cannot_be_told(low, high, bound, reading):
    assert found(low, high, kind="claim", worth=3.0, bound=bound).reading == reading


def test_a_claim_that_a_check_weakens_is_not_said_to_hold():
    weak = found(3, 4, kind="claim", worth=3.0, checks=(failed("balance"),))
    assert (weak.reading, weak.reason) == ("cannot_tell", "capped_balance")


@pytest.mark.parametrize(("low", "high", "reading"), [(-0.4, 0.5, "clean"), (0.1, 0.5, "alarm"), (-1, 1, "too_small")])
def test_a_control_is_clean_alarms_or_is_too_small(low, high, reading):
    assert found(low, high, kind="control", worth=0.5).reading == reading
    assert found(1 + low / 2, 1 + high / 2, kind="control", unit="ratio", worth=1.25).reading == reading


@pytest.mark.parametrize(
    "given",
    [
        {"low": 2.0, "high": 1.0, "kind": "measure"},
        {"low": math.nan, "high": 1.0, "kind": "measure"},
        {"low": 0.0, "high": math.inf, "kind": "measure"},
        {"low": 0.0, "high": 1.0, "kind": "decision"},
        {"low": 0.0, "high": 1.0, "kind": "decision", "money": Money(-1, 5)},
        {"low": 0.0, "high": 1.0, "kind": "decision", "money": Money(1, 0)},
        {"low": 0.0, "high": 1.0, "kind": "claim", "worth": -0.5},
        {"low": 0.0, "high": 1.0, "kind": "claim"},
        {"low": 0.0, "high": 1.0, "kind": "claim", "unit": "ratio", "worth": 0.9},
        {"low": 0.0, "high": 1.0, "kind": "control", "worth": 0.0},
        {"low": 0.0, "high": 1.0, "kind": "measure", "worth": 1.0},
    ],
)
def test_what_cannot_be_read_is_an_error(given):
    with pytest.raises(CvcError, match="E213"):
        found(**given)


def test_a_refusal_names_why_and_shows_no_number():
    refused = Finding.refused(key=KEY, kind="decision", unit="per_100", reason="only_buyers", money=MONEY)
    assert refused.reading == "cannot_tell"
    assert refused.show(refused.like_with_like) == "–"
    for language, words in (("en", "never bought"), ("zh", "从未购买")):
        assert words in refused.texts(language)["limit"]
        assert refused.texts(language)["money"]
    assert refused.record()["like_with_like"] is None


def test_money_says_what_hundred_cost_and_bring():
    sure = decision(0.9, 1.7)
    assert sure.brings() == Estimate(1.3 * 180_000, 0.9 * 180_000, 1.7 * 180_000)
    text = sure.texts("en")["money"]
    assert all(words in text for words in ("¥90,000", "¥180,000", "0.5", "¥234,000", "¥162,000", "¥306,000"))
    assert "9 万元" in sure.texts("zh")["money"]


SLUG = "big_policy_backtracking"
OTHERS = {"placebo_date": (-1, 1), "extra_policies_rest": (0.1, 0.4)}


def control(low, high, *, key=f"{SLUG}.negative_control", worth=0.5):
    return Finding.of(
        key=key, kind="control", unit="per_100", estimate=Estimate((low + high) / 2, low, high), on_the_slide=0.0,
        method="landmark_att", worth=worth,
    )  # fmt: skip


def test_a_control_too_small_to_tell_caps_at_pilot_and_is_named():
    guarded, unguarded = (decision(1, 2, controls=(one,)) for one in (control(-0.2, 0.2), control(-1, 1)))
    assert (guarded.reading, unguarded.reading) == ("fund", "pilot")
    assert "another service" in unguarded.texts("en")["reason"]
    missing = Finding.refused(key=control(0, 0.1).key, kind="control", unit="per_100", reason="few_visitors")
    assert decision(1, 2, controls=(missing,)).reading == "pilot"


def test_a_control_that_cannot_tell_does_not_cap_beside_a_clean_one_and_one_that_alarms_always_holds_back():
    clean, blind, alarm = control(-0.2, 0.2), *(control(*ends, key=f"{SLUG}.{name}") for name, ends in OTHERS.items())
    missing = Finding.refused(key=blind.key, kind="control", unit="per_100", reason="few_visitors")
    for other in (blind, missing):
        assert decision(1, 2, controls=(clean, other)).reading == "fund"
    assert decision(1, 2, controls=(blind, alarm)).reading == "cannot_tell"
    assert decision(1, 2, controls=(clean, alarm)).reading == "cannot_tell"


def test_a_control_alarms_whatever_its_checks_say():
    failing = Check("overlap", 0.1, False, "essential")
    assert found(1, 2, kind="control", worth=5.0, checks=(failing,)).reading == "alarm"
    assert found(-1, 2, kind="control", worth=5.0, checks=(failing,)).reading == "too_small"


@pytest.mark.parametrize(
    "given",
    [
        {"checks": (Check("balance", 0.1, True, "Essential"),)},
        {"checks": (Check("balance", 0.1, math.nan, "essential"),)},
        {"checks": (Check("balance", 0.1, "False", "essential"),)},
        {"checks": (Check("balance", math.nan, True, "essential"),)},
        {"comparison": "rct"},
        {"bound": "at_most"},
        {"controls": (control(-1, 1), control(1, 2))},
        {"controls": (control(-1, 1, key="customer_value.nobody"),)},
        {"controls": (control(-1, 1, key=KEY),)},
        {"controls": (found(0, 1, kind="measure"),)},
        {"money": Money(math.inf, 1.0)},
    ],
)
def test_words_and_neighbours_that_the_gate_does_not_know_are_errors(given):
    with pytest.raises(CvcError, match="E213"):
        found(1.0, 2.0, **{"kind": "decision", "money": MONEY, "comparison": "comparable_cohort"} | given)


@pytest.mark.parametrize("estimate", [Estimate(-5, 2, 4, 9, 9), Estimate(3, 2, 4, -1, 0), Estimate(3, 2, 4, 5, 9)])
def test_an_estimate_outside_its_interval_or_with_odd_counts_is_an_error(estimate):
    with pytest.raises(CvcError, match="E213"):
        Finding.of(key=KEY, kind="measure", unit="per_100", estimate=estimate, on_the_slide=0.0, method="landmark_att")


@pytest.mark.parametrize(
    ("low", "high", "reading"), [(0.6, 1.9, "holds"), (0.01, 0.02, "does_not_hold"), (0.4, 1.9, "cannot_tell")]
)
def test_a_ratio_within_bounds_is_read_on_its_log(low, high, reading):
    assert found(low, high, kind="claim", unit="ratio", worth=2.0, bound="within").reading == reading


def test_a_value_cannot_take_the_place_of_a_computed_number():
    assert decision(1, 2, values={"low": "99"}).words("en")["low"] == "1.0"


def test_a_limit_close_to_none_is_not_printed_as_none():
    close = found(-0.67, -0.04, kind="control", worth=1.0)
    assert (close.reading, close.show(close.high), close.show(0.0)) == ("alarm", "−0.04", "0.0")
