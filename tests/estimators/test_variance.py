"""Shares of variance: the published one, and none where nothing varies."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.variance import held_out_share, named_share, residuals, shrunken, variance_share
from tests.estimators.published import judges
from tests.methods.designs_customer_value import cell_cohort


def test_reproduces_the_intraclass_correlation_of_shrout_and_fleiss():  # 1979, table 4: ICC(1,1) = .17
    table = judges()
    found = variance_share(table["Rating"], table["Target"], fewest=4)
    assert found.icc == pytest.approx(0.17, abs=0.005)
    assert found.high == pytest.approx(0.72, abs=0.005)
    assert found.low == pytest.approx(-0.13, abs=0.005)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(-50, 50), st.floats(1e-3, 1e6), st.integers(0, 99))
def test_scale_shift_names_and_order_change_nothing(seed, shift, scale, order):
    cohort = cell_cohort()(seed, 0.4)
    plain = variance_share(cohort["noise"], cohort["cell"])
    moved = cohort.assign(noise=scale * (cohort["noise"] + shift), cell=cohort["cell"].map("c{}".format))
    moved = moved.sample(frac=1, random_state=order)
    assert variance_share(moved["noise"], moved["cell"])[:3] == pytest.approx(plain[:3], abs=1e-8)
    assert 0 <= plain.low <= plain.icc <= plain.high <= 1


def test_a_constant_response_has_no_share():
    """Once 15 %, and a decision to fund."""
    cells = pd.Series(np.repeat(range(10), 20), name="cell")
    for value in (7.0, 0.1, 1e9 / 3):
        with pytest.raises(CvcError, match=r"E246.*response"):
            variance_share(pd.Series(value, index=cells.index, name="response"), cells)


def test_cells_that_explain_everything_give_a_share_of_one():
    cells = pd.Series(np.repeat(range(10), 20))
    assert variance_share(cells.astype(float), cells)[:3] == pytest.approx((1, 1, 1))


def test_small_cells_are_left_out_and_a_single_cell_is_refused():
    values, cells = np.arange(45.0), pd.Series([0] * 20 + [1] * 20 + [2] * 5)
    assert (variance_share(values, cells).cells, variance_share(values, cells).n) == (2, 40)
    with pytest.raises(CvcError, match="E210"):
        variance_share(values[:20], cells[:20])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1_000), st.floats(-3_000, 3_000), st.floats(1e-3, 1e6))
def test_residuals_do_not_depend_on_the_units_of_what_is_known(seed, shift, scale):
    cohort = cell_cohort()(seed, 0.4).head(300)
    moved = cohort.assign(x0=-scale * (cohort["x0"] + shift))
    named = {"outcome": "response", "continuous": ["x0", "x1"]}
    assert residuals(moved, **named) == pytest.approx(residuals(cohort, **named), abs=1e-6)


def test_residuals_of_levels_are_what_is_left_of_their_means():
    cohort = cell_cohort()(1, 0.4)
    left = residuals(cohort, outcome="response", known=["cell"])
    expected = cohort["response"] - cohort.groupby("cell")["response"].transform("mean")
    assert left == pytest.approx(expected.to_numpy(), abs=1e-9)
    assert residuals(cohort, outcome="response") == pytest.approx(cohort["response"] - cohort["response"].mean())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_shrunken_means_lie_between_zero_and_the_mean(seed):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 6, 200)
    values = rng.normal(size=200) + 0.5 * rng.normal(size=6)[codes]
    mean, error = shrunken(values, codes, 7)
    plain = np.bincount(codes, values, 7) / np.maximum(np.bincount(codes, minlength=7), 1)
    assert (np.abs(mean) <= np.abs(plain) + 1e-12).all()
    assert (mean * plain >= 0).all()
    assert (error >= 0).all()
    assert mean[6] == 0


def test_means_of_pure_noise_predict_nobody_held_out():
    rng = np.random.default_rng(4)
    assert held_out_share(rng.normal(size=3000), pd.Series(rng.integers(0, 40, 3000)), folds=5, seed=1) < 0.01
    with pytest.raises(CvcError, match=r"E209.*folds"):
        held_out_share(rng.normal(size=30), pd.Series(rng.integers(0, 4, 30)), folds=31, seed=1)


def people(seed, effect, times=1):
    """Seven groups × six themes; whoever is asked `times` times has a level of her own, and the same answer again."""
    rng = np.random.default_rng([seed, 15])
    unit = np.arange(840)
    theme = rng.integers(0, 6, len(unit))
    cell = pd.Series(6 * (unit // 120) + theme)
    value = effect * np.random.default_rng(5).normal(size=42)[cell] + rng.normal(size=len(unit))
    rows = pd.DataFrame({"value": value, "cell": cell, "group": unit // 120, "unit": unit})
    return pd.concat([rows] * times, ignore_index=True)


def named(rows, **settings):
    return named_share(rows["value"], rows["cell"], groups=rows["group"], unit=rows["unit"], **settings)


def test_where_nothing_lies_between_groups_the_share_falls_on_both_sides_of_zero():
    found = [named(people(seed, 0.0), draws=100) for seed in range(60)]
    shares = np.array([one.icc for one in found])
    assert 15 <= (shares < 0).sum() <= 50  # once clipped at 0: never below it, and on average above
    assert abs(shares.mean()) < 3 * shares.std() / np.sqrt(len(shares))
    assert all(one.low <= 0 <= one.high for one in found[:20])


def test_named_groups_equal_the_classic_estimate_and_are_narrower_where_cells_are_no_sample():
    rows = people(1, 0.75)
    ours, classic = named(rows), variance_share(rows["value"], rows["cell"])
    assert ours.icc == pytest.approx(classic.icc, abs=0.015)
    assert ours.high - ours.low < 0.7 * (classic.high - classic.low)


def test_people_asked_again_count_once():
    once, twice = named(people(2, 0.3)), named(people(2, 0.3, times=2))
    assert twice.icc == pytest.approx(once.icc, abs=0.01)
    assert twice.high - twice.low == pytest.approx(once.high - once.low, rel=0.1)
    rows = people(2, 0.3, times=2)
    assert variance_share(rows["value"], rows["cell"]).icc > once.icc + 0.02  # to whom every row is a new person


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1_000), st.floats(-50, 50), st.floats(1e-3, 1e6))
def test_named_groups_do_not_depend_on_scale_or_names(seed, shift, scale):
    rows = people(seed, 0.3)
    moved = rows.assign(value=scale * (rows["value"] + shift), cell=rows["cell"].map("c{:02d}".format))
    plain = named(rows, draws=30)
    assert named(moved, draws=30)[:3] == pytest.approx(plain[:3], rel=1e-6, abs=1e-8)
