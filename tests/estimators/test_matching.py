"""Case and control: the published pairs, statsmodels on sets, and whole risk sets with every control in them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.discrete.conditional_models import ConditionalLogit

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.matching import conditional_logit, matched_sets
from tests.estimators.published import endometrial
from tests.methods.designs_big_policy_backtracking import case_control_cohort

LIKE = ["exposed", "wealth", "skill"]
"""What the analysis uses, in whose order controls are drawn."""

PAIRS = {"case": "CASE", "stratum": "SET", "exposures": ["GALL"]}
RISK_SETS = {"case": "is_big", "stratum": ["month", "branch_id"], "exposures": ["exposed"]}


def test_reproduces_the_matched_pairs_of_breslow_and_day():
    found = conditional_logit(endometrial(), **PAIRS).iloc[0]
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


def test_whole_risk_sets_cover_and_are_narrower_than_four_drawn_controls():
    covered, widths = 0, []
    for seed in range(20):
        cohort = case_control_cohort(seed, 0.6, 9_000)
        row = conditional_logit(cohort, **RISK_SETS, continuous=["wealth", "skill"]).iloc[0]
        covered += row["low"] <= np.exp(0.6) <= row["high"]
        sets = matched_sets(cohort, case="is_big", within=["month", "branch_id"], like=LIKE, controls=4, seed=seed)
        drawn = conditional_logit(sets, case="is_big", stratum="set_number", exposures=["exposed", "wealth", "skill"])
        widths.append(row["standard_error"] / drawn["standard_error"].iloc[0])
    assert covered >= 15  # of 20; a true 93 % falls below once in a thousand
    assert np.median(widths) < 0.97


def test_a_person_in_many_strata_counts_once():
    cohort = case_control_cohort(1, 0.6, 4_000).assign(person=lambda rows: np.arange(len(rows)))
    twice = pd.concat([cohort, cohort.assign(month=cohort["month"] + 100)])
    once = conditional_logit(cohort, **RISK_SETS, cluster="person")["standard_error"].iloc[0]
    again = conditional_logit(twice, **RISK_SETS, cluster="person")["standard_error"].iloc[0]
    assert again == pytest.approx(once, rel=1e-6)
    assert conditional_logit(twice, **RISK_SETS)["standard_error"].iloc[0] < 0.75 * once


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1_000), st.floats(-1_000, 1_000), st.floats(1e-2, 1e6))
def test_units_names_order_and_types_change_nothing(seed, shift, scale):
    cohort = case_control_cohort(seed, 0.6, 3_000)
    moved = cohort.assign(
        wealth=scale * (cohort["wealth"] + shift),
        exposed=cohort["exposed"].astype(int),
        is_big=cohort["is_big"].astype(float),
        branch_id=cohort["branch_id"].map("B{}".format),
    ).sample(frac=1, random_state=seed)
    columns = ["coefficient", "standard_error", "low", "high"]
    try:
        plain = conditional_logit(cohort, **RISK_SETS, continuous=["wealth"])[columns]
    except CvcError as refusal:  # a thin tail of the curve may hold cases only, in whatever unit
        with pytest.raises(CvcError, match=refusal.code):
            conditional_logit(moved, **RISK_SETS, continuous=["wealth"])
        return
    other = conditional_logit(moved, **RISK_SETS, continuous=["wealth"])[columns]
    assert other.to_numpy() == pytest.approx(plain.to_numpy(), rel=1e-5)
    scores = RISK_SETS | {"exposures": ["wealth", "skill"]}
    plain, other = (conditional_logit(of, **scores)["coefficient"].to_numpy() for of in (cohort, moved))
    assert other * [scale, 1] == pytest.approx(plain, rel=1e-5)


def test_strata_without_a_case_are_refused_and_named():
    with pytest.raises(CvcError, match=r"E259.*SET"):
        conditional_logit(endometrial().assign(CASE=0), **PAIRS)


def test_an_exposure_that_decides_is_refused_and_named():
    cohort = case_control_cohort(1, 0.6, 3_000).assign(told=lambda rows: rows["is_big"].astype(int))
    with pytest.raises(CvcError, match=r"E251.*told"):
        conditional_logit(cohort, **RISK_SETS | {"exposures": ["exposed", "told"]})
    with pytest.raises(CvcError, match=r"E246.*exposed"):
        conditional_logit(cohort.assign(exposed=1), **RISK_SETS)


def test_controls_share_month_and_branch_with_their_case():
    sets = matched_sets(
        case_control_cohort(2, 0.6, 5_000), case="is_big", within=("month", "branch_id"), like=LIKE, controls=4, seed=3
    )
    assert (sets.groupby("set_number")[["month", "branch_id"]].nunique() == 1).all().all()
    assert (sets.groupby("set_number")["is_big"].sum() == 1).all()


def test_renamed_and_reordered_rows_draw_the_same_sets():
    cohort = case_control_cohort(4, 0.6, 5_000)
    drawn = {"case": "is_big", "within": ("month", "branch_id"), "like": LIKE, "controls": 4, "seed": 3}
    plain, mixed = matched_sets(cohort, **drawn), matched_sets(cohort.sample(frac=1, random_state=2), **drawn)
    assert plain[LIKE].equals(mixed[LIKE])
    whole = matched_sets(cohort.assign(is_big=cohort["is_big"].astype(int)), **drawn)  # numbers mask, never index
    assert whole[LIKE].equals(plain[LIKE])
