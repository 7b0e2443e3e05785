"""Every case goes through `cvc run` on the sample, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from cvc_helpers.book.built import article, first_english
from cvc_helpers.book.translations import waiting
from cvc_helpers.runs import cases
from cvc_helpers.wording import LANGUAGES, say
from tests import sums
from tests.conftest import ROOT
from tests.runs.conftest import SAMPLE, cvc_here
from tests.runs.reports import is_whole, seen

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_case = pytest.mark.parametrize("slug", cases.slugs())


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The run folder of a case in one language, made once."""
    home = tmp_path_factory.mktemp("sample")

    def folder(slug: str, language: str) -> Path:
        out = home / slug / language
        if not out.exists():
            assert cvc_here("run", slug, "--data", SAMPLE, "--out", out, "--language", language) == 0
        return out

    return folder


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
    assert sums.badly_told(seen(folder)) == []
    assert (say("runs.english_prose", "zh") in seen(folder)) == (f"cases/{slug}" in waiting(ROOT))
    if f"cases/{slug}" not in waiting(ROOT):
        assert first_english(article(folder / "report.html", "main")) == ""
    drawings = list((folder / "charts").glob("*.svg"))
    assert drawings
    assert all(re.search("[一-鿿]", path.read_text("utf-8")) for path in drawings)
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    assert [sheet.title for sheet in book][:2] == [say("runs.result", "zh"), say("runs.findings", "zh")]
    headings = {sheet.title: [cell.value for cell in sheet[1]] for sheet in book if sheet.title.startswith("图")}
    assert len(headings) == len(drawings)
    assert all(len(names) > 1 and all(re.search("[一-鿿]", name) for name in names) for names in headings.values())


@each_case
def test_the_findings_are_the_same_bytes_in_both_languages(ran, slug: str) -> None:
    first, second = ((ran(slug, language) / "findings.json").read_bytes() for language in LANGUAGES)
    assert first == second
