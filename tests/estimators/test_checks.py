"""What the input check warns of, and what it refuses in both languages."""

import pandas as pd
import pytest

from cvc_helpers.errors import CvcError, catalogue
from cvc_helpers.estimators.checks import checked, confounder_table


def test_constant_repeated_and_missing_confounders_are_named():
    rows = pd.DataFrame({"age": [30, 40, None, 50], "born": [1990, 1980, None, 1970], "one": ["x"] * 4})
    found = confounder_table(rows, ["age", "born", "one"]).set_index("confounder")
    assert found["missing"].tolist() == [0.25, 0.25, 0.0]
    assert found["is_constant"].tolist() == [False, False, True]
    assert found["repeats"].tolist() == ["", "age", ""]


def test_a_refusal_says_in_both_languages_which_column_and_what_to_do():
    with pytest.raises(CvcError) as caught:
        checked(pd.DataFrame({"treated": [0, 1, 2]}), caller="fit", flags=["treated"])
    for language, advice in (("en", "Code it as 0 and 1"), ("zh", "请改为 0 和 1")):
        assert "treated" in caught.value.text(language)
        assert advice in caught.value.text(language)
    assert {f"E2{number}" for number in range(41, 60)} <= set(catalogue())


def test_the_table_of_the_caller_is_not_touched():
    rows = pd.DataFrame({"treated": [False, True], "band": ["a", None]}, index=[7, 7])
    before = rows.copy()
    with pytest.raises(CvcError, match=r"E245.*band"):
        checked(rows, caller="fit", flags=["treated"], confounders=["band"])
    pd.testing.assert_frame_equal(rows, before)
