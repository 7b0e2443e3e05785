from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path

import pyarrow.compute
import pyarrow.parquet as pq
import pytest

from cvc_helpers.intake.pseudonyms import load_key
from cvc_helpers.synthetic.make import make_insurer
from tests.intake import dirty_kit
from tests.runs import clients
from tests.runs.conftest import SLUG, cvc


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Exports of three branches, taken from the letter to the report; the terminal's words of all four commands."""
    folder = tmp_path_factory.mktemp("client")
    make_insurer(folder / "clean", customers=6_000)
    planted = dirty_kit.write_exports(folder / "clean", folder / "project")
    home, files = planted.folder, planted.files
    steps = [
        cvc("request", SLUG, cwd=home),
        cvc("profile", *files, "--out", "mapping.yml", cwd=home),
        cvc("ingest", "--mapping", "mapping.yml", "--out", "curated", cwd=home),
        cvc("run", SLUG, "--data", "curated", "--out", "runs/first", cwd=home),
    ]
    for step in steps:
        assert step.returncode == 0, step.stdout + step.stderr
    return planted, "".join(step.stdout + step.stderr for step in steps)


def pseudonymous(planted: dirty_kit.Planted, out: Path) -> Path:
    """The clean tables under the client's key: what a perfect ingest would give."""
    out.mkdir()
    for name, table in planted.clean.items():
        pq.write_table(clients.under_key(name, table, load_key(planted.key_file)), out / f"{name}.parquet")
    return out


def everything(folder: Path) -> bytes:
    """All bytes of a folder, workbooks unpacked."""
    found = b""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found += path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                found += b"".join(parts.read(name) for name in parts.namelist())
    return found


def test_the_findings_equal_those_of_the_clean_tables(told):
    planted, _ = told
    home = planted.folder
    pseudonymous(planted, home / "clean_tables")
    done = cvc("run", SLUG, "--data", "clean_tables", "--out", "runs/clean", cwd=home)
    assert done.returncode == 0, done.stderr
    found, clean = (
        json.loads((home / "runs" / run / "findings.json").read_text("utf-8")) for run in ("first", "clean")
    )
    assert found == clean
    assert any(finding["like_with_like"] is not None for finding in found)


def test_the_planted_bad_rows_and_only_they_are_in_quarantine(told):
    planted, _ = told
    with (planted.folder / "curated" / "quarantine" / "rows.csv").open(encoding="utf-8-sig") as file:
        found = {(row["file"], int(row["row"])): row["code"] for row in csv.DictReader(file)}
    assert found == planted.bad


def test_no_canary_in_run_folder_logs_or_terminal(told):
    planted, terminal = told
    content = everything(planted.folder / "runs")
    for canary in planted.canaries:
        assert canary not in terminal
        assert canary.encode() not in content
        assert canary.encode("gb18030") not in content


def test_the_report_opens_with_rows_and_premium(told):
    planted, _ = told
    text = (planted.folder / "runs" / "first" / "report.html").read_text("utf-8")
    assert 0 < text.index("rows that came in") < text.index("premium_threshold_yuan")
    assert "保单_甲分公司.csv" in text
    assert str(planted.folder) not in text


def test_a_list_of_big_policies_is_described_and_the_driver_claim_refused(told, tmp_path):
    planted, _ = told
    home = tmp_path / "project"
    (home / "curated").mkdir(parents=True)
    shutil.copytree(planted.key_file.parent, tmp_path / "keys")
    shutil.copy(planted.engagement, home)
    minimum = clients.rungs(SLUG)[0].tables["policy"]
    policies = pq.read_table(planted.folder / "curated" / "policy.parquet").select(list(minimum))
    big = pyarrow.compute.greater_equal(policies["annual_premium_cents"], 20_000_000)
    pq.write_table(policies.filter(big), home / "curated" / "policy.parquet")
    done = cvc("run", SLUG, "--data", "curated", "--out", "runs/list", cwd=home)
    assert done.returncode == 0, done.stderr
    found = json.loads((home / "runs" / "list" / "findings.json").read_text("utf-8"))
    assert {finding["reason"] for finding in found} == {"refused"}
    assert all(finding["like_with_like"] is None for finding in found)
    text = (home / "runs" / "list" / "report.html").read_text("utf-8")
    assert "Ask for all proposals and all" in text
    assert "individual" in text or "agency" in text
