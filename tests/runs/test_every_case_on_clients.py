"""Every case goes through `cvc run` on a client's folder, on each rung of its data ladder, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from cvc_helpers.runs import cases
from cvc_helpers.wording import LANGUAGES, say
from tests.runs import clients
from tests.runs.conftest import cvc_here
from tests.runs.reports import everything, is_whole, seen

OURS = ("chengyue", "澄岳", "fictitious", "虚构", "synthetic", "合成")
"""Words that only a report on the fictitious insurer may use."""
RUNGS = [(slug, rung) for slug in cases.slugs() for rung in clients.ladder(slug)]
each_language = pytest.mark.parametrize("language", LANGUAGES)
each_rung = pytest.mark.parametrize(("slug", "rung"), RUNGS)


@pytest.fixture(scope="module")
def ran(insurer, tmp_path_factory):
    """The run folder of a case in one language, on the data of a client that reach one rung; made once."""
    home = tmp_path_factory.mktemp("clients")

    def folder(slug: str, rung: str, language: str) -> Path:
        project = home / slug / rung
        if not project.exists():
            clients.write_client(insurer, project, clients.ladder(slug)[rung])
        out = project / "runs" / language
        if not out.exists():
            data = project / "curated"
            assert cvc_here("run", slug, "--data", data, "--out", out, "--language", language) == 0
        return out

    return folder


@each_rung
@each_language
def test_on_each_rung_of_a_clients_data(ran, slug: str, rung: str, language: str) -> None:
    folder = ran(slug, rung, language)
    is_whole(folder, language)
    text = seen(folder)
    assert clients.NAME in text
    assert say("runs.rung", language, rung=say(f"runs.rung_{rung}", language)) in text
    names = list(clients.ladder(slug))
    above = [found.buys[language] for found in clients.rungs(slug)[names.index(rung) + 1 :]]
    assert [buys in text for buys in above] == [number == 0 for number in range(len(above))]


@each_rung
@each_language
def test_a_clients_report_does_not_speak_of_the_fictitious_insurer(ran, slug: str, rung: str, language: str) -> None:
    folder = ran(slug, rung, language)
    assert [word for word in OURS if word in everything(folder).lower()] == []
    words = [say(f"findings.{name}", language) for name in ("planted", "planted_short")]
    assert [word for word in words if word in seen(folder)] == []
    sheet = openpyxl.load_workbook(folder / "tables.xlsx")[say("runs.findings", language)]
    assert say("runs.planted", language) not in [cell.value for cell in sheet[1]]


@pytest.mark.parametrize("slug", cases.slugs())
def test_on_its_best_rung_a_client_has_an_answer(ran, slug: str) -> None:
    found = json.loads((ran(slug, list(clients.ladder(slug))[-1], "en") / "findings.json").read_text("utf-8"))
    assert [record["key"] for record in found if record["like_with_like"] is not None]
    assert {record["planted"] for record in found} == {None}
