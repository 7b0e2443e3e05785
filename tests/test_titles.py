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
from cvc_helpers.vocabulary import DOMAINS
from cvc_helpers.wording import LANGUAGES, say, wordings
from tests.methods.test_big_policy_backtracking import CHOSEN, MONEY

ASKED = backtracking.question(**CHOSEN)
GROUPS = ("G1", "G2", "G3", "G4", "G5", "G6", "G7", "none")
EACH = {"source": "Synthetic data"}
READ = {**EACH, "reading": "fund"}


def title(chart, language):
    text = chart.to_dict()["title"]["text"]
    return ("" if language == "zh" else " ").join(text)


def answer_rows(low):
    rows = [("slide", 2.5, None, None), ("group", low + 0.5, low, low + 1), ("rest", 0.0, -0.3, 0.3)]
    return pd.DataFrame(rows, columns=["row", "value", "low", "high"]).assign(planted=None)


def steps(low):
    rows = [(name, 20.0, 18.0, low + 1, low, low + 2, 500) for name in ("proposals", "sales", "big_policies")]
    return pd.DataFrame(rows, columns=["step", "users", "comparable", "extra", "low", "high", "n"])


def limits(low):
    rows = [("committed", 1_000_000, low + 0.5, low, low + 1), ("top", 6_000_000, low + 0.2, low, low + 1)]
    return pd.DataFrame(rows, columns=["definition", "committed_yuan", "extra", "low", "high"])


def cells(low, language):
    """Eight groups and six themes; each named group answers to one, or with a negative `low` not surely."""
    rows = []
    for number, group in enumerate(GROUPS):
        for at, theme in enumerate(DOMAINS):
            own = group != "none" and at == number % len(DOMAINS)
            name = say(f"customer_value.group_{group}", language)
            edge = low if own else -9.0
            rows.append((group, theme.key, 50, 17.0 if own else -5.0 + at, edge, 25.0, name, theme.name(language)))
    columns = ["group_code", "proposition", "n", "response", "low", "high", "group", "theme"]
    return pd.DataFrame(rows, columns=columns)


def held():
    return pd.DataFrame({
        "held": range(4), "n": 50, "standardised": [0.04, 0.06, 0.08, 0.31], "from_parts": [0.04, 0.06, 0.08, 0.09],
    })  # fmt: skip


def grid():
    rows = [
        ("complex", "skilled", 5.0, 11.5, 6.5, 2.3),
        ("complex", "other", 4.6, 6.0, 1.4, 1.3),
        ("simple", "skilled", 27.5, 32.9, 5.4, 1.2),
        ("simple", "other", 20.3, 25.8, 5.5, 1.27),
    ]
    return pd.DataFrame(rows, columns=["kind", "team", "without", "with_service", "gain", "ratio"])


def points(low, yuan=21_000.0):
    names = ("effective_customers", "contribution", "trust", "lifelong")
    rows = [(name, 1.0, 1.1, yuan, 0.25, low, 0.6) for name in names]
    return pd.DataFrame(rows, columns=["point", "before", "after", "yuan_per_100", "share", "low", "high"])


SIDES = pd.DataFrame({"side": ["contribution", "service_cost", "benefit"], "change": [84_000.0, -12_000.0, 5_000.0]})

DRAWN = {
    "big_policy_backtracking.chart.answer_title": lambda sure, language: big_policy_backtracking.answer_chart(
        answer_rows(0.2 if sure else -0.2), worth=0.5, language=language, words=general()[language], **READ
    ),
    "big_policy_backtracking.chart.journey_title": lambda sure, language: big_policy_backtracking.journey_chart(
        steps(0.2 if sure else -0.2), language=language, words=general()[language], **READ
    ),
    "big_policy_backtracking.chart.thresholds_title": lambda sure, language: big_policy_backtracking.threshold_chart(
        limits(0.2 if sure else -0.2), language=language, words=general()[language], **READ
    ),
    "customer_value.chart.groups_title": lambda sure, language: customer_value.groups_chart(
        cells(0.2 if sure else -0.2, language), natural="27%", clusters="3%", holds=True, language=language, **EACH
    ),
    "customer_value.chart.steps_title": lambda sure, language: customer_value.steps_chart(
        held(), surely=sure, language=language, **EACH
    ),
    "service_model.chart.grid_title": lambda sure, language: service_model.grid_chart(
        grid(), multiplies=sure, language=language, **EACH
    ),
    "service_model.chart.split_title": lambda sure, language: service_model.split_chart(
        points(0.1 if sure else -0.1), sides=SIDES, language=language, **EACH
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_claim_that_fails_or_a_loss_takes_the_neutral_title(language):
    """Groups that do not explain the response; a lifetime that loses, whose shares of the loss are no gains."""
    drawn = customer_value.groups_chart(
        cells(0.2, language), natural="2%", clusters="3%", holds=False, language=language, **EACH
    )
    assert title(drawn, language).startswith(said("customer_value.chart.groups_title_else", language)[:12])
    loss = service_model.split_chart(points(0.1, yuan=-5_000.0), sides=SIDES, language=language, **EACH)
    assert title(loss, language).startswith(said("service_model.chart.split_title_else", language)[:12])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_finding_draws_words_and_no_mark(language):
    nothing = {
        "customer_value": customer_value.groups_chart(
            cells(0.2, language).head(0), natural="–", clusters="–", holds=False, language=language, **EACH
        ),
        "service_model": service_model.split_chart(points(0.1).head(0), sides=SIDES, language=language, **EACH),
        "big_policy_backtracking": big_policy_backtracking.journey_chart(
            steps(0.2).head(0), language=language, words=general()[language], **READ
        ),
    }
    for slug, drawn in nothing.items():
        for spec in (drawn.to_dict(), drawn.to_dict()["usermeta"]["narrow"]):
            assert [layer["mark"]["type"] for layer in spec["layer"]] == ["text"]
            [[row]] = spec["datasets"].values()
            assert row["words"].replace("\n", " " if language == "en" else "") == said(
                f"{slug}.chart.nothing", language
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_service_cost_stands_between_the_four_points_and_what_is_left(language):
    drawn = service_model.split_chart(points(0.1), sides=SIDES, language=language, **EACH).to_dict()
    rows = next(rows for rows in drawn["datasets"].values() if len(rows) == 6)
    ends = [(row["start"], row["end"]) for row in rows]
    assert ends == [(0, 21e3), (21e3, 42e3), (42e3, 63e3), (63e3, 84e3), (84e3, 72e3), (0, 72e3)]


def said(key, language):
    return wordings()[key][language]


def test_where_nothing_is_planted_nothing_is_funded_and_no_title_says_so(tmp_path):
    make_insurer(tmp_path, customers=60_000, seed=11, truth=Truth(proposal_log_rate=0.0, log_premium=0.0))
    insurer = open_tables(tmp_path)
    slide_rows = insurer.query(ASKED["slide"])
    group = cohorts.landmarks(insurer.query(ASKED["landmark"]), slide_rows)
    policies, _, found = backtracking.answers(
        group, cohorts.slide_numbers(slide_rows), rung="best", money=MONEY, controls=()
    )
    assert policies.reading in ("stop", "cannot_tell")
    drawn = big_policy_backtracking.journey_chart(found, language="en", words=general()["en"], **READ)
    assert title(drawn, "en") == say("big_policy_backtracking.chart.journey_title_else", "en", **general()["en"])
