import math
import shutil

import nbformat
import numpy as np
import pandas as pd
import papermill
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators import clusters, proportions, variance
from cvc_helpers.estimators import conjunction as conjunctions
from cvc_helpers.findings import MIME
from cvc_helpers.methods import customer_value as cv
from cvc_helpers.methods import customer_value__groups as groups
from cvc_helpers.synthetic import value_test
from cvc_helpers.synthetic.planted import customer_value as planted
from cvc_helpers.synthetic.value_test import ValueTruth
from tests.conftest import ROOT
from tests.methods.designs_customer_value import PARTS, all_three, cell_cohort, contrast, fit_cohort

BERKELEY = {
    "A": (512, 313, 89, 19), "B": (353, 207, 17, 8), "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244), "E": (53, 138, 94, 299), "F": (22, 351, 24, 317),
}  # fmt: skip
"""Men admitted, men rejected, women admitted, women rejected (Bickel, Hammel & O'Connell 1975, six departments)."""
NEWCOMBE = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0, 0.1611), (1, 29): (0.0061, 0.1718)}
"""Table I of Newcombe (1998), method 3."""


def applicants():
    kinds = [(1, 1), (1, 0), (0, 1), (0, 0)]
    rows = [(d, *kind, n) for d, counts in BERKELEY.items() for kind, n in zip(kinds, counts, strict=True)]
    frame = pd.DataFrame(rows, columns=["department", "man", "admitted", "n"])
    return frame.loc[frame.index.repeat(frame["n"])].reset_index(drop=True)


@pytest.fixture(scope="module")
def counts(insurer):
    return insurer.query("customer_value__recognised")


@pytest.fixture(scope="module")
def asked(insurer):
    return insurer.query("customer_value__tests")


@pytest.fixture(scope="module")
def tests(asked, counts):
    return cv.prepare(asked, counts, rung="best", clusters=8, seed=1)


def fitted(tests, controls=()):
    return cv.fit(
        tests, fitting_cost_yuan=120.0, contribution_yuan_per_request=1_200.0, worth_requests_per_100=10.0,
        worth_odds=2.0, controls=controls,
    )  # fmt: skip


def test_berkeley_reverses_within_departments():  # 4,526 applicants, 44.5 % and 30.4 %, Mantel–Haenszel .905
    rows = applicants()
    assert len(rows) == 4526
    assert rows.groupby("man")["admitted"].mean().round(3).to_dict() == {0: 0.304, 1: 0.445}
    found = proportions.stratified(rows, exposure="man", outcome="admitted", stratum="department")
    assert found["stratified"] == pytest.approx(0.905, abs=0.0005)
    assert found["plain"] == pytest.approx(1.84, abs=0.005)
    oracle = StratifiedTable([np.reshape(counts, (2, 2)) for counts in BERKELEY.values()])
    assert (found["low"], found["high"]) == pytest.approx(oracle.oddsratio_pooled_confint())


@pytest.mark.parametrize(("counted", "expected"), NEWCOMBE.items())
def test_wilson_is_that_of_newcombe(counted, expected):
    assert proportions.wilson(*counted)[1:3] == pytest.approx(expected, abs=0.00006)


def test_nobody_gives_no_proportion():
    with pytest.raises(CvcError, match="E209"):
        proportions.wilson(0, 0)


def test_variance_share_is_the_textbook_one():  # Shrout & Fleiss (1979): six targets, four judges, ICC(1,1) = .17
    ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
    thrice = np.repeat(ratings, 3, axis=0)  # cells of ten are asked for: each rating three times
    found = variance.variance_share(thrice.ravel(), pd.Series(np.repeat(np.arange(6), 12)))
    means = 12 * ((ratings.mean(axis=1) - ratings.mean()) ** 2).sum() / 5
    within = 3 * ((ratings - ratings.mean(axis=1, keepdims=True)) ** 2).sum() / 66
    assert found.icc == pytest.approx((means - within) / (means + 11 * within))
    mean_square = (means / 3, ((ratings - ratings.mean(axis=1, keepdims=True)) ** 2).sum() / 18)
    assert (mean_square[0] - mean_square[1]) / (mean_square[0] + 3 * mean_square[1]) == pytest.approx(0.17, abs=0.005)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(-50, 50), st.floats(0.1, 20))
def test_the_share_does_not_depend_on_the_scale(seed, shift, scale):
    cohort = cell_cohort()(seed, 0.4)
    plain = variance.variance_share(cohort["noise"].to_numpy(), cohort["cell"])
    moved = variance.variance_share(scale * cohort["noise"].to_numpy() + shift, cohort["cell"])
    assert moved[:3] == pytest.approx(plain[:3], abs=1e-6)
    assert 0 <= plain.low <= plain.high <= 1


def test_cells_below_ten_are_left_out_and_a_single_cell_is_refused():
    values, cells = np.arange(45.0), pd.Series([0] * 20 + [1] * 20 + [2] * 5)
    assert (variance.variance_share(values, cells).cells, variance.variance_share(values, cells).n) == (2, 40)
    with pytest.raises(CvcError, match="E210"):
        variance.variance_share(values[:20], cells[:20])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_shrunken_means_lie_between_zero_and_the_mean(seed):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 6, 200)
    values = rng.normal(size=200) + 0.5 * rng.normal(size=6)[codes]
    mean, error = variance.shrunken(values, codes, 7)
    plain = np.bincount(codes, values, 7) / np.maximum(np.bincount(codes, minlength=7), 1)
    assert (np.abs(mean) <= np.abs(plain) + 1e-12).all()
    assert (mean * plain >= 0).all()
    assert (error >= 0).all()
    assert mean[6] == 0


def test_means_of_pure_noise_predict_nobody_held_out():
    rng = np.random.default_rng(4)
    assert variance.held_out_share(rng.normal(size=3000), pd.Series(rng.integers(0, 40, 3000)), folds=5, seed=1) < 0.01


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=5, max_size=60), st.permutations(range(5)))
def test_jaccard_of_renamed_clusters_is_one(labels, names):
    found = np.array(labels)
    assert clusters.jaccard(found, np.array(names)[found]) == 1


def test_conjunction_equals_the_closed_form_where_nothing_confounds():
    cohort = fit_cohort()(3, 1.6).assign(one=0)
    found = conjunctions.conjunction(cohort, parts=PARTS, outcome="converted", continuous=("z",))
    assert found.contrast.low < contrast(1.6, cohort["z"].to_numpy()) < found.contrast.high
    assert found.steps["held"].tolist() == [0, 1, 2, 3]
    assert found.steps.loc[:2, "standardised"].tolist() == found.steps.loc[:2, "from_parts"].tolist()


def test_a_scale_decides_whether_parts_add_up():
    """Parts that only multiply odds still leave a small contrast on shares: both scales are reported."""
    z = np.zeros(1)
    assert 0 < contrast(0.0, z) < 0.002
    assert contrast(1.6, z) == pytest.approx(0.28, abs=0.01)


def test_a_missing_combination_is_refused():
    cohort = fit_cohort()(1, 1.6, 2_000)
    with pytest.raises(CvcError, match="E258"):
        conjunctions.conjunction(cohort[~all_three(cohort)], parts=PARTS, outcome="converted", continuous=("z",))


def test_a_missing_column_is_named():
    with pytest.raises(CvcError, match=r"E201.*'wealth'"):
        conjunctions.conjunction(fit_cohort()(1, 1.6, 100), parts=PARTS, outcome="converted", confounders=("wealth",))


def test_the_insurers_intervals_hold_what_is_planted(tests, counts):
    truth = planted.planted()
    nobody = groups.nobody(tests)
    fit = fitted(tests, controls=(nobody,))
    claims = (
        groups.explained(tests, counts, worth=0.1, folds=5, seed=1),
        fit.extra,
        fit.odds,
        groups.recognition(tests, worth=0.7),
    )
    assert {finding.key for finding in (fit.third, *claims)} <= set(truth)
    for finding in (fit.third, *claims):
        assert finding.low <= truth[finding.key] <= finding.high
        assert not finding.low <= finding.on_the_slide <= finding.high
    assert fit.third.reading == "fund"
    assert fit.third.is_primary
    assert {finding.reading for finding in claims} == {"holds"}
    assert nobody.reading == "clean"
    assert truth[nobody.key] == 0


def test_most_customers_belong_to_no_group(counts):
    assert cv.none_share(counts) > 0.7
    assert cv.group_sizes(counts)["share"].sum() == pytest.approx(1)


def test_a_method_that_leaves_nobody_out_is_wrong(tests):
    kinds = groups.forced_table(tests).set_index("who")
    assert kinds.at["recognised", "precision"] > 0.75
    assert kinds.at["everyone", "precision"] < 0.2
    assert kinds.at["recognised", "lift_low"] > 10
    assert kinds.at["nobody", "lift_low"] < 0 < kinds.at["nobody", "lift_high"]


def test_recall_is_that_of_all_customers_not_of_the_tests(tests, counts):
    truth, named = ValueTruth(), 1 - cv.none_share(counts)
    found = np.mean(truth.precision) * named
    right = tests.rows["group_code"] == tests.rows["confirmed_group"]
    recall = proportions.found_share(right, tests.rows["confirmed_group"].notna(), tests.rows["weight"])
    assert recall.low <= found / (found + truth.missed * (1 - named)) <= recall.high
    assert right.sum() / tests.rows["confirmed_group"].notna().sum() > recall.high + 0.1


def test_each_group_answers_to_its_own_theme(tests):
    cells = groups.cell_table(tests)
    best = cells.loc[cells.groupby("group_code")["response"].idxmax()].set_index("group_code")
    own = {
        f"G{number}": max(row, key=row.get) for number, row in enumerate(value_test.AFFINITY, start=1) if number != 5
    }
    assert best["proposition"][list(own)].to_dict() == own
    assert best.at["none", "response"] < 1


def test_the_weakest_theme_of_a_group_is_the_least_of_the_strongest(tests, counts):
    cells = groups.cell_table(tests)
    strongest = [part["response"].max() for code, part in cells.groupby("group_code") if code != "none"]
    assert len(strongest) == 7
    assert groups.least_own(tests) == min(strongest) > 5
    found = groups.explained(tests, counts, worth=0.1, folds=5, seed=1)
    assert found.values["least_own"] == f"{min(strongest):.1f}"


def test_rules_written_after_the_first_test_are_refused(asked, counts):
    late = asked.assign(rule_defined_on=asked["contacted_on"].min())
    for rows in (late, asked.assign(rule_defined_on=pd.NaT)):
        tests = cv.prepare(rows, counts, rung="best", clusters=8, seed=1)
        assert tests.reason == "double_dipping"
        finding = groups.explained(tests, counts, worth=0.1, folds=5, seed=1)
        assert math.isnan(finding.like_with_like)
        assert finding.reading == "cannot_tell"
        assert finding.texts("zh")["sentence"]


@pytest.mark.parametrize(
    ("rung", "rows", "reason"), [("", 0, "no_rules"), ("minimum", 0, "no_tests"), ("good", 150, "few_tests")]
)
def test_too_little_data_is_refused_with_what_to_ask_for(asked, counts, rung, rows, reason):
    tests = cv.prepare(asked.head(rows), counts, rung=rung, clusters=8, seed=1)
    fit, found = fitted(tests), groups.recognition(tests, worth=0.7)
    explained = groups.explained(tests, counts, worth=0.1, folds=5, seed=1)
    for finding in (explained, *fit[:3], found, groups.nobody(tests)):
        assert finding.limit == reason
        assert all(finding.texts(language)["limit"] for language in ("en", "zh"))
    assert groups.cell_table(tests).empty
    assert groups.group_table(tests).empty
    assert groups.forced_table(tests).empty


def test_the_middle_rung_answers_the_first_question_only(asked, counts):
    bare = asked.assign(
        is_useful=np.nan, is_worthwhile=np.nan, is_suitable=np.nan, confirmed_group=None, skill_tier=np.nan
    )
    tests = cv.prepare(bare, counts, rung="good", clusters=8, seed=1)
    assert groups.explained(tests, counts, worth=0.1, folds=5, seed=1).reading == "holds"
    assert fitted(tests).extra.limit == "no_answers"
    assert groups.recognition(tests, worth=0.7).limit == "no_answers"


def test_bad_input_is_refused(asked):
    with pytest.raises(CvcError, match="E208"):
        cv.validated(pd.concat([asked.head(5), asked.head(1)]))
    with pytest.raises(CvcError, match="E209"):
        cv.validated(asked.head(5).assign(response=101))
    with pytest.raises(CvcError, match="E210"):
        cv.validated(asked.head(5).assign(response=[1, 2, np.nan, np.nan, 3]))


def test_without_an_effect_the_insurer_has_none():
    assert (value_test.cell_effects(ValueTruth(tau=0.0)) == 0).all()
    nothing = planted.values(ValueTruth(tau=0.0, all_three=0.0), draws=1_000)
    assert nothing["customer_value.icc"] == 0
    assert nothing["customer_value.fit_odds"] == 1
    assert abs(nothing["customer_value.fit"]) < 0.5


def test_the_generator_knows_which_records_no_rule_can_name(asked, counts):
    """Groups are tested at the same rate as the query counts them: gaps in the record are the same on both sides."""
    tested = asked.groupby("group_code").size() / 150_000
    assert tested.to_numpy() == pytest.approx(value_test.QUOTA, rel=0.2)


def test_the_case_runs_to_its_end_on_a_folder_without_tests_and_says_what_they_would_buy(tmp_path):
    folder, out = tmp_path / "chengyue", tmp_path / "out.ipynb"
    shutil.copytree(ROOT / "data" / "chengyue", folder, ignore=shutil.ignore_patterns("value_test.parquet"))
    papermill.execute_notebook(
        str(ROOT / "cases" / "customer_value.ipynb"), str(out), {"data": str(folder)}, progress_bar=False
    )
    outputs = [output for cell in nbformat.read(out, 4).cells for output in cell.get("outputs", [])]
    found = [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]
    assert {finding["finding"]["reason"] for finding in found} == {"refused"}
    assert "next rung" in found[0]["texts"]["en"]["limit"]


@pytest.mark.parametrize(("share", "reading"), [(0.03, "fund"), (0.2, "cannot_tell"), (1.0, "cannot_tell")])
def test_holes_in_wealth_inform_or_hold_the_decision_back_and_never_stop_the_run(asked, counts, share, reading):
    holed = asked.assign(wealth_band=asked["wealth_band"].mask(np.arange(len(asked)) % 100 < 100 * share))
    tests = cv.prepare(holed, counts, rung="best", clusters=8, seed=1)
    third, explained = fitted(tests).third, groups.explained(tests, counts, worth=0.1, folds=5, seed=1)
    assert third.reading == reading
    for finding in (third, explained):
        check = next(one for one in finding.checks if one.key == "missing")
        assert (check.passed, check.weight) == (False, "note" if share < 0.05 else "sensitivity")
        assert check.value == pytest.approx(share, abs=0.03)  # members are some of the rows
