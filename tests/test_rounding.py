"""What leaves is rounded in one place, and written from the rounded number."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvc_helpers import rounding
from cvc_helpers.wording import say

numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)


@given(numbers)
def test_rounding_twice_is_rounding_once_and_stays_within_half_a_unit(number):
    once = rounding.significant(number)
    assert rounding.significant(once) == once
    assert once == pytest.approx(number, rel=5.1e-6)


@given(numbers.filter(lambda number: abs(number) > 1e-3), st.sampled_from(sorted(rounding.FORMATS)))
def test_last_digits_of_another_processor_change_no_written_number_of_six_digits(number, unit):
    kept = rounding.significant(number)
    for other in (math.nextafter(kept, math.inf), math.nextafter(kept, -math.inf)):
        assert rounding.written(other, unit) == rounding.written(kept, unit)


def test_noise_beside_large_numbers_is_zero_and_no_zero_is_negative():
    assert rounding.column([1.0, 3e-12, -4e-11]).tolist() == [1.0, 0.0, 0.0]
    assert not np.signbit(rounding.column([-0.0, 5.0])).any()
    assert rounding.written(-0.04, "per_100") == "0.0"


def test_other_columns_of_a_table_stay_and_missing_numbers_stay_missing():
    table = pd.DataFrame({"n": [1, 2], "name": ["a", "b"], "share": [2 / 3, np.nan]})
    found = rounding.frame(table)
    assert found["share"].tolist()[0] == 0.666667
    assert np.isnan(found["share"].iloc[1])
    pd.testing.assert_frame_equal(found[["n", "name"]], table[["n", "name"]])


def test_money_has_three_figures_on_a_page():
    assert rounding.written(913709.96, "yuan_per_100") == "914,000"
    assert rounding.written(-1_234.0, "yuan") == "−1,230"
    assert rounding.written(None, "ratio") == rounding.written(math.nan, "share") == "–"


def test_what_leaves_as_json_holds_no_type_of_numpy():
    found = rounding.plain({"passed": np.True_, "n": np.int64(3), "parts": (np.float64(2 / 3), np.float64("nan"))})
    assert json.dumps(found) == '{"passed": true, "n": 3, "parts": [0.666667, null]}'


def test_a_sum_of_money_is_told_in_the_words_of_the_language():
    values = {"benefit": 19_052.4, "share": "46%", "little": 9_996.0}
    assert rounding.told(values, "en") == {"benefit": "19,100", "share": "46%", "little": "10,000"}
    assert rounding.told(values, "zh") == {"benefit": "1.91 万元", "share": "46%", "little": "1 万元"}
    assert [rounding.in_table(yuan, "zh") for yuan in (207_068, -12_049, 500_000)] == ["20.7", "−1.2", "50"]
    assert rounding.in_table(207_068, "en") == "207,000"


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [("2.51 万元", "3.13 万元", "2.51 万至 3.13 万元"), ("−1.2 万元", "−0.5 万元", "−1.2 万至 −0.5 万元"),
     ("9500 元", "1.2 万元", "9500 元 至 1.2 万元"), ("9800 万元", "1.2 亿元", "9800 万元 至 1.2 亿元")],
)  # fmt: skip
def test_a_chinese_range_of_money_names_its_unit_once(low: str, high: str, written: str) -> None:
    said = say("findings.strip_money_rest", "zh", brings_low=low, brings_high=high, brings_slide="–")
    assert f"区间 {written}；" in said
