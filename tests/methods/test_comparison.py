import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.treatment.treatment_effects import TreatmentEffect

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.comparison import effects_on_exposed, exposure_odds, overlap_share
from cvc_helpers.estimators.matching import conditional_logit, matched_sets
from cvc_helpers.estimators.sensitivity import detectable_difference, e_value
from tests.methods.designs_big_policy_backtracking import LIKE, case_control_cohort, continuous_cohort

LA_PAIRS = {(1, 1): 3, (1, 0): 13, (0, 1): 5, (0, 0): 42}
"""Gall-bladder disease in 63 matched pairs, case first (Breslow & Day 1980, Los Angeles endometrial cancer)."""


def pairs(counts):
    rows, number = [], 0
    for (case, control), times in counts.items():
        for _ in range(times):
            rows += [(number, True, case), (number, False, control)]
            number += 1
    return pd.DataFrame(rows, columns=["pair", "is_case", "exposed"])


def test_reproduces_the_matched_pairs_of_breslow_and_day():
    found = conditional_logit(pairs(LA_PAIRS), case="is_case", stratum="pair", exposures=["exposed"]).iloc[0]
    assert found["odds_ratio"] == pytest.approx(13 / 5, abs=1e-9)
    assert found["coefficient"] == pytest.approx(0.9555, abs=5e-5)
    assert found["standard_error"] == pytest.approx(0.5262, abs=5e-5)


def test_conditional_logit_equals_statsmodels():
    sets = matched_sets(
        case_control_cohort(1, 0.6, 8_000), case="is_big", within=("month",), like=LIKE, controls=3, seed=1
    )
    ours = conditional_logit(sets, case="is_big", stratum="set_number", exposures=["exposed", "wealth"])
    model = ConditionalLogit(sets["is_big"].astype(int), sets[["exposed", "wealth"]], groups=sets["set_number"])
    oracle = model.fit(disp=False)
    assert ours["coefficient"].to_numpy() == pytest.approx(oracle.params.to_numpy(), abs=1e-4)
    assert ours["standard_error"].to_numpy() == pytest.approx(oracle.bse.to_numpy(), abs=1e-4)


@pytest.mark.parametrize(("ratio", "expected"), [(3.9, 7.26), (1.8, 3.0), (1.0, 1.0), (1 / 3.9, 7.26)])
def test_e_value_is_that_of_vanderweele_and_ding(ratio, expected):  # 2017, breast-feeding example: RR 3.9 (1.8, 8.7)
    assert e_value(ratio) == pytest.approx(expected, abs=0.005)


def test_effect_on_the_exposed_equals_statsmodels_on_the_same_cohort():
    cohort = continuous_cohort(3, 2.0)
    ours = effects_on_exposed(
        cohort, exposure="is_exposed", outcomes=["outcome"], confounders=["x0", "x1", "x2"], cluster="customer_id"
    ).iloc[0]
    design = sm.add_constant(cohort[["x0", "x1", "x2"]])
    probit = sm.Logit(cohort["is_exposed"].astype(float), design).fit(disp=0)
    oracle = TreatmentEffect(sm.OLS(cohort["outcome"], design), cohort["is_exposed"].astype(int), results_select=probit)
    assert ours["estimate"] == pytest.approx(
        float(np.ravel(oracle.ipw_ra(return_results=False, effect_group=1)[0])[0]), abs=0.02
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(0.5, 20))
def test_the_effect_moves_with_the_outcome_and_not_with_its_level(seed, shift, scale):
    cohort = continuous_cohort(seed, 1.0, 600)
    columns = {"exposure": "is_exposed", "outcomes": ["outcome"], "confounders": ["x0"], "cluster": "customer_id"}
    plain = effects_on_exposed(cohort, **columns)["estimate"].iloc[0]
    moved = cohort.assign(outcome=scale * cohort["outcome"] + shift)
    assert effects_on_exposed(moved, **columns)["estimate"].iloc[0] == pytest.approx(scale * plain, abs=1e-6 * scale)


def test_rows_in_another_order_give_the_same_answer():
    cohort = continuous_cohort(5, 2.0)
    columns = {"exposure": "is_exposed", "outcomes": ["outcome"], "confounders": ["x0", "x1"], "cluster": "customer_id"}
    mixed = effects_on_exposed(cohort.sample(frac=1, random_state=1), **columns).iloc[0]
    assert mixed["low"] == pytest.approx(effects_on_exposed(cohort, **columns).iloc[0]["low"], abs=1e-8)


def test_an_empty_arm_is_refused():
    cohort = continuous_cohort(1, 2.0, 100).assign(is_exposed=False)
    with pytest.raises(CvcError, match="E210"):
        effects_on_exposed(
            cohort, exposure="is_exposed", outcomes=["outcome"], confounders=["x0"], cluster="customer_id"
        )


def test_a_missing_column_is_named():
    with pytest.raises(CvcError, match=r"E201.*'wealth'"):
        effects_on_exposed(
            continuous_cohort(1, 2.0, 100),
            exposure="is_exposed",
            outcomes=["outcome"],
            confounders=["wealth"],
            cluster="customer_id",
        )


def test_a_confounder_that_decides_exposure_is_refused():
    cohort = continuous_cohort(1, 2.0, 400)
    with pytest.raises(CvcError, match="E211"):
        exposure_odds(cohort.assign(told=cohort["is_exposed"].astype(int)), exposure="is_exposed", confounders=["told"])


def test_exposed_without_a_counterpart_are_counted_out():
    exposed = np.array([True, True, True, False, False])
    assert overlap_share(exposed, np.array([0.1, 0.2, 5.0, 0.1, 0.3])) == pytest.approx(2 / 3)


def test_a_set_without_a_case_is_refused():
    with pytest.raises(CvcError, match="E210"):
        conditional_logit(pairs(LA_PAIRS).assign(is_case=False), case="is_case", stratum="pair", exposures=["exposed"])


def test_controls_share_month_and_branch_with_their_case():
    sets = matched_sets(
        case_control_cohort(2, 0.6, 5_000), case="is_big", within=("month", "branch_id"), like=LIKE, controls=4, seed=3
    )
    assert (sets.groupby("set_number")[["month", "branch_id"]].nunique() == 1).all().all()
    assert (sets.groupby("set_number")["is_big"].sum() == 1).all()


def test_detectable_difference_is_the_textbook_formula():  # (1.96 + 0.84) · sqrt(p(1 − p) / n)
    assert detectable_difference(0.03, 3_000) == pytest.approx(2.8016 * np.sqrt(0.03 * 0.97 / 3_000), rel=1e-4)


def test_renamed_and_reordered_proposals_draw_the_same_sets():
    cohort = case_control_cohort(4, 0.6, 5_000)
    drawn = {"case": "is_big", "within": ("month", "branch_id"), "like": LIKE, "controls": 4, "seed": 3}
    plain, mixed = matched_sets(cohort, **drawn), matched_sets(cohort.sample(frac=1, random_state=2), **drawn)
    assert plain[LIKE].equals(mixed[LIKE])
