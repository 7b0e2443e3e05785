from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cvc_helpers.errors import CvcError
from cvc_helpers.runs import cases, plan
from tests.runs import clients
from tests.runs.conftest import ROOT, SLUG, cvc, cvc_here


@pytest.mark.parametrize(
    ("setting", "code", "words"),
    [
        ("premium_treshold_yuan=1", "E401", "premium_threshold_yuan?"),
        ("premium_threshold_yuan=many", "E402", "int"),
        ("premium_threshold_yuan=3e5", "E402", "int"),
        ("contribution_yuan_per_policy=nan", "E402", "float"),
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


RUN = ("run", SLUG, "--data", "{client}")
WRONG = [
    ((), 2, ("Usage: cvc", "ingest", "verify")),
    (("runn",), 2, ("E418", "'runn' (run?)", "cvc --help")),
    (("nothing",), 2, ("E418", "'nothing'", "cvc --help")),
    (("--verson",), 2, ("E418", "'--verson'", "cvc --help")),
    (("list", "more"), 2, ("E418", "'more'", "cvc list --language zh")),
    (("list", "--language", "fr"), 2, ("E411", "'fr'", "en|zh")),
    (("demo",), 2, ("E415", "'--out'", "cvc demo --customers")),
    (("demo", "--out", "x", "--customers", "many"), 2, ("E419", "'--customers'", "cvc demo --help")),
    (("request",), 2, ("E415", "'case'", "cvc request big_policy")),
    (("request", "big_policy"), 2, ("E136", "big_policy", SLUG)),
    (("profile",), 2, ("E415", "'files'", "cvc profile exports/")),
    (("profile", "nowhere"), 2, ("E419", "nowhere", "does not exist")),
    (("profile", "{empty}"), 2, ("E411", "empty", "cvc profile <files>")),
    (("ingest", "--mapping", "nowhere.yml"), 2, ("E419", "--mapping", "nowhere.yml")),
    (("ingest", "--mapping", "{file}", "--accept-quarantine", "lots"), 2, ("E419", "--accept-quarantine")),
    (("run",), 2, ("E415", "'case'", "cvc run big_policy")),
    (("run", SLUG), 2, ("E415", "'--data'", "cvc run big_policy")),
    (("run", SLUG, "--data"), 2, ("E419", "'--data'", "cvc run --help")),
    (("run", "big_policy", "--data", "{client}"), 2, ("E311", "big_policy", SLUG)),
    (("run", SLUG, "--data", "{file}"), 2, ("E202", "a_file", "cvc ingest")),
    (("run", SLUG, "--data", "nowhere"), 2, ("E202", "nowhere", "cvc ingest")),
    (("run", SLUG, "--data", "{empty}"), 2, ("E202", "empty", "cvc ingest")),
    ((*RUN, "--out", "{empty}"), 2, ("E403", "'empty'", "another --out")),
    ((*RUN, "--out", "{file}/run"), 2, ("E416", "'a_file'")),
    ((*RUN, "--sett", "a=1"), 2, ("E418", "'--sett' (--set?)")),
    ((*RUN, "--language", "de"), 2, ("E411", "'de'", "en|zh")),
    ((*RUN, "--engagement", "nowhere.yml"), 2, ("E419", "--engagement", "nowhere.yml")),
    ((*RUN, "--answer", "file.parquet"), 2, ("E411", "--answer <query>=file.parquet")),
    (RUN, 1, ("E417", "policy")),
    (("sql", SLUG, "--dialect", "oracle"), 2, ("E411", "'oracle'", "duckdb|spark")),
    (("verify",), 2, ("E415", "'folder'", "cvc verify runs/")),
    (("verify", "nowhere"), 2, ("E409", "nowhere", "cvc run")),
    (("purge", "--engagement", "nowhere.yml"), 2, ("E414", "nowhere.yml")),
]


@pytest.mark.parametrize(("arguments", "code", "words"), WRONG, ids=[" ".join(["cvc", *row[0]]) for row in WRONG])
def test_wrong_use_says_what_is_missing_or_near(tmp_path, monkeypatch, capsys, arguments, code, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a_file").write_text("x", encoding="utf-8")
    clients.write_engagement(tmp_path / "project")
    (tmp_path / "project" / "curated").mkdir()
    (tmp_path / "project" / "curated" / "policy.parquet").write_text("no table", encoding="utf-8")
    places = {"empty": tmp_path / "empty", "file": tmp_path / "a_file", "client": tmp_path / "project" / "curated"}
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert cvc_here(*(argument.format(**places) for argument in arguments)) == code
    said = capsys.readouterr()
    assert [word for word in words if word not in said.out + said.err] == []
    assert not arguments or {text.split()[0] for text in said.err.splitlines()} == {words[0]}
    assert not arguments or len(said.err.splitlines()) == 2, "one line a language"
    assert str(tmp_path) not in said.err
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before and path.name != "runs"] == []


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help")])
def test_who_asks_for_help_gets_it(capsys, arguments):
    assert cvc_here(*arguments) == 0
    assert "Usage: cvc" in capsys.readouterr().out


def test_a_folder_that_may_not_be_read_is_said_to_be_so(tmp_path, monkeypatch, capsys):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "curated"))

    monkeypatch.setattr("cvc_helpers.tables.find_folder", refuse)
    assert cvc_here("run", SLUG, "--data", tmp_path / "curated") == 2
    said = capsys.readouterr().err
    assert "'curated' cannot be read or written (Permission denied)" in said
    assert str(tmp_path) not in said


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
