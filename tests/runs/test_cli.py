from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cvc_helpers.errors import CvcError
from cvc_helpers.runs import cases, plan
from tests.runs.conftest import ROOT, SLUG, cvc


@pytest.mark.parametrize(
    ("setting", "code", "words"),
    [
        ("premium_treshold_yuan=1", "E401", "premium_threshold_yuan?"),
        ("premium_threshold_yuan=many", "E402", "int"),
        ("premium_threshold_yuan=3e5", "E402", "int"),
        ("worth_policies_per_100=nan", "E402", "float"),
        ("service_id", "E411", "name=value"),
        ("data=elsewhere", "E401", "--data"),
    ],
)
def test_unknown_and_ill_typed_parameters_are_refused_before_a_kernel_starts(tmp_path, setting, code, words):
    done = cvc("run", SLUG, "--data", tmp_path, "--set", setting, cwd=tmp_path)
    assert done.returncode == 2
    assert code in done.stderr
    assert words in done.stderr
    assert done.stderr.count(code) == 2, "one line a language"
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_texts_keep_their_zeros_and_numbers_follow_the_declared_type():
    known = {name: cases.Parameter(name, default) for name, default in {"code": "x", "share": 0.5, "on": True}.items()}
    found = cases.parsed(["code=0101", "share=3", "on=false"], known, "case")
    assert found == {"code": "0101", "share": 3.0, "on": False}
    assert isinstance(found["share"], float)
    with pytest.raises(CvcError, match="E402"):
        cases.checked({"code": 101}, known, "case")


@pytest.mark.parametrize("command", ["list", "demo", "request", "profile", "ingest", "run", "sql", "verify", "purge"])
def test_every_command_shows_an_example(command):
    done = cvc(command, "--help")
    assert done.returncode == 0
    assert "Example: cvc " + command in " ".join(done.stdout.split())


def test_an_unknown_case_names_those_there_are():
    done = cvc("run", "big_policy", "--data", "data/chengyue")
    assert done.returncode == 2
    assert SLUG in done.stderr


def test_a_console_of_cp936_and_no_utf8_mode_still_gets_the_letter(tmp_path):
    command = [sys.executable, "-X", "utf8=0", "-m", "cvc_helpers", "request", SLUG]
    environment = {
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "cp936",
        "LC_ALL": "C",
        "PATH": "/usr/bin",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(command, env=environment, capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert "保单号" in done.stdout.decode("utf-8")


def test_a_purge_deletes_only_the_work_folders_and_writes_it_down(tmp_path):
    home = tmp_path / "project"
    for name in ("curated", "runs/first", "raw"):
        (home / name).mkdir(parents=True)
        (home / name / "file").write_text("x", encoding="utf-8")
    (home / "engagement.yml").write_text("purpose: p\ndeletion_date: 2020-01-01\n", encoding="utf-8")
    assert cvc("purge", cwd=home).stdout.count("would delete") == 2
    assert (home / "curated").exists()
    assert cvc("purge", "--yes", cwd=home).returncode == 0
    assert sorted(path.name for path in home.iterdir() if path.is_dir()) == ["raw"]
    assert len(list(home.glob("deletion-*.json"))) == 1
    assert cvc("purge", "--yes", cwd=home).returncode == 2


def test_the_printed_queries_say_where_their_answers_go():
    done = cvc("sql", SLUG, "--dialect", "spark", "--set", "premium_threshold_yuan=300000")
    assert done.returncode == 0, done.stderr
    assert "30000000" in done.stdout
    assert "$" not in done.stdout
    known = cases.parameters(cases.case_path(SLUG))
    planned = plan.planned_queries(SLUG, {"premium_threshold_yuan": 300_000})
    assert known
    assert all(f"answers/{name}.parquet" in done.stdout for name in planned)
    queries = {path.stem for path in (ROOT / "cvc_helpers" / "queries").glob(f"{SLUG}__*.sql")}
    assert {query for query, _ in planned.values()} == queries


def test_no_path_of_this_machine_stands_in_a_package_file():
    folder = Path(cases.__file__).parent
    assert not [path for path in folder.rglob("*.py") if str(ROOT) in path.read_text("utf-8")]
