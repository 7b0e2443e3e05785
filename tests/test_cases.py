"""Every case runs with other parameters, from the root and from any other directory."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
import yaml

from cvc_helpers.book import fresh
from cvc_helpers.findings import MIME
from tests.conftest import ROOT

OTHER: dict[str, list[dict[str, Any]]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "tests/parameters").glob("*.yml")
}
RUNS = [(slug, given) for slug in sorted(OTHER) for given in OTHER[slug]]
SAMPLE = str(ROOT / fresh.DATA)


def test_every_case_has_other_parameters() -> None:
    assert set(OTHER) == set(fresh.slugs(ROOT)), "each case has its tests/parameters/<slug>.yml"


@pytest.mark.parametrize(("slug", "given"), RUNS, ids=[f"{slug}-{given}" for slug, given in RUNS])
def test_runs_with_other_parameters(slug: str, given: dict[str, Any], tmp_path: Path) -> None:
    case = ROOT / "cases" / f"{slug}.ipynb"
    declared = papermill.inspect_notebook(str(case))
    assert set(given) <= set(declared), "papermill would ignore an unknown name"
    papermill.execute_notebook(str(case), str(tmp_path / case.name), given | {"data": SAMPLE}, progress_bar=False)


@pytest.mark.parametrize("slug", sorted(OTHER))
def test_plain_papermill_from_another_directory(slug: str, tmp_path: Path) -> None:
    case = ROOT / "cases" / f"{slug}.ipynb"
    command = [sys.executable, "-m", "papermill", str(case), "out.ipynb", "-p", "data", SAMPLE, "--no-progress-bar"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "out.ipynb").exists()


THREE_TABLES = [("customer", "policy", "proposal"), ("customer", "policy", "attendance")]


@pytest.mark.parametrize("names", THREE_TABLES, ids="-".join)
@pytest.mark.parametrize("slug", sorted(OTHER))
def test_three_plain_tables_of_a_client_run_to_the_end_and_say_what_is_missing(slug, names, tmp_path: Path) -> None:
    """No engagement, no mapping, no `cvc`: a folder with canonical tables, another directory, plain papermill."""
    (tmp_path / "data").mkdir()
    for name in names:
        shutil.copy(ROOT / fresh.DATA / f"{name}.parquet", tmp_path / "data")
    case = ROOT / "cases" / f"{slug}.ipynb"
    command = [sys.executable, "-m", "papermill", str(case), "out.ipynb", "-p", "data", "data", "--no-progress-bar"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    stored = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    shown = [output["data"][MIME] for cell in stored.cells for output in cell.get("outputs", ())
             if MIME in output.get("data", {})]  # fmt: skip
    assert shown
    for language, asks in (("en", "Ask for|The first rung buys"), ("zh", "请索取|第一档")):
        assert [one["finding"]["key"] for one in shown if not re.search(asks, one["texts"][language]["limit"])] == []
    missing = [one["texts"]["en"]["limit"] for one in shown if "Missing here" in one["texts"]["en"]["limit"]]
    assert len(missing) == (len(shown) if slug == "big_policy_backtracking" else 0)
    assert all(("Proposal (proposal)" in text) == ("proposal" not in names) for text in missing)
