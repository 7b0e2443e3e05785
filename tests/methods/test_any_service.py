"""Big-policy backtracking for every service of the catalogue, and for groups and measures of wealth of other kinds."""

import re

import pandas as pd
import pytest

from cvc_helpers import naming
from cvc_helpers.contract import check_parameters
from cvc_helpers.methods import big_policy_backtracking as backtracking
from cvc_helpers.methods import big_policy_backtracking__cohorts as cohorts
from cvc_helpers.methods import big_policy_backtracking__proposals as case_control
from cvc_helpers.wording import LANGUAGES
from tests.conftest import ROOT

DATA = str(ROOT / "data" / "chengyue")
SERVICES = [f"S99{number:02d}" for number in range(1, 11)]
STAGE = dict.fromkeys(["S9901", "S9909", "S9910"], "attended")
QUESTION = {"premium_threshold_yuan": 200_000, "committed_threshold_yuan": 1_000_000, "control_share": 0.1}
GROUP = {"group_rule": "", "age_from": 50, "age_to": 66, "branches": "in_reach"}
COMPARED = {"extra_policies", "extra_fyp_yuan", "negative_control"}


def placebo(service_id: str) -> str:
    """An activity to which anybody may come, and another one for that activity itself."""
    return "S9909" if service_id != "S9909" else "S9910"


def answered(insurer, service_id, **group):
    """All findings of the case for a service and a group, told in the words of that question."""
    chosen = {"service_id": service_id, "placebo_id": placebo(service_id)} | GROUP | group
    check_parameters(cohorts.SLUG, QUESTION | chosen)
    asked = backtracking.question(**QUESTION, **chosen)
    slide_rows, rung = insurer.query(asked["slide"]), insurer.rung(cohorts.SLUG)
    costs = insurer.query(asked["cost"])
    both = [cohorts.landmarks(insurer.query(asked[name]), slide_rows) for name in ("landmark", "placebo")]
    terms = {"service_id": service_id, "cost_yuan_per_use": 0.0, "contribution_yuan": 180_000.0}
    money = backtracking.money_of(costs, both[0], **terms)
    control = backtracking.control(both[1], name="negative_control", rung=rung, money=money)
    slide = cohorts.slide_numbers(slide_rows)
    found = backtracking.answers(both[0], slide, rung=rung, money=money, controls=(control,))
    proposals = insurer.query(asked["exposure"])
    focus = proposals[proposals["is_focus"]].reset_index(drop=True)
    odds = case_control.odds_ratio(focus, rung=rung), case_control.premium_ratio(focus, rung=rung)
    called, codes = insurer.query(asked["called"]), insurer.query(asked["codes"])
    names = naming.of_case(called, chosen, insurer.lacking(cohorts.SLUG), codes)
    return {one.key.split(".")[1]: one.with_names(names) for one in (*found[:2], control, *odds)}


@pytest.mark.parametrize("service_id", SERVICES)
def test_every_service_gives_a_finding_or_says_what_is_missing(insurer, service_id):
    found = answered(insurer, service_id)
    assert set(found) > COMPARED
    for finding in found.values():
        for language in LANGUAGES:
            texts = finding.texts(language)
            assert all(texts[part] for part in ("title", "sentence", "limit"))
            assert "{" not in "".join(texts.values())
            if finding.is_refused:
                assert re.search("Ask for|请索取|请延长|请增加", texts["limit"]), texts["limit"]


def test_what_counts_as_a_use_comes_from_the_service(insurer):
    kinds = insurer.connection.sql("select service_id, stage from service_kind order by 1").fetchall()
    assert dict(kinds) == {service_id: STAGE.get(service_id, "used") for service_id in SERVICES}
    stages = insurer.connection.sql("select distinct service_id, stage from service_use order by 1").fetchall()
    assert stages == kinds


def test_rights_that_are_used_often_have_an_answer(insurer):
    """Before, attended activities alone counted, and seven services of ten had nobody to look at."""
    found = answered(insurer, "S9908", branches="all", age_from=30)
    assert not found["extra_policies"].is_refused
    assert not found["odds_ratio"].is_refused
    assert "customers aged 30 to 66" in found["extra_policies"].sentence("en")


@pytest.mark.parametrize(
    ("service_id", "group", "reason"),
    [
        ("S9903", {}, "few_visitors"),
        ("S9907", {"group_rule": "G1"}, "no_use"),
        ("S9908", {"group_rule": "nobody"}, "no_group"),
        ("S9908", {"branches": "no-such-branch"}, "no_group"),
        ("elsewhere", {}, "no_use"),
    ],
)
def test_few_users_no_use_and_no_group_are_refused_for_what_they_are(insurer, service_id, group, reason):
    assert answered(insurer, service_id, **group)["extra_policies"].limit == reason


def test_a_group_is_a_rule_or_ages_and_branches(insurer):
    def members(**group):
        asked = backtracking.question(**QUESTION, service_id="S9908", placebo_id="S9909", **GROUP | group)
        slide = insurer.query(asked["slide"])
        return int(slide.loc[slide["is_focus"], "customers"].sum())

    def count(sql):
        return insurer.connection.sql(
            f"select count(*) from customer c join org o on o.org_id = c.branch_id {sql}"
        ).fetchall()[0][0]

    last = 2024  # a year before the data end
    aged = f"where {last} - birth_year between 50 and 66"
    assert members() == count(f"{aged} and community_in_reach")
    assert members(branches="all") == count(aged)
    assert members(branches="B11, B31") == count(f"{aged} and c.branch_id in ('B11', 'B31')")
    assert members(group_rule="G2") == count(
        "where customer_id in (select customer_id from group_member where group_code = 'G2')"
    )


def test_wealth_may_be_a_band_or_income_or_assets_in_yuan(insurer):
    asked = backtracking.question(**QUESTION, service_id="S9901", placebo_id="S9909", **GROUP)
    rows, slide = insurer.query(asked["landmark"]), insurer.query(asked["slide"])
    yuan = rows["wealth_band"].astype(float).map(lambda band: 40_000 * 2.2**band) + rows["age"]
    banded = cohorts.landmarks(rows, slide)
    for name in cohorts.IN_YUAN:
        measured = rows.assign(wealth_band=pd.NA, **{name: yuan})
        prepared = cohorts.landmarks(measured, slide)
        assert prepared.withheld == ()
        assert prepared.compared["continuous"] == ("wealth_band",)
        found = cohorts.effect(cohorts.effect_table(prepared, cohorts.visit_odds(prepared)), "big_policies")
        full = cohorts.effect(cohorts.effect_table(banded, cohorts.visit_odds(banded)), "big_policies")
        assert found.estimate == pytest.approx(full.estimate, abs=0.3 * full.standard_error)
    assert cohorts.landmarks(rows.assign(wealth_band=pd.NA), slide).withheld == ("wealth_band",)
    assert cohorts.landmarks(measured, slide, withhold="wealth_band").compared["continuous"] == ()
