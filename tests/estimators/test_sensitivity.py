"""How strong a hidden cause must be, and what a comparison can show."""

import math

import numpy as np
import pytest

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.sensitivity import detectable_difference, e_value, robustness_value


@pytest.mark.parametrize(("ratio", "expected"), [(3.9, 7.26), (1.8, 3.0), (1.0, 1.0), (1 / 3.9, 7.26)])
def test_e_value_is_that_of_vanderweele_and_ding(ratio, expected):  # 2017, breast-feeding example: RR 3.9 (1.8, 8.7)
    assert e_value(ratio) == pytest.approx(expected, abs=0.005)


def test_detectable_difference_is_the_textbook_formula():  # (1.96 + 0.84) · sqrt(p(1 − p) / n)
    assert detectable_difference(0.03, 3_000) == pytest.approx(2.8016 * np.sqrt(0.03 * 0.97 / 3_000), rel=1e-4)


@pytest.mark.parametrize("ratio", [0, -1, math.nan, math.inf, "2", None])
def test_a_ratio_that_is_none_is_refused(ratio):
    with pytest.raises(CvcError, match=r"E209.*risk_ratio"):
        e_value(ratio)


@pytest.mark.parametrize(("rate", "n", "name"), [(1.2, 10, "rate"), (-0.1, 10, "rate"), (0.1, 0, "n_exposed")])
def test_a_rate_or_number_out_of_range_is_refused(rate, n, name):
    with pytest.raises(CvcError, match=rf"E209.*{name}"):
        detectable_difference(rate, n)


def test_robustness_value_is_that_of_cinelli_and_hazlett():  # 2020, table 1, Darfur: t = 4.18 on 783, RV 13.9 %
    assert robustness_value(4.184, 783) == pytest.approx(0.139, abs=0.0005)
    assert robustness_value(0.0, 783) == 0
    assert robustness_value(1e60, 1) == pytest.approx(1)


@pytest.mark.parametrize(("statistic", "degrees"), [(math.nan, 10), (math.inf, 10), ("4", 10), (4.0, 0)])
def test_a_robustness_value_of_no_number_is_refused(statistic, degrees):
    with pytest.raises(CvcError, match=r"E209.*(statistic|degrees)"):
        robustness_value(statistic, degrees)
