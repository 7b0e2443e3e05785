import json
import shutil

import pandas as pd
import pytest

from cvc_helpers import tables
from cvc_helpers.cards import from_yaml
from cvc_helpers.methods import big_policy_backtracking as backtracking
from tests.methods.designs_big_policy_backtracking import case_control_cohort

DATA = "data/chengyue"
ASKED = backtracking.question(200_000, 1_000_000, service_id="S9901", first_day="2021-07-01", last_day="2024-07-01")


@pytest.fixture(scope="module")
def insurer():
    return tables.open(DATA)


@pytest.fixture(scope="module")
def rows(insurer):
    return insurer.query("big_policy_backtracking__landmark", **ASKED)


@pytest.fixture(scope="module")
def slide_rows(insurer):
    return insurer.query("big_policy_backtracking__slide", **ASKED)


@pytest.fixture(scope="module")
def headline(rows, slide_rows):
    return answered(rows, slide_rows)


@pytest.fixture(scope="module")
def proposals(insurer):
    found = insurer.query("big_policy_backtracking__exposure", **ASKED, placebo_id="S9909")
    return found[found["is_focus"]].reset_index(drop=True)


def answered(rows, slide_rows, withhold="", rung="best"):
    prepared = backtracking.landmarks(rows, slide_rows, withhold=withhold)
    slide = backtracking.slide_numbers(slide_rows)
    return backtracking.answers(prepared, slide, rung=rung, worth=0.5, worth_yuan=200_000)


def passed(finding):
    return {check.key: check.passed for check in finding.checks}


def test_the_interval_holds_the_planted_truth_and_not_the_slide(insurer, headline):
    for finding in headline[:2]:
        assert finding.low <= insurer.planted(finding.key) <= finding.high
        assert not finding.low <= finding.on_the_slide <= finding.high
    assert all(passed(headline.policies).values())


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("negative_control", {"service_id": "S9909"}),
        ("extra_policies_rest", {"is_focus": False, "control_key": "4000"}),
    ],
)
def test_a_planted_zero_comes_out_as_zero(insurer, slide_rows, name, changed):
    cohort = backtracking.landmarks(insurer.query("big_policy_backtracking__landmark", **ASKED | changed), slide_rows)
    finding = backtracking.planted_zero(cohort, name=name, rung="best", worth=0.5)
    assert finding.low <= 0 <= finding.high
    assert insurer.planted(finding.key) == 0


def test_without_wealth_and_force_skill_the_interval_misses_and_the_warning_fires(insurer, rows, slide_rows):
    found = answered(rows, slide_rows, withhold="wealth_band,skill_tier").policies
    assert not found.low <= insurer.planted(found.key) <= found.high
    assert not passed(found)["sensitivity"]
    assert not passed(found)["essential"]
    assert found.verdict == "cannot_tell"


def test_the_letter_issued_because_of_the_premium_does_not_fool_it(slide_rows, proposals):
    assert backtracking.slide_numbers(slide_rows)["letter_share"] > 0.7
    held = proposals.assign(visits=proposals["held_letter"].astype(int))
    finding = backtracking.odds_ratio(held)
    assert pd.isna(finding.like_with_like) or finding.low <= 1 <= finding.high


def test_the_case_control_odds_ratio_holds_the_planted_one(insurer, proposals):
    for finding in (backtracking.odds_ratio(proposals), backtracking.premium_ratio(proposals)):
        assert finding.low <= insurer.planted(finding.key) <= finding.high
        assert finding.verdict != "fund"


def test_people_who_never_bought_missing_is_refused(rows, slide_rows):
    only_buyers = slide_rows.assign(customers=slide_rows["with_policy"])
    found = answered(rows, only_buyers).policies
    assert found.verdict == "cannot_tell"
    assert found.limit == "only_buyers"


@pytest.mark.parametrize("rung", ["", "minimum", "good"])
def test_a_lower_rung_is_refused_and_says_what_to_ask_for(rows, slide_rows, rung):
    found = answered(rows, slide_rows, rung=rung).policies
    assert found.comparison == "description_only"
    assert "Ask for all proposals" in found.texts("en")["limit"]
    assert "请索取" in found.texts("zh")["limit"]


def test_a_list_of_big_policies_alone_runs_to_refusals(tmp_path):
    shutil.copy(f"{DATA}/policy.parquet", tmp_path)
    insurer = tables.open(tmp_path)
    assert insurer.rung(backtracking.SLUG) == "minimum"
    rows = insurer.query("big_policy_backtracking__landmark", **ASKED)
    slide_rows = insurer.query("big_policy_backtracking__slide", **ASKED)
    assert answered(rows, slide_rows, rung="minimum").policies.verdict == "cannot_tell"
    proposals = insurer.query("big_policy_backtracking__exposure", **ASKED, placebo_id="S9909")
    assert backtracking.odds_ratio(proposals).verdict == "cannot_tell"
    listed = insurer.query("big_policy_backtracking__list", **ASKED)
    assert backtracking.biggest(listed)["big_policies"].sum() > 0


def test_no_estimate_reads_the_truth(tmp_path, headline):
    shutil.copytree(DATA, tmp_path / "moved")
    truth = json.loads((tmp_path / "moved" / "truth.json").read_text(encoding="utf-8"))
    truth["planted"] = dict.fromkeys(truth["planted"], 99.0)
    (tmp_path / "moved" / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    moved = tables.open(tmp_path / "moved")
    again = answered(
        moved.query("big_policy_backtracking__landmark", **ASKED),
        moved.query("big_policy_backtracking__slide", **ASKED),
    )
    assert again.policies.record() == headline.policies.record()


def test_an_omitted_cause_leaves_the_case_control_interval_off_the_truth():
    misses = 0
    for seed in range(5):
        cohort = case_control_cohort(seed, 0.6)
        columns = {"wealth_band": 0, "skill_tier": 0, "is_certified": False, "prior_policies": 0, "tenure_years": 1.0}
        shaped = cohort.assign(visits=cohort["exposed"], **columns)
        finding = backtracking.odds_ratio(shaped, withhold="wealth_band,skill_tier")
        misses += not finding.low <= 1.822 <= finding.high
        assert not finding.checks[0].passed
    assert misses == 5


def test_a_card_is_proposed_only_where_the_finding_supports_one(headline, proposals):
    card = backtracking.proposed_card(headline.policies, proposals)
    assert card is not None
    assert from_yaml(card.to_yaml()) == card
    refused = backtracking.refusal("extra_policies", unit="per_100", worth=0.5)
    assert backtracking.proposed_card(refused, proposals) is None


def test_a_share_of_digests_lies_below_its_key():
    assert backtracking.control_key(1.0) == "g"
    assert backtracking.control_key(0.25) == "4000"
    assert all(f"{digit:x}" < "g" for digit in range(16))


def test_thresholds_and_bands_are_what_they_say():
    asked = backtracking.question(300_000, 2_000_000, service_id="S", first_day="a", last_day="b")
    assert asked["threshold_cents"] == 30_000_000
    rows = pd.DataFrame({"tenure_years": [0.1, 1.0, 2.0, 9.0], "prior_policies": [0, 1, 3, 7], "age": [50, 54, 55, 66]})
    banded = backtracking.banded(rows)
    assert list(banded["tenure_band"]) == [0, 1, 2, 3]
    assert list(banded["prior_band"]) == [0, 1, 3, 3]
    assert list(banded["age_band"]) == [10, 10, 11, 13]
