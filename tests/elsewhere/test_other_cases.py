"""The other two cases on three plain tables of the other insurer, under plain papermill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.elsewhere import insurer, other_tables
from tests.elsewhere.client import by_papermill

FOUND = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    """12,000 customers, few columns."""
    return insurer.build(31, customers=12_000).tables["customer"]


def groups(customers: pd.DataFrame, folder: Path, *, is_planted: bool) -> FOUND:
    """Findings of customer value on three tables."""
    tables = other_tables.tables_of_groups(31, customers, is_planted=is_planted)
    return by_papermill("customer_value", folder, data=str(insurer.write(tables, folder / "sent")))


def quotes(customers: pd.DataFrame, folder: Path, *, is_planted: bool) -> FOUND:
    """Findings of the service model on three tables."""
    tables = {"customer": customers, **other_tables.tables_of_quotes(31, customers, is_planted=is_planted)}
    return by_papermill("service_model", folder, data=str(insurer.write(tables, folder / "sent")))


def primary(found: FOUND) -> dict[str, Any]:
    """The decision of a case."""
    [decision] = [one for one in found.values() if one["is_primary"]]
    return decision


@pytest.mark.parametrize("case", [groups, quotes])
def test_nothing_is_not_funded(case: Any, customers: pd.DataFrame, tmp_path: Path) -> None:
    found = case(customers, tmp_path, is_planted=False)
    assert primary(found)["reading"] != "fund", primary(found)
    assert all(one["texts"]["zh"]["limit"] for one in found.values())


def test_what_is_planted_is_seen_or_refused_in_words(customers: pd.DataFrame, tmp_path: Path) -> None:
    found = groups(customers, tmp_path, is_planted=True)
    share = found["customer_value.icc"]
    assert share["reason"] == "refused" or share["low"] > 0, share
    assert primary(found)["reason"] == "refused" or primary(found)["low"] > 0, primary(found)


def test_a_service_that_sells_is_seen_or_refused_in_words(customers: pd.DataFrame, tmp_path: Path) -> None:
    found = quotes(customers, tmp_path, is_planted=True)
    assert primary(found)["reason"] == "refused" or primary(found)["low"] > 0, primary(found)
