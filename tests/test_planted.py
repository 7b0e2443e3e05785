"""The planted truth is shown only beside the question it answers, and only for tables that are ours and sound."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from cvc_helpers import tables
from cvc_helpers.contract import check_parameters
from cvc_helpers.errors import CvcError
from cvc_helpers.runs import cases
from cvc_helpers.synthetic.make import make_insurer, planted_for
from tests.conftest import ROOT

SAMPLE = ROOT / "data" / "chengyue"
KEY = "big_policy_backtracking.extra_policies"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("insurer") / "small"
    make_insurer(folder, customers=2_000)
    return folder


def opened(**changed):
    asked = {name: one.default for name, one in cases.parameters(cases.case_path("big_policy_backtracking")).items()}
    return tables.open(SAMPLE, asked=check_parameters("big_policy_backtracking", asked | changed))


def test_a_truth_stands_beside_its_own_question_only():
    assert opened().planted(KEY) == opened(withhold="wealth_band", control_share=0.5).planted(KEY) != 0
    assert opened(service_id="S9909", placebo_id="S9910").planted(KEY) is None
    assert opened(premium_threshold_yuan=1).planted(KEY) is None


@pytest.mark.parametrize("slug", sorted(planted_for()))
def test_the_stored_cases_ask_what_the_truth_answers(slug):
    defaults = {name: one.default for name, one in cases.parameters(cases.case_path(slug)).items()}
    assert {name: defaults[name] for name in planted_for()[slug]} == planted_for()[slug]


@pytest.mark.parametrize("name", ["demo[1]", "de*mo", "demo?"])
def test_a_folder_whose_name_is_a_pattern_is_refused(small, tmp_path, name):
    shutil.copytree(small, tmp_path / name)
    with pytest.raises(CvcError, match="E214"):
        tables.open(tmp_path / name)


@pytest.mark.parametrize("table", ["customer", "policy", "agent", "attendance"])
def test_a_doubled_table_is_refused_by_name(small, tmp_path, table):
    shutil.copytree(small, tmp_path / "doubled")
    path = tmp_path / "doubled" / f"{table}.parquet"
    rows = duckdb.sql(f"select * from '{path}' union all select * from '{path}'").to_arrow_table()
    duckdb.from_arrow(rows).write_parquet(str(path))
    with pytest.raises(CvcError, match=rf"E208.*table {table} "):
        tables.open(tmp_path / "doubled").rung("big_policy_backtracking")
