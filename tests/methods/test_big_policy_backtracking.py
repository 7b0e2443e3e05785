import json
import shutil

import pandas as pd
import pytest

from cvc_helpers import tables
from cvc_helpers.cards import from_yaml, proposed
from cvc_helpers.findings import Finding
from cvc_helpers.gate import Money
from cvc_helpers.methods import big_policy_backtracking as backtracking
from cvc_helpers.methods import big_policy_backtracking__cohorts as cohorts
from cvc_helpers.methods import big_policy_backtracking__proposals as case_control
from tests.methods.designs_big_policy_backtracking import case_control_cohort

DATA = "data/chengyue"
CHOSEN = {
    "premium_threshold_yuan": 200_000, "committed_threshold_yuan": 1_000_000, "service_id": "S9901",
    "placebo_id": "S9909",
}  # fmt: skip
ASKED = backtracking.question(**CHOSEN)
MONEY = Money(90_000, 180_000)
TERMS = {"service_id": "S9901", "cost_yuan_per_use": 0.0, "contribution_yuan": 180_000.0}


@pytest.fixture(scope="module")
def rows(insurer):
    return insurer.query(ASKED["landmark"])


@pytest.fixture(scope="module")
def slide_rows(insurer):
    return insurer.query(ASKED["slide"])


@pytest.fixture(scope="module")
def headline(rows, slide_rows):
    return answered(rows, slide_rows)


@pytest.fixture(scope="module")
def proposals(insurer):
    found = insurer.query(ASKED["exposure"])
    return found[found["is_focus"]].reset_index(drop=True)


def answered(rows, slide_rows, withhold="", rung="best", money=MONEY, controls=()):
    prepared = cohorts.landmarks(rows, slide_rows, withhold=withhold)
    slide = cohorts.slide_numbers(slide_rows)
    return backtracking.answers(prepared, slide, rung=rung, money=money, controls=controls)


def passed(finding):
    return {check.key: check.passed for check in finding.checks}


def test_the_interval_holds_the_planted_truth_and_not_the_slide(insurer, headline):
    for finding in headline[:2]:
        assert finding.low <= insurer.planted(finding.key) <= finding.high
        assert not finding.low <= finding.on_the_slide <= finding.high
    assert all(passed(headline.policies).values())


@pytest.mark.parametrize(("name", "query"), [("negative_control", "placebo"), ("extra_policies_rest", "rest")])
def test_a_planted_zero_is_a_clean_control(insurer, slide_rows, name, query):
    cohort = cohorts.landmarks(insurer.query(ASKED[query]), slide_rows)
    finding = backtracking.control(cohort, name=name, rung="best", money=MONEY)
    assert finding.low <= 0 <= finding.high
    assert finding.reading == "clean"
    assert insurer.planted(finding.key) == pytest.approx(0, abs=0.01)


def test_a_control_that_alarms_holds_the_decision_back_and_is_named(rows, slide_rows):
    """The visit itself, put in the place of the service that should do nothing."""
    alarm = backtracking.control(cohorts.landmarks(rows, slide_rows), name="negative_control", rung="best", money=MONEY)
    found = answered(rows, slide_rows, controls=(alarm,)).policies
    assert alarm.reading == "alarm"
    assert found.reading == "cannot_tell"
    assert "another service" in found.texts("en")["reason"]
    assert found.low > found.worth


def test_without_wealth_and_force_skill_the_interval_misses_and_the_warning_fires(insurer, rows, slide_rows):
    found = answered(rows, slide_rows, withhold="wealth_band,skill_tier").policies
    assert not found.low <= insurer.planted(found.key) <= found.high
    assert not passed(found)["sensitivity"]
    assert not passed(found)["essential"]
    assert found.reading == "cannot_tell"
    assert found.reason == "check_essential"
    assert "Wealth or force skill is missing" in found.texts("en")["reason"]


def test_the_letter_issued_because_of_the_premium_does_not_fool_it(slide_rows, proposals):
    assert cohorts.slide_numbers(slide_rows)["letter_share"] > 0.7
    held = proposals.assign(visits=proposals["held_letter"].astype(int))
    finding = case_control.odds_ratio(held, rung="best")
    assert pd.isna(finding.like_with_like) or finding.low <= 1 <= finding.high


def test_the_case_control_odds_ratio_holds_the_planted_one(insurer, proposals):
    for estimate in (case_control.odds_ratio, case_control.premium_ratio):
        finding = estimate(proposals, rung="good")
        assert finding.low <= insurer.planted(finding.key) <= finding.high
        assert finding.kind != "decision"
        assert estimate(proposals, rung="minimum").limit == "no_proposals"


def test_people_who_never_bought_missing_is_refused(rows, slide_rows):
    only_buyers = slide_rows.assign(customers=slide_rows["with_policy"])
    found = answered(rows, only_buyers).policies
    assert found.reading == "cannot_tell"
    assert found.limit == "only_buyers"


@pytest.mark.parametrize("rung", ["", "minimum", "good"])
def test_a_lower_rung_is_refused_and_says_what_to_ask_for(rows, slide_rows, rung):
    found = answered(rows, slide_rows, rung=rung).policies
    assert found.is_refused
    assert "Ask for all proposals" in found.texts("en")["limit"]
    assert "请索取" in found.texts("zh")["limit"]


def test_a_list_of_big_policies_alone_runs_to_refusals(tmp_path):
    shutil.copy(f"{DATA}/policy.parquet", tmp_path)
    insurer = tables.open(tmp_path)
    assert insurer.rung(cohorts.SLUG) == "minimum"
    rows, slide_rows = insurer.query(ASKED["landmark"]), insurer.query(ASKED["slide"])
    nobody = cohorts.landmarks(rows, slide_rows)
    assert backtracking.money_of(insurer.query(ASKED["cost"]), nobody, **TERMS) is None
    money = None
    assert answered(rows, slide_rows, rung="minimum", money=money).policies.reading == "cannot_tell"
    assert case_control.odds_ratio(insurer.query(ASKED["exposure"]), rung="minimum").reading == "cannot_tell"
    listed = insurer.query(ASKED["list"])
    assert backtracking.biggest(listed)["big_policies"].sum() > 0


def test_no_estimate_reads_the_truth(tmp_path, headline):
    shutil.copytree(DATA, tmp_path / "moved")
    truth = json.loads((tmp_path / "moved" / "truth.json").read_text(encoding="utf-8"))
    truth["planted"] = dict.fromkeys(truth["planted"], 99.0)
    (tmp_path / "moved" / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    moved = tables.open(tmp_path / "moved")
    again = answered(moved.query(ASKED["landmark"]), moved.query(ASKED["slide"]))
    assert again.policies.record() == headline.policies.record()


def test_an_omitted_cause_leaves_the_case_control_interval_off_the_truth():
    misses = 0
    for seed in range(5):
        cohort = case_control_cohort(seed, 0.6)
        columns = {"wealth_band": 0, "skill_tier": 0, "is_certified": False, "prior_policies": 0, "tenure_years": 1.0}
        columns |= {"is_sold": cohort["is_big"], "is_swapped": False}
        ids = {"proposal_id": cohort.index, "agent_id": cohort.index % 400, "customer_id": cohort.index}
        shaped = cohort.assign(visits=cohort["exposed"], stands_for=1.0, **ids, **columns)
        finding = case_control.odds_ratio(shaped, rung="good", withhold="wealth_band,skill_tier")
        misses += not finding.low <= 1.822 <= finding.high
        assert finding.reading == "cannot_tell"
    assert misses == 5


def test_a_card_is_proposed_only_where_the_finding_supports_one(headline, proposals):
    words = {"codes": {"line": ("product.line", case_control.best_line(proposals))}, "names": None}
    card = proposed(headline.policies, **words)
    assert card is not None
    assert from_yaml(card.to_yaml()) == card
    refused = Finding.refused(key=headline.policies.key, kind="decision", unit="per_100", reason="no_cost", money=MONEY)
    assert proposed(refused, **words) is None


def test_the_threshold_is_money_from_what_uses_cost_the_catalogue_or_the_caller(insurer, rows, slide_rows):
    """A visitor comes 1.06 times within the year, and every visit is paid for."""
    costs, group = insurer.query(ASKED["cost"]), cohorts.landmarks(rows, slide_rows)
    sql = """with came as (
            select customer_id, min(used_on) as first_day from service_use where service_id = 'S9901' group by 1)
        select customer_id, count(*) as uses from service_use join came using (customer_id)
        where service_id = 'S9901' and used_on <= first_day + 365 group by 1"""
    plain = insurer.connection.sql(sql).df().set_index("customer_id")["uses"]
    users = rows[rows["is_exposed"]]
    assert (users["uses"].to_numpy() == plain[users["customer_id"]].to_numpy()).all()
    assert group.uses_per_user == pytest.approx(users["uses"].mean())
    assert group.uses_per_user > 1.02
    listed = backtracking.money_of(costs, group, **TERMS)
    assert listed == Money(pytest.approx(90_000 * group.uses_per_user), 180_000)
    twice = group._replace(cohort=group.cohort.assign(uses=3))
    told = backtracking.money_of(costs, twice, **TERMS | {"service_id": "other", "cost_yuan_per_use": 50.0})
    assert told == Money(15_000, 180_000)
    assert backtracking.money_of(costs, group, **TERMS | {"service_id": "other"}) is None


def test_what_uses_of_a_right_really_cost_goes_before_the_catalogue(insurer, rows, slide_rows):
    costs, group = insurer.query(ASKED["cost"]), cohorts.landmarks(rows, slide_rows)
    paid = insurer.connection.sql("select avg(cost_cents) / 100 from usage where service_id = 'S9908'").fetchall()[0][0]
    money = backtracking.money_of(costs, group, **TERMS | {"service_id": "S9908"})
    assert money.cost_yuan == pytest.approx(100 * group.uses_per_user * paid)
    assert costs.set_index("service_id")["actual_cost_yuan"].isna()["S9901"], "a visit is no use of a right"


def test_the_sentence_about_the_money_says_how_often_they_came(insurer, rows, slide_rows):
    costs, group = insurer.query(ASKED["cost"]), cohorts.landmarks(rows, slide_rows)
    money = backtracking.money_of(costs, group, **TERMS)
    words = {"uses": f"{100 * group.uses_per_user:.1f}"}
    for found in (answered(rows, slide_rows, money=money), answered(rows, slide_rows, rung="good", money=money)):
        texts = {language: found.policies.texts(language)["money"] for language in ("en", "zh")}
        assert f"({words['uses']} uses of the service within the year, 900 yuan each)" in texts["en"]
        assert f"{words['uses']} 次，每次 900 元" in texts["zh"]


def test_a_share_of_digests_lies_below_its_key():
    assert backtracking.control_key(1.0) == "g"
    assert backtracking.control_key(0.25) == "4000"
    assert all(f"{digit:x}" < "g" for digit in range(16))


def test_thresholds_and_bands_are_what_they_say():
    asked = backtracking.question(**CHOSEN | {"premium_threshold_yuan": 300_000})
    assert all(query.values["threshold_cents"] == 30_000_000 for query in asked.values())
    rows = pd.DataFrame({"tenure_years": [0.1, 1.0, 2.0, 9.0], "prior_policies": [0, 1, 3, 7], "age": [50, 54, 55, 66]})
    banded = cohorts.banded(rows)
    assert list(banded["tenure_band"]) == [0, 1, 2, 3]
    assert list(banded["prior_band"]) == [0, 1, 3, 3]
    assert list(banded["age_band"]) == [10, 10, 11, 13]


def test_one_missing_wealth_value_drops_wealth_from_no_comparison(proposals):
    """Once wealth left the odds ratio with it, and "cannot tell" turned into "pilot"."""
    whole = case_control.odds_ratio(proposals, rung="good")
    one = case_control.odds_ratio(
        proposals.assign(wealth_band=proposals["wealth_band"].mask(proposals.index == 5)), rung="good"
    )
    assert (one.low, one.high) == pytest.approx((whole.low, whole.high), rel=0.15)
    gaps = proposals.assign(wealth_band=proposals["wealth_band"].mask(proposals.index % 10 == 0))
    assert not passed(case_control.odds_ratio(gaps, rung="good"))["unknown_wealth_band"]
    assert case_control.odds_ratio(gaps, rung="good").reading == "cannot_tell"
