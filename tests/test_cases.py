"""Every case runs with other parameters, from the root and from any other directory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import papermill
import pytest
import yaml

from cvc_helpers.book import fresh
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
