"""The change of a product: the identities of LMDI."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.decomposition import log_mean, split_change

factor = st.floats(1e-6, 1e6)


@given(st.lists(st.tuples(factor, factor), min_size=1, max_size=6))
def test_the_parts_of_a_change_sum_to_it(pairs):
    before, after = np.array(pairs).T
    change = after.prod() - before.prod()
    assert split_change(before, after).sum() == pytest.approx(change, abs=1e-12 * max(after.prod(), before.prod()))


@given(st.lists(st.tuples(factor, factor), min_size=2, max_size=5), factor, st.randoms(use_true_random=False))
def test_units_and_order_of_the_factors_change_nothing(pairs, scale, random):
    before, after = np.array(pairs).T
    order = random.sample(range(len(before)), len(before))
    parts = split_change(before, after)
    assert split_change(scale * before[order], scale * after[order]) == pytest.approx(
        parts[order] * scale ** len(before), rel=1e-6, abs=1e-9 * scale ** len(before) * np.abs(parts).max()
    )
    back = split_change(after, before)
    assert back == pytest.approx(-parts, rel=1e-9, abs=1e-12 * np.abs(parts).max())  # time reversal


@given(factor, st.floats(1e-9, 1e-3))
def test_the_logarithmic_mean_is_continuous_where_both_are_equal(value, step):
    assert log_mean(np.array(value), np.array(value * (1 + step))) == pytest.approx(value * (1 + step / 2), rel=1e-6)


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf])
def test_a_factor_that_is_none_is_refused(wrong):
    with pytest.raises(CvcError, match="factor"):
        split_change(np.array([1.0, wrong]), np.array([1.0, 1.0]))
    with pytest.raises(CvcError, match="E254"):
        split_change(np.array([1.0, 2.0]), np.array([1.0]))
