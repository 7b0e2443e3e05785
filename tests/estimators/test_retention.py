"""Retention that differs: both published cohorts, whole numbers, and a fit that arrives or says so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.retention import Retention, expected_lifetime, fit_retention, survival
from tests.estimators.published import HIGH_END, REGULAR, renewals


@pytest.mark.parametrize(("shares", "gamma", "delta"), [(HIGH_END, 0.668, 3.806), (REGULAR, 0.704, 1.182)])
def test_reproduces_the_retention_of_fader_and_hardie(shares, gamma, delta):
    table = renewals(shares)
    found = fit_retention(table["At risk"], table["Renewed"])
    assert found.gamma == pytest.approx(gamma, abs=0.0006)
    assert found.delta == pytest.approx(delta, abs=0.0006)


@pytest.mark.parametrize(("gamma", "delta"), [(1, 4), (2, 3), (100, 200), (1000, 1000), (0.668, 3.806), (1, 500)])
@pytest.mark.parametrize("discount", [0.05, 0.95, 0.999])
def test_the_endless_lifetime_is_the_sum_of_discounted_survival(gamma, delta, discount):
    """Whole numbers too, which once gave NaN."""
    of = Retention(np.array(gamma), np.array(delta))
    years = 40_000
    summed = (survival(of, years) * discount ** np.arange(years + 1)).sum()
    assert expected_lifetime(of, discount=discount) == pytest.approx(summed, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 30), st.floats(0.05, 30), st.integers(3, 9), st.floats(1e-3, 1e9))
def test_the_fit_finds_what_made_the_counts_whatever_their_unit(gamma, delta, years, scale):
    curve = scale * survival(Retention(np.array(gamma), np.array(delta)), years)
    found = fit_retention(curve[:-1], curve[1:])
    assert (found.gamma, found.delta) == pytest.approx((gamma, delta), rel=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 99), min_size=2, max_size=8), st.integers(20, 100_000))
def test_a_cohort_gets_its_maximum_or_a_refusal_never_the_start(kept_percent, members):
    at_risk, renewed = [], []
    for percent in kept_percent:
        at_risk.append(renewed[-1] if renewed else members)
        renewed.append(round(at_risk[-1] * percent / 100))
    try:
        found = fit_retention(at_risk, renewed)
    except CvcError:
        return
    n, kept, t = np.array(at_risk), np.array(renewed), np.arange(len(at_risk))

    def likelihood(gamma, delta):
        return (kept * np.log(delta + t) + (n - kept) * np.log(gamma) - n * np.log(gamma + delta + t)).sum()

    best = likelihood(found.gamma, found.delta)
    for shift in (0.97, 1.03):
        assert likelihood(found.gamma * shift, found.delta) <= best + 1e-6
        assert likelihood(found.gamma, found.delta * shift) <= best + 1e-6


def test_members_who_are_all_alike_give_constant_retention():
    at_risk = 100_000 * 0.85 ** np.arange(7)
    found = fit_retention(at_risk, 0.85 * at_risk)
    assert expected_lifetime(found, discount=0.95) == pytest.approx(1 / (1 - 0.95 * 0.85), rel=1e-5)


@pytest.mark.parametrize(
    "followed", [(1037, 629, 355, 204), (751, 604, 471, 340, 240), (1221, 981, 731, 472, 266, 145, 60, 19)]
)
def test_renewal_that_falls_is_fitted_by_one_constant_chance(followed):
    """No mixture of chances falls, so the likelihood rises to the edge, where the best chance is the overall share."""
    at_risk, renewed = followed[:-1], followed[1:]
    found = fit_retention(at_risk, renewed)
    assert found.delta / (found.gamma + found.delta) == pytest.approx(sum(renewed) / sum(at_risk), rel=1e-5)


@pytest.mark.parametrize(
    ("at_risk", "renewed", "message"),
    [
        ([100, 90], [90, 95], "E209.*renewed"),
        ([100, 90], [100, 90], "E210"),
        ([100, np.nan], [90, 80], "E244.*at_risk"),
        ([100, 90], [90], "E254.*at_risk"),
        (["a", "b"], [1, 2], "E243.*at_risk"),
    ],
)
def test_counts_that_are_none_are_refused(at_risk, renewed, message):
    with pytest.raises(CvcError, match=message):
        fit_retention(np.array(at_risk), np.array(renewed))


@pytest.mark.parametrize(
    ("of", "discount"), [(Retention(1, 1), 1.0), (Retention(0, 1), 0.9), (Retention(np.nan, 1), 0.9)]
)
def test_a_lifetime_without_end_or_parameters_is_refused(of, discount):
    with pytest.raises(CvcError):
        expected_lifetime(of, discount=discount)
