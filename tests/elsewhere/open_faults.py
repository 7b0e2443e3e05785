"""Tests that fail today; not collected, run by name. Each moves to its own file when the fault is mended."""

from __future__ import annotations

import pandas as pd
import pytest

from cvc_helpers.estimators.matching import conditional_logit
from tests.elsewhere import published as tables
from tests.elsewhere.test_published import _stones, own
from tests.estimators.published import endometrial


def test_a_column_may_bear_a_number_or_a_pair_as_its_name() -> None:
    for names in ([0, 1, 2], [("table", name) for name in range(3)]):
        rows = endometrial().set_axis(pd.Index(names, tupleize_cols=False), axis=1)
        found = conditional_logit(rows, case=names[1], stratum=names[0], exposures=[names[2]])
        assert found["odds_ratio"].iloc[0] == pytest.approx(2.6, abs=1e-6)


def test_a_column_may_bear_the_name_of_anything_inside() -> None:
    inside = ("(row)", "estimate", "exposed", "constant", "index", "level_0", "case", "stratum", "set_number", "n")
    rows = tables.kidney_stones()
    for name in inside:
        for column in rows.columns:
            found = _stones(rows.rename(columns={column: name}), own(rows) | {column: name})
            assert found == pytest.approx(0.05367, abs=5e-6), (name, column)
