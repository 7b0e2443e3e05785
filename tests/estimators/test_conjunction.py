"""Three conditions together: statsmodels, the closed form, a world of pairs, and people asked more than once."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.conjunction import SUBSETS, conjunction
from tests.methods.designs_customer_value import PARTS, all_three, contrast, fit_cohort

NAMES = {"parts": PARTS, "outcome": "converted"}


def pairs_world(seed, n=8_000):
    """Two conditions are enough: pairs work, the third adds nothing on the log odds."""
    rng = np.random.default_rng([seed, 5])
    parts = (rng.random((n, 3)) < 0.5).astype(int)
    pairs = sum(parts[:, i] * parts[:, j] for i, j in ((0, 1), (0, 2), (1, 2)))
    chance = 1 / (1 + np.exp(2 - 0.7 * pairs))
    return pd.DataFrame(parts, columns=list(PARTS)).assign(converted=rng.random(n) < chance)


def asked_twice(seed, people=1_000):
    """Each person answers eight times, with a mood of their own that also moves what they call useful."""
    rng = np.random.default_rng([seed, 6])
    person = np.repeat(np.arange(people), 8)
    mood = 1.5 * rng.normal(size=people)[person]
    parts = (rng.random((people, 3)) < 0.5)[person].astype(int)
    chance = 1 / (1 + np.exp(1 - mood - 0.2 * parts.sum(axis=1)))
    return pd.DataFrame(parts, columns=list(PARTS)).assign(converted=rng.random(len(person)) < chance, person=person)


def test_the_three_way_term_is_that_of_statsmodels_with_every_pair():
    rows = fit_cohort()(3, 1.6)
    terms = [rows[[PARTS[i] for i in part]].prod(axis=1) for part in SUBSETS]
    design = np.column_stack([*terms, pd.get_dummies(rows["decile"], dtype=float)])
    model = sm.GLM(rows["converted"], design, family=sm.families.Binomial())
    oracle = model.fit(cov_type="cluster", cov_kwds={"groups": np.arange(len(rows))}, tol=1e-12, maxiter=100)
    found = conjunction(rows, **NAMES, confounders=["decile"]).log_odds
    assert found.value == pytest.approx(oracle.params.iloc[6], abs=1e-7)
    assert found.high - found.low == pytest.approx(2 * 1.96 * oracle.bse.iloc[6], rel=2e-3)


def test_the_contrast_covers_the_closed_form():
    rows = fit_cohort()(3, 1.6)
    found = conjunction(rows, **NAMES, continuous=["z"])
    assert found.contrast.low < contrast(1.6, rows["z"].to_numpy()) < found.contrast.high
    assert found.steps["held"].tolist() == [0, 1, 2, 3]
    assert found.steps.loc[:2, "standardised"].tolist() == found.steps.loc[:2, "from_parts"].tolist()


def test_a_world_of_pairs_is_not_called_three_way():
    found = [conjunction(pairs_world(seed), **NAMES).log_odds for seed in range(20)]
    assert sum(one.low <= 0 <= one.high for one in found) >= 15  # a true 93 % falls below once in a thousand


def test_people_asked_again_count_once():
    clustered = [conjunction(asked_twice(seed), **NAMES, cluster="person").log_odds for seed in range(20)]
    plain = [conjunction(asked_twice(seed), **NAMES).log_odds for seed in range(20)]
    assert sum(one.low <= 0 <= one.high for one in clustered) >= 15
    widths = [(a.high - a.low) / (b.high - b.low) for a, b in zip(clustered, plain, strict=True)]
    assert np.median(widths) > 1.3
    assert clustered[0].n_clusters == 1_000


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1_000), st.floats(-2_000, 2_000), st.floats(1e-3, 1e6))
def test_units_order_and_types_change_nothing(seed, shift, scale):
    rows = fit_cohort()(seed, 1.6, 3_000)
    moved = rows.assign(
        z=-scale * (rows["z"] + shift), converted=rows["converted"].astype(bool),
        **{PARTS[0]: rows[PARTS[0]].astype(float), "decile": rows["decile"].map("d{}".format)},
    ).sample(frac=1, random_state=seed)  # fmt: skip
    plain, other = (conjunction(of, **NAMES, confounders=["decile"], continuous=["z"]) for of in (rows, moved))
    assert other.log_odds[:3] == pytest.approx(plain.log_odds[:3], rel=1e-4, abs=1e-5)
    assert other.contrast[:3] == pytest.approx(plain.contrast[:3], rel=1e-4, abs=1e-6)


def test_a_missing_combination_column_or_event_is_named():
    rows = fit_cohort()(1, 1.6, 2_000)
    with pytest.raises(CvcError, match=r"E258.*is_useful"):
        conjunction(rows[~all_three(rows)], **NAMES, continuous=["z"])
    with pytest.raises(CvcError, match=r"E201.*'wealth'"):
        conjunction(rows, **NAMES, confounders=["wealth"])
    with pytest.raises(CvcError, match=r"E248.*converted"):
        conjunction(rows.assign(converted=0), **NAMES)
    with pytest.raises(CvcError, match=r"E242.*is_useful"):
        conjunction(rows.assign(is_useful=rows["is_useful"] + 1), **NAMES)
