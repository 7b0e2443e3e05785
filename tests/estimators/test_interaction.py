"""Two causes on both scales: statsmodels, the published excess, and what may not matter."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.interaction import (
    CONTRAST,
    additive_interaction,
    cell_means,
    chances,
    from_means,
    ratio_interaction,
)
from cvc_helpers.estimators.means import combination, ratio_combination, risk_ratio
from tests.estimators.published import oral_cancer

NAMES = {"outcome": "y", "first": "s", "second": "q"}


def cohort(seed, n=2_000):
    rng = np.random.default_rng(seed)
    z, band = rng.normal(size=n), rng.integers(0, 3, n)
    s, q = rng.random(n) < 0.4 + 0.1 * band, rng.random(n) < 0.5
    y = rng.random(n) < 0.1 + 0.05 * s + 0.1 * q + 0.03 * band
    return pd.DataFrame({"z": z, "band": band, "s": s, "q": q, "y": y, "unit": rng.integers(0, 400, n)})


def test_reproduces_the_excess_of_smoking_and_alcohol():
    """Odds ratios of the published counts; the multiplicative interaction points the other way."""
    table = oral_cancer()
    counts = table.groupby(["Smoking", "Alcohol", "Case"]).size().unstack()
    odds = counts[1] / counts[0]
    variance = 1 / counts[1] + 1 / counts[0]
    cells = [(1, 0), (0, 1), (1, 1)]
    logs = np.log([odds[cell] / odds[0, 0] for cell in cells])
    covariance = np.full((3, 3), variance[0, 0]) + np.diag([variance[cell] for cell in cells])
    found = additive_interaction(logs, covariance)
    assert found.reri[:3] == pytest.approx((3.74, -1.84, 9.32), abs=0.005)
    assert found.attributable.value == pytest.approx(0.41, abs=0.005)
    assert found.synergy.value == pytest.approx(1.87, abs=0.005)
    assert np.exp(logs[2] - logs[0] - logs[1]) == pytest.approx(0.915, abs=0.0005)


def test_effects_that_cancel_have_no_synergy_index():
    assert additive_interaction(np.zeros(3), np.eye(3)).synergy is None


def test_ratios_equal_the_clustered_poisson_regression_of_statsmodels():
    rows = cohort(1)
    ours = ratio_interaction(rows, **NAMES, confounders=["band"], cluster="unit")
    columns = rows[["s", "q"]].astype(float).assign(both=rows["s"] * rows["q"] * 1.0)
    design = columns.join(pd.get_dummies(rows["band"], dtype=float))
    model = sm.GLM(rows["y"].astype(float), design, family=sm.families.Poisson())
    oracle = model.fit(cov_type="cluster", cov_kwds={"groups": rows["unit"].to_numpy()}, tol=1e-12, maxiter=100)
    assert ours["coefficient"].to_numpy() == pytest.approx(oracle.params.iloc[:3].to_numpy(), abs=1e-7)
    assert ours["standard_error"].to_numpy() == pytest.approx(oracle.bse.iloc[:3].to_numpy(), rel=1e-6)


def test_without_confounders_the_means_are_the_raw_shares():
    rows = cohort(2)
    found = cell_means(rows, **NAMES)
    raw = rows.groupby(["q", "s"])["y"].agg(["mean", "size"])
    assert found.means == pytest.approx(raw["mean"].to_numpy(), abs=1e-9)
    errors = np.sqrt(raw["mean"] * (1 - raw["mean"]) / raw["size"])
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(errors.to_numpy(), rel=1e-3)
    crude = raw["mean"].to_numpy()
    assert ratio_combination(found, CONTRAST).value == pytest.approx(crude[3] * crude[0] / crude[1] / crude[2])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1_000), st.floats(-2_000, 2_000), st.floats(1e-4, 1e8), st.permutations(["a", "b", "c"]))
def test_units_names_order_and_types_change_nothing(seed, shift, scale, names):
    rows = cohort(seed)
    moved = rows.assign(
        z=-scale * (rows["z"] + shift), band=rows["band"].map(dict(enumerate(names))), s=rows["s"].astype(float),
        q=rows["q"].astype("Int64"), unit=rows["unit"].map("U{}".format),
    ).sample(frac=1, random_state=seed)  # fmt: skip
    named = NAMES | {"confounders": ["band"], "continuous": ["z"], "cluster": "unit"}
    for weights in (CONTRAST, [-1, 1, 0, 0]):
        plain, other = (combination(cell_means(of, **named), weights) for of in (rows, moved))
        assert other[:3] == pytest.approx(plain[:3], rel=1e-5, abs=1e-8)
    plain, other = (ratio_interaction(of, **named).drop(columns="term").to_numpy() for of in (rows, moved))
    assert other == pytest.approx(plain, rel=1e-5, abs=1e-7)
    assert np.sort(chances(moved, flag="s", continuous=["z"])) == pytest.approx(
        np.sort(chances(rows, flag="s", continuous=["z"])), abs=1e-6
    )


def test_an_empty_cell_few_events_and_few_units_are_refused_by_name():
    """Once a ratio of 1e-11 with a tight interval."""
    rows = cohort(3)
    for ours in (cell_means, ratio_interaction):
        with pytest.raises(CvcError, match=r"E256.*s and q"):
            ours(rows[~(rows["s"] & rows["q"])], **NAMES)
        with pytest.raises(CvcError, match=r"E248.*s, q is 1, 1.*y"):
            ours(rows.assign(y=rows["y"] & ~(rows["s"] & rows["q"])), **NAMES)
        with pytest.raises(CvcError, match=r"E256.*unit"):
            ours(rows.assign(unit=rows["unit"] % 8), **NAMES, cluster="unit")
    with pytest.raises(CvcError, match=r"E251.*band"):
        cell_means(rows.assign(y=rows["y"] & ~((rows["band"] == 0) & rows["s"])), **NAMES, confounders=["band"])


def test_a_mean_of_zero_gives_no_ratio():
    found = cell_means(cohort(4), **NAMES)
    with pytest.raises(CvcError, match="E255"):
        risk_ratio(found._replace(means=np.array([0.0, 0.1, 0.1, 0.2])), 3, 0)
    with pytest.raises(CvcError, match="E255"):
        from_means(found._replace(means=np.array([0.0, 0.1, 0.1, 0.2])))


def test_below_forty_clusters_the_errors_are_those_of_leaving_out_each():
    rng = np.random.default_rng(3)
    own = np.repeat(np.arange(20), 60)
    a, b, y = (rng.random((3, 1_200)) < 0.5).astype(int)
    rows = pd.DataFrame({"a": a, "b": b, "y": y, "own": own})
    named = {"outcome": "y", "first": "a", "second": "b"}
    left = np.array([cell_means(rows[own != name], **named).means for name in range(20)])
    jackknife = 19 / 20 * ((left - left.mean(axis=0)).T @ (left - left.mean(axis=0)))
    assert cell_means(rows, **named, cluster="own").covariance == pytest.approx(jackknife, rel=1e-6)
