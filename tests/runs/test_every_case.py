"""Every case goes through `cvc run`: in both languages, on the sample, and on a client's folder on each rung."""

from __future__ import annotations

import html
import json
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from cvc_helpers.ladder import rungs
from cvc_helpers.runs import cases
from cvc_helpers.wording import LANGUAGES, say
from tests.runs import clients
from tests.runs.conftest import SAMPLE, cvc_here

FILES = ("report.html", "tables.xlsx", "findings.json", "manifest.json", "progress.jsonl")
OURS = ("chengyue", "澄岳", "fictitious", "虚构", "synthetic", "合成")
"""Words that only a report on the fictitious insurer may use."""
SLUGS = cases.slugs()
RUNGS = [(slug, rung) for slug in SLUGS for rung in clients.ladder(slug)]
each_language = pytest.mark.parametrize("language", LANGUAGES)
each_case = pytest.mark.parametrize("slug", SLUGS)
each_rung = pytest.mark.parametrize(("slug", "rung"), RUNGS)


@pytest.fixture(scope="module")
def ran(insurer, tmp_path_factory):
    """The run folder of a case, on the sample or, if a rung is named, on a client's folder that reaches it."""
    homes: dict[tuple[str, str], Path] = {}

    def folder(slug: str, language: str, rung: str = "") -> Path:
        if (slug, rung) not in homes:
            homes[slug, rung] = home = tmp_path_factory.mktemp("home") / "project"
            if rung:
                clients.write_client(insurer, home, clients.ladder(slug)[rung])
        home = homes[slug, rung]
        out = home / "runs" / language
        data = home / "curated" if rung else SAMPLE
        if not out.exists():
            assert cvc_here("run", slug, "--data", data, "--out", out, "--language", language) == 0
        return out

    return folder


def seen(folder: Path) -> str:
    """What a reader of the report sees, the code of the case left out."""
    text = (folder / "report.html").read_text("utf-8")
    bare = re.sub(r"<(script|style|pre)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def everything(folder: Path) -> str:
    """All that a run wrote, workbooks unpacked, the report without its scripts and styles."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"):
        content = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                content = b"".join(parts.read(name) for name in parts.namelist())
        found.append(re.sub(r"<(script|style)>.*?</\1>", " ", content.decode("utf-8"), flags=re.DOTALL))
    return "\n".join(found)


def is_whole(folder: Path, language: str) -> None:
    """Every file is there, the folder verifies, and each finding or refusal speaks the language of the report."""
    assert all((folder / name).stat().st_size for name in FILES)
    assert cvc_here("verify", folder) == 0
    text = (folder / "report.html").read_text("utf-8")
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in text
    sentences = re.findall(r'class="cvc-sentence">([^<]+)<', text)
    assert len(sentences) == len(json.loads((folder / "findings.json").read_text("utf-8"))) > 0
    assert {bool(re.search("[一-鿿]", sentence)) for sentence in sentences} == {language == "zh"}


@each_case
@each_language
def test_on_the_sample(ran, slug: str, language: str) -> None:
    folder = ran(slug, language)
    is_whole(folder, language)
    assert say("runs.synthetic_insurer", language) in seen(folder)
    assert say("runs.rung", language, rung=say("runs.rung_best", language)) in seen(folder)


@each_case
def test_a_chinese_run_is_chinese_in_report_charts_and_workbook(ran, slug: str) -> None:
    folder = ran(slug, "zh")
    assert say("runs.data_quality", "zh") in seen(folder)
    assert (say("runs.english_prose", "zh") in seen(folder)) != (cases.cases_folder() / f"{slug}.zh.md").exists()
    drawings = list((folder / "charts").glob("*.svg"))
    assert drawings
    assert all(re.search("[一-鿿]", path.read_text("utf-8")) for path in drawings)
    assert say("runs.findings", "zh") in openpyxl.load_workbook(folder / "tables.xlsx").sheetnames


@each_case
def test_the_findings_are_the_same_bytes_in_both_languages(ran, slug: str) -> None:
    first, second = ((ran(slug, language) / "findings.json").read_bytes() for language in LANGUAGES)
    assert first == second


@each_rung
@each_language
def test_on_each_rung_of_a_clients_data(ran, slug: str, rung: str, language: str) -> None:
    folder = ran(slug, language, rung)
    is_whole(folder, language)
    text = seen(folder)
    assert clients.NAME in text
    assert say("runs.rung", language, rung=say(f"runs.rung_{rung}", language)) in text
    ladder = rungs(slug)
    above = [found.buys[language] for found in ladder[[found.name for found in ladder].index(rung) + 1 :]]
    assert [buys in text for buys in above] == [number == 0 for number in range(len(above))]


@each_rung
@each_language
def test_a_clients_report_does_not_speak_of_the_fictitious_insurer(ran, slug: str, rung: str, language: str) -> None:
    folder = ran(slug, language, rung)
    assert [word for word in OURS if word in everything(folder).lower()] == []
    assert say("findings.planted", language) not in seen(folder)
    sheet = openpyxl.load_workbook(folder / "tables.xlsx")[say("runs.findings", language)]
    assert say("runs.planted", language) not in [cell.value for cell in sheet[1]]


@each_case
def test_on_its_best_rung_a_client_has_an_answer(ran, slug: str) -> None:
    found = json.loads((ran(slug, "en", list(clients.ladder(slug))[-1]) / "findings.json").read_text("utf-8"))
    assert [record["key"] for record in found if record["like_with_like"] is not None]
    assert {record["planted"] for record in found} == {None}
