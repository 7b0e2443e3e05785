"""Proportions and stratified odds ratios against the published tables."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.proportions import found_share, newcombe, stratified, wilson
from tests.estimators.published import ADMISSIONS, berkeley

NEWCOMBE = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0, 0.1611), (1, 29): (0.0061, 0.1718)}
"""Table I of Newcombe (1998), method 3."""
DIFFERENCES = {(56, 70, 48, 80): (0.0524, 0.3339), (9, 10, 3, 10): (0.1705, 0.8090), (10, 10, 0, 10): (0.6075, 1.0)}
"""Table II of Newcombe (1998), the second paper, method 10."""
BERKELEY = {"exposure": "Male", "outcome": "Admitted", "stratum": "Department"}


def test_berkeley_reverses_within_departments():  # 4,526 applicants, 44.5 % and 30.4 %, Mantel–Haenszel .905
    rows = berkeley()
    assert len(rows) == 4526
    assert rows.groupby("Male")["Admitted"].mean().round(3).to_dict() == {0: 0.304, 1: 0.445}
    found = stratified(rows, **BERKELEY)
    assert found["stratified"] == pytest.approx(0.905, abs=0.0005)
    assert found["plain"] == pytest.approx(1.84, abs=0.005)
    oracle = StratifiedTable([np.reshape(counts, (2, 2)) for counts in ADMISSIONS.values()])
    assert (found["low"], found["high"]) == pytest.approx(oracle.oddsratio_pooled_confint())


@pytest.mark.parametrize(("counted", "expected"), NEWCOMBE.items())
def test_wilson_is_that_of_newcombe(counted, expected):
    assert wilson(*counted)[1:3] == pytest.approx(expected, abs=0.00006)


@pytest.mark.parametrize(("counted", "expected"), DIFFERENCES.items())
def test_the_difference_is_that_of_newcombe(counted, expected):
    assert newcombe(*counted)[1:3] == pytest.approx(expected, abs=0.00006)


@settings(max_examples=20, deadline=None)
@given(st.permutations("ABCDEF"), st.sampled_from([bool, float, "Int64"]), st.integers(0, 100))
def test_names_order_and_types_change_nothing(names, dtype, seed):
    rows = berkeley()
    moved = rows.assign(
        Department=rows["Department"].map(dict(zip("ABCDEF", names, strict=True))), Male=rows["Male"].astype(dtype)
    ).sample(frac=1, random_state=seed)
    assert stratified(moved, **BERKELEY) == pytest.approx(stratified(rows, **BERKELEY), rel=1e-12)


def test_an_empty_cell_gives_no_ratio():
    """Once a ratio of 1e-11 with a tight interval."""
    rows = berkeley()
    with pytest.raises(CvcError, match=r"E255.*Male"):
        stratified(rows[~((rows["Male"] == 1) & (rows["Admitted"] == 1))], **BERKELEY)


@pytest.mark.parametrize(("hits", "n"), [(0, 0), (3, 2), (-1, 5), (1.5, 5), (True, 5)])
def test_no_rows_and_impossible_counts_are_refused(hits, n):
    with pytest.raises(CvcError, match="E209"):
        wilson(hits, n)


def test_recall_weighs_each_row_by_those_it_stands_for():
    right = pd.Series([1, 1, 0, 0, 1], name="named")
    real = pd.Series([1, 1, 1, 1, 0], name="confirmed")
    found = found_share(right, real, pd.Series([1.0, 1.0, 3.0, 3.0, 9.0], name="stands for"))
    assert found.value == pytest.approx(2 / 8)
    assert found.low < 0.25 < found.high
    with pytest.raises(CvcError, match=r"E209.*stands for"):
        found_share(right, real, pd.Series([1.0, 1.0, 3.0, 0.0, 9.0], name="stands for"))
    with pytest.raises(CvcError, match=r"E249.*confirmed"):
        found_share(right, 0 * real, pd.Series(np.ones(5)))
