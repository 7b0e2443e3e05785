"""A title asserts only what the data of the run show."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from cvc_helpers.charts import big_policy_backtracking, customer_value, service_model
from cvc_helpers.methods import big_policy_backtracking as backtracking
from cvc_helpers.methods import big_policy_backtracking__cohorts as cohorts
from cvc_helpers.naming import general
from cvc_helpers.synthetic import Truth, make_insurer
from cvc_helpers.tables import open as open_tables
from cvc_helpers.wording import LANGUAGES, say, wordings
from tests.methods.test_big_policy_backtracking import CHOSEN, MONEY

ASKED = backtracking.question(**CHOSEN)
EACH = {"source": "Synthetic data"}


def title(chart, language):
    text = chart.to_dict()["title"]["text"]
    return ("" if language == "zh" else " ").join(text)


def answer_rows(low):
    rows = [("slide", 2.5, None, None), ("group", low + 0.5, low, low + 1)]
    return pd.DataFrame(rows, columns=["row", "value", "low", "high"]).assign(planted=None)


def steps(low):
    rows = [(name, 20.0, 18.0, low + 1, low, low + 2, 500) for name in ("proposals", "sales", "big_policies")]
    return pd.DataFrame(rows, columns=["step", "users", "comparable", "extra", "low", "high", "n"])


def limits(low):
    rows = [("committed", 1_000_000, low + 0.5, low, low + 1), ("top", 6_000_000, low + 0.2, low, low + 1)]
    return pd.DataFrame(rows, columns=["definition", "committed_yuan", "extra", "low", "high"])


def cells():
    row = {"group_code": "G1", "proposition": "health", "n": 50, "response": 3.0, "low": 1.0, "high": 5.0}
    return pd.DataFrame([row]).assign(group="G1", theme="health")


def held():
    return pd.DataFrame({"held": range(4), "n": 50, "standardised": 0.2, "from_parts": 0.2})


def grid():
    rows = [(kind, team, 5.0, 6.0, 1.0, 1.2) for kind in ("complex", "simple") for team in ("skilled", "other")]
    return pd.DataFrame(rows, columns=["kind", "team", "without", "with_service", "gain", "ratio"])


def points(low):
    names = ("effective_customers", "trust", "contribution", "lifelong")
    rows = [(name, 1.0, 1.1, 100.0, 0.25, low, 0.6) for name in names]
    return pd.DataFrame(rows, columns=["point", "before", "after", "yuan_per_100", "share", "low", "high"])


DRAWN = {
    "big_policy_backtracking.chart.answer_title": lambda sure, language: big_policy_backtracking.answer_chart(
        answer_rows(0.2 if sure else -0.2), worth=0.5, language=language, words=general()[language], **EACH
    ),
    "big_policy_backtracking.chart.journey_title": lambda sure, language: big_policy_backtracking.journey_chart(
        steps(0.2 if sure else -0.2), language=language, words=general()[language], **EACH
    ),
    "big_policy_backtracking.chart.thresholds_title": lambda sure, language: big_policy_backtracking.threshold_chart(
        limits(0.2 if sure else -0.2), language=language, words=general()[language], **EACH
    ),
    "customer_value.chart.groups_title": lambda sure, language: customer_value.groups_chart(
        cells(), natural="1%", clusters="1%", holds=sure, language=language, **EACH
    ),
    "customer_value.chart.steps_title": lambda sure, language: customer_value.steps_chart(
        held(), surely=sure, language=language, **EACH
    ),
    "service_model.chart.grid_title": lambda sure, language: service_model.grid_chart(
        grid(), multiplies=sure, language=language, **EACH
    ),
    "service_model.chart.split_title": lambda sure, language: service_model.split_chart(
        points(0.1 if sure else -0.1), language=language, **EACH
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", list(DRAWN))
def test_a_title_turns_with_the_data(key, language):
    for sure, ending in ((True, ""), (False, "_else")):
        found = title(DRAWN[key](sure, language), language)
        words = wordings()[key + ending][language]
        fixed = [part.strip() for part in re.split(r"\{\w+\}", words) if part.strip()]
        assert all(part in found for part in fixed), found


def test_where_nothing_is_planted_nothing_is_funded_and_no_title_says_so(tmp_path):
    make_insurer(tmp_path, customers=60_000, seed=11, truth=Truth(proposal_log_rate=0.0, log_premium=0.0))
    insurer = open_tables(tmp_path)
    slide_rows = insurer.query(ASKED["slide"])
    group = cohorts.landmarks(insurer.query(ASKED["landmark"]), slide_rows)
    policies, _, found = backtracking.answers(
        group, cohorts.slide_numbers(slide_rows), rung="best", money=MONEY, controls=()
    )
    assert policies.reading in ("stop", "cannot_tell")
    drawn = big_policy_backtracking.journey_chart(found, language="en", words=general()["en"], **EACH)
    assert title(drawn, "en") == say("big_policy_backtracking.chart.journey_title_else", "en", **general()["en"])
