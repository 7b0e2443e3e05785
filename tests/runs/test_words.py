"""A report on another service and another group speaks of those, and in no place of those that a case has by itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from cvc_helpers.ladder import rungs
from cvc_helpers.wording import LANGUAGES
from tests.conftest import ROOT
from tests.runs import clients
from tests.runs.conftest import SLUG, cvc_here
from tests.runs.reports import seen

OURS = re.compile(
    r"\b(near-?retire\w*|retire\w*|visit\w*|communit\w*|travel\w*|tours?|qiyue)\b|临退休|退休|参访|到访|社区|出行|出游|栖岳",
    re.IGNORECASE,
)
"""Words that belong to the service and the group of the case's own parameters, and to no other."""
DESK = "留学服务台 Overseas study desk"
LECTURE = "健康课堂 Health class"
OTHER = ["--set", "service_id=S9907", "--set", "placebo_id=S9910", "--set", "branches=all"]
OTHER += ["--set", "age_from=30", "--set", "age_to=55"]
each_language = pytest.mark.parametrize("language", LANGUAGES)


def pages(folder: Path) -> dict[str, str]:
    """Everything that a run wrote for readers: its report without the code, its charts, its workbook, its card."""
    found = {path.name: path.read_text("utf-8") for path in [*folder.glob("charts/*"), *folder.glob("card.yml")]}
    sheets = openpyxl.load_workbook(folder / "tables.xlsx").worksheets
    cells = [str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value]
    found["tables.xlsx"] = "\n".join(cell for cell in cells if not re.fullmatch(r"[a-z_.0-9]+", cell))
    return found | {"report.html": seen(folder)}


def ours(folder: Path) -> list[str]:
    """The words of the default question in what a run wrote, each with the text around it."""
    texts = {
        name: re.sub(r"<style>.*?</style>|[\w-]*_[\w-]*", " ", text, flags=re.S) for name, text in pages(folder).items()
    }
    return [
        f"{name}: …{text[max(0, hit.start() - 40) : hit.end() + 40]}…"
        for name, text in texts.items()
        for hit in OURS.finditer(text)
    ]


@pytest.fixture(scope="module")
def client(insurer, tmp_path_factory) -> Path:
    """A client's folder with an overseas-study desk among its services, and no community."""
    home = tmp_path_factory.mktemp("desk") / "project"
    asked: dict[str, dict[str, None]] = {}
    for rung in rungs(SLUG):
        for table, columns in rung.asked.items():
            asked.setdefault(table, {}).update(dict.fromkeys(columns))
    for name, columns in asked.items():
        there = pq.read_schema(insurer / f"{name}.parquet").names
        asked[name] = {column: None for column in columns if column in there}
    folder = clients.write_client(insurer, home, {name: list(columns) for name, columns in asked.items()})
    catalogue = pq.read_table(folder / "service.parquet")
    codes = catalogue["service_id"].to_pylist()
    names = [{"S9907": DESK, "S9910": LECTURE}.get(code, f"服务 {code}") for code in codes]
    place = catalogue.column_names.index("name")
    pq.write_table(catalogue.set_column(place, "name", pa.array(names)), folder / "service.parquet")
    return folder


def run(data: Path, out: Path, language: str, *settings: str) -> Path:
    assert cvc_here("run", SLUG, "--data", data, "--out", out, "--language", language, *settings) == 0
    return out


@each_language
def test_on_a_clients_folder_a_desk_is_called_a_desk(client, tmp_path, language):
    folder = run(client, tmp_path / "run", language, *OTHER)
    assert ours(folder) == []
    text = seen(folder)
    said = {"en": ["Overseas study desk", "Health class", "customers aged 30 to 55", "use of the service"],
            "zh": ["留学服务台", "健康课堂", "30 至 55 岁客户", "服务使用"]}[language]  # fmt: skip
    assert [words for words in said if words not in text] == []


@each_language
def test_on_the_insurer_another_service_and_a_rule_speak_for_themselves(insurer, tmp_path, language):
    group = ["--set", "service_id=S9908", "--set", "placebo_id=S9910", "--set", "group_rule=G3"]
    folder = run(insurer, tmp_path / "run", language, *group)
    assert ours(folder) == []
    assert {"en": "customers of group G3", "zh": "客群 G3 的客户"}[language] in seen(folder)
    assert {record["planted"] for record in json.loads((folder / "findings.json").read_text("utf-8"))} == {None}


@each_language
def test_the_question_of_the_case_itself_says_which_days_were_used(insurer, tmp_path, language):
    folder = run(insurer, tmp_path / "run", language)
    text = seen(folder)
    assert ours(folder), "the words looked for are those of the default question"
    found = {
        "en": r"Days that count 20\d\d-\d\d-\d\d to 2024-0[456]-\d\d",
        "zh": r"计入的日期 20\d\d-\d\d-\d\d 至 2024-0[456]-\d\d",
    }
    assert re.search(found[language], text)


def test_no_wording_of_the_case_has_words_of_its_default_question():
    """What is shown whatever the data: sentences, labels, what a rung buys, and the prose of the case."""
    texts = {}
    for name in (SLUG, "findings", "runs"):
        entries = yaml.safe_load((ROOT / "cvc_helpers" / "wording" / f"{name}.yml").read_text("utf-8"))
        texts |= {f"{name}.{key} {language}": both[language] for key, both in entries.items() for language in LANGUAGES}
    texts |= {f"buys {rung.name} {language}": rung.buys[language] for rung in rungs(SLUG) for language in LANGUAGES}
    for path in sorted((ROOT / "cases").glob(f"{SLUG}*.md")):
        texts[path.name] = re.sub(
            r"^```.*?^```$|\A---.*?^---$|\w*_\w*", " ", path.read_text("utf-8"), flags=re.S | re.M
        )
    assert {place: OURS.findall(text) for place, text in texts.items() if OURS.search(text)} == {}
