from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

import nbformat
import openpyxl
import pytest

from cvc_helpers import findings, release
from cvc_helpers.charts import MIME as CHART
from cvc_helpers.errors import CvcError
from cvc_helpers.runs import cases, gate, one, pictures, report
from cvc_helpers.runs.facts import COUNTS, Facts
from cvc_helpers.runs.first_sheet import in_unit
from cvc_helpers.runs.prose import prose_html
from cvc_helpers.runs.verify import verify
from cvc_helpers.runs.workbook import Workbook, as_number
from cvc_helpers.wording import LANGUAGES
from tests.runs import clients
from tests.runs.conftest import ROOT, SAMPLE, SLUG, cvc_here

FILES = ("report.html", "tables.xlsx", "findings.json", "manifest.json", "progress.jsonl")
CANARY = "13800138000"


@pytest.fixture
def case(tmp_path, monkeypatch):
    """Write a case of one cell, and run it."""
    folder = tmp_path / "cases"
    folder.mkdir()
    monkeypatch.setattr(cases, "cases_folder", lambda: folder)

    def go(source: str, data: Path, prose: str = "# Trial", **options):
        head = nbformat.v4.new_code_cell('data = "x"\nlanguage = "en"')
        head.metadata["tags"] = ["parameters"]
        cells = [nbformat.v4.new_markdown_cell(prose), head, nbformat.v4.new_code_cell(source)]
        notebook = nbformat.v4.new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "p"}
        nbformat.write(notebook, folder / "trial.ipynb")
        return one.run("trial", data, out=tmp_path / "runs" / "one", quiet=True, **options)

    return go


def test_a_run_leaves_every_file_and_verifies(finished):
    folder, words = finished
    assert all((folder / name).stat().st_size for name in FILES)
    for number, name in (("01", "answer"), ("02", "journey")):
        assert (folder / "charts" / f"{SLUG}-{number}-{name}.svg").read_text("utf-8").startswith("<svg")
        assert (folder / "charts" / f"{SLUG}-{number}-{name}.csv").exists()
    assert verify(folder) == len([path for path in folder.rglob("*") if path.is_file()])
    lines = (folder / "progress.jsonl").read_text("utf-8").splitlines()
    last = json.loads(lines[-1])
    assert last["number"] == last["total"] == len(lines)
    assert "Traceback" not in words
    assert str(ROOT) not in words


def test_a_changed_byte_an_added_and_a_missing_file_are_found(finished, tmp_path):
    for number, harm in enumerate(
        (
            lambda folder: (folder / "findings.json").write_bytes((folder / "findings.json").read_bytes() + b" "),
            lambda folder: (folder / "more.txt").write_text("x", encoding="utf-8"),
            lambda folder: (folder / "tables.xlsx").unlink(),
            lambda folder: (folder / "manifest.json").write_text(
                (folder / "manifest.json").read_text("utf-8").replace(SLUG, "other"), encoding="utf-8"
            ),
        )
    ):
        copy = shutil.copytree(finished[0], tmp_path / str(number))
        harm(copy)
        with pytest.raises(CvcError, match="E408"):
            verify(copy)


def test_nothing_of_the_machine_stands_in_a_run(finished):
    folder, _ = finished
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".xlsx":
            text = path.read_text("utf-8")
            assert str(ROOT) not in text, path.name
            assert str(Path.home()) + "/" not in text, path.name


def test_the_report_is_one_small_file_that_begins_with_the_result(finished):
    path = finished[0] / "report.html"
    text = path.read_text("utf-8")
    assert path.stat().st_size <= 5_000_000
    parts = ('id="decision"', 'class="cvc-card is-decision"', "cvc-figure cvc-threshold", "<h2>Data quality</h2>",
             "<h2>What else came out</h2>", "<h2>For the analyst</h2>", "<h3>What was asked</h3>",
             "<h3>How we know</h3>", "<h3>Provenance</h3>")  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "decision threshold" in text
    without_scripts = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=[\"\'](?!data:)", without_scripts)


def test_the_policy_of_the_report_names_every_script_and_style_and_no_other(finished):
    text = (finished[0] / "report.html").read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)[1]
    inside = {kind: re.findall(rf"<{kind}>(.*?)</{kind}>", text, flags=re.DOTALL) for kind in ("script", "style")}
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for kind, found in inside.items():
        hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in found]
        named = " ".join(f"'sha256-{one}'" for one in hashes)
        assert f"{kind}-src {named};" in policy


@pytest.mark.browser
def test_the_report_opens_offline_with_live_charts(finished):
    from playwright.sync_api import sync_playwright

    from tests import system_tools

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=system_tools.browser_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.route(re.compile("^(?!file:|data:)"), lambda route: route.abort())
        page.goto((finished[0] / "report.html").as_uri())
        page.wait_for_selector(".cvc-drawing.is-live >> nth=1", state="attached")
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert said == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        browser.close()


def test_the_workbook_holds_no_formula_and_the_charts_numbers(finished):
    book = openpyxl.load_workbook(finished[0] / "tables.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert all(sheet.sheet_state == "visible" and sheet.freeze_panes for sheet in book)
    chart = next(sheet for sheet in book if sheet.title.startswith("Chart 1"))
    head = [cell.value for cell in chart[1]]
    assert head == ["Row", "Value", "Low (95 %)", "High (95 %)", "Planted"]
    drawn = [row[head.index("Value")].value for row in chart.iter_rows(min_row=2)]
    assert drawn[:2] == pytest.approx(
        [primary(finished)["on_the_slide"], primary(finished)["like_with_like"]], rel=1e-5
    )


def primary(finished) -> dict:
    """The primary finding of the run."""
    found = json.loads((finished[0] / "findings.json").read_text("utf-8"))
    return next(item for item in found if item["is_primary"])


def test_the_board_reads_no_ratio_and_definitions_in_its_own_language(finished):
    page = (finished[0] / "report.html").read_text(encoding="utf-8")
    board = page[page.index('class="facts others"') : page.index("</table>", page.index('class="facts others"'))]
    found = json.loads((finished[0] / "findings.json").read_text("utf-8"))
    assert "<tr>" in board
    assert any(item["unit"] == "ratio" for item in found)
    assert "odds ratio" not in board
    assert 'data-key="big_policy_backtracking.odds_ratio"' in page
    sheet = openpyxl.load_workbook(finished[0] / "tables.xlsx")["Definitions"]
    assert [cell.value for cell in sheet[1]] == ["Key", "Title", "Unit", "Sentence", "Method", "What it does not show"]
    assert not [
        cell.value for row in sheet.iter_rows() for cell in row if re.search("[\u4e00-\u9fff]", cell.value or "")
    ]


def test_the_first_sheet_says_the_result(finished):
    first = openpyxl.load_workbook(finished[0] / "tables.xlsx").worksheets[0]
    said = {row[0]: row[1] for row in first.iter_rows(values_only=True)}
    record = primary(finished)
    assert first.title == "The result"
    assert said["Decision"] == record["reading"]
    numbers = {"Like with like": "like_with_like", "Low (95 %)": "low", "High (95 %)": "high", "Threshold": "worth"}
    assert [said[label] for label in numbers] == pytest.approx([record[name] for name in numbers.values()])
    brings = record["like_with_like"] * record["money"]["contribution_yuan"]
    assert said["What 100 bring (yuan)"] == pytest.approx(brings)
    assert {"What would change it", "What it does not show", "Whose data", "Run", "Code version"} <= set(said)


def test_the_numbers_of_a_chart_have_headings_in_words_and_nothing_of_its_drawing():
    rows = [{"label": "a", "value": 1.0, "row": "slide", "shown": "+1"}, {"label": "b", "value": None, "row": "x"}]
    assert pictures.worded(rows, "zh") == (["项目", "数值"], [["a", 1.0], ["b", None]])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.browser
def test_up_to_the_analyst_the_report_prints_on_two_pages(finished, tmp_path, language):
    from playwright.sync_api import sync_playwright

    from tests import system_tools

    folder = finished[0]
    if language == "zh":
        folder = tmp_path / "zh"
        assert cvc_here("run", SLUG, "--data", SAMPLE, "--out", folder, "--language", "zh") == 0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=system_tools.browser_path(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto((folder / "report.html").as_uri())
        whole = page.pdf(prefer_css_page_size=True)
        page.evaluate("document.querySelectorAll('.analyst, footer').forEach(part => part.remove())")
        board = page.pdf(prefer_css_page_size=True)
        browser.close()
    assert pages(board) <= 2 < pages(whole)


def pages(printed: bytes) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    book = Workbook(tmp_path / "x.xlsx")
    book.sheet("a/b[c]", ["=1+1"], [["=2+5"], ["+cmd|x"], ["@a"], ["\t=1"], ["http://x.example"]])
    book.close()
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "x.xlsx").active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]


@pytest.mark.parametrize(
    ("text", "number"), [("1,234", 1234.0), ("−0.5", -0.5), ("12.5%", 0.125), ("*", "*"), ("007", "007")]
)
def test_cells_of_released_tables_become_numbers(text, number):
    assert as_number(text)[0] == number


def test_a_raising_case_leaves_only_its_notebook(case, small, tmp_path):
    with pytest.raises(CvcError, match="E404") as caught:
        case(f'raise ValueError("phone {CANARY}")', small)
    assert caught.value.exit_code == 3
    assert "ValueError" in str(caught.value)
    assert CANARY not in str(caught.value)
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["trial.failed.ipynb"]
    assert CANARY not in re.sub(
        r"raise ValueError.*", "", (tmp_path / "runs" / "trial.failed.ipynb").read_text("utf-8")
    )


def test_on_client_data_the_message_of_an_error_is_withheld(case, small, tmp_path):
    data = tmp_path / "client" / "curated"
    shutil.copytree(small, data, ignore=shutil.ignore_patterns("truth.json"))
    with pytest.raises(CvcError, match="E131"):
        case("1", data)
    clients.write_engagement(data.parent)
    source = "name = chr(27431) + chr(38451)\nraise ValueError(name)"
    with pytest.raises(CvcError, match="E404") as caught:
        case(source, data)
    assert "欧阳" not in str(caught.value)
    assert "欧阳" not in (tmp_path / "runs" / "trial.failed.ipynb").read_text("utf-8")


SHOW = "from IPython.display import display\nfrom cvc_helpers.release import ReleasedTable\n"


@pytest.mark.parametrize(
    "canary", [CANARY, "990101199003078885", "6222020000000000000"[:15] + "0006", "somebody@client.example"]
)
def test_personal_data_in_an_output_stop_the_run(case, small, tmp_path, canary):
    if canary.startswith("62"):
        from cvc_helpers.intake.privacy import is_card

        canary = next(f"{canary[:-1]}{digit}" for digit in range(10) if is_card(f"{canary[:-1]}{digit}"))
    left, right = canary[:6], canary[6:]
    with pytest.raises(CvcError, match="E407") as caught:
        case(SHOW + f'display(ReleasedTable("t", ("a",), (("{left}" + "{right}",),)))', small)
    assert caught.value.exit_code == 4
    assert canary not in str(caught.value)
    assert list((tmp_path / "runs").iterdir()) == []


def test_identifiers_of_a_client_stop_the_run(case, small, tmp_path):
    data = tmp_path / "client" / "curated"
    shutil.copytree(small, data, ignore=shutil.ignore_patterns("truth.json"))
    clients.write_engagement(data.parent)
    source = "from cvc_helpers import tables\nfound = tables.open(data).rows('policy').policy_id[0]\n"
    with pytest.raises(CvcError, match=r"policy\.policy_id"):
        case(SHOW + source + 'display(ReleasedTable("t", ("a",), ((found,),)))', data)


def test_frames_and_printed_words_are_dropped_and_counted(case, small):
    folder = case(
        "import pandas as pd\nphone = 2 * 6900069000\nprint(phone)\npd.DataFrame({'x': [phone]})", small, "# A <script>"
    )
    text = (folder / "report.html").read_text("utf-8")
    assert CANARY not in text
    assert "stdout × 1" in text
    assert "execute_result × 1" in text
    assert "<h1>A &lt;script&gt;</h1>" in text


def test_a_chart_of_rows_is_refused():
    rows = [{"x": number} for number in range(1_001)]
    with pytest.raises(CvcError, match="E406"):
        gate.refuse_row_level({"datasets": {"a": rows}})
    for bad in ({"customer_id": "x", "y": 1}, {"z": "0123456789abcdef"}):
        with pytest.raises(CvcError, match="E406"):
            gate.refuse_row_level({"layer": [{"data": {"values": [bad]}}]})
    gate.refuse_row_level({"datasets": {"a": rows[:10]}})
    assert {findings.MIME, CHART, release.MIME, release.WITHHELD} == set(gate.OURS)


def test_prose_reads_as_in_the_book_and_links_nowhere():
    source = (
        "See {term}`big policy <big-policy>` and {doc}`../book/big_policy`, [here](javascript:x), {glue:text}`k.n`.\n\n"
        ":::{dropdown} More\nInner *words*\n:::\n\n```{note}\nMind.\n```\n\n<img src=x onerror=y>"
    )
    text = prose_html(source, {"k.n": "12.3"})
    assert "big policy and big policy" in text
    assert "12.3" in text
    assert "<details" in text
    assert "<em>words</em>" in text
    assert 'class="box"' in text
    assert "<img" not in text
    assert "href" not in text
    assert "{" not in text


def test_a_folder_that_is_there_is_not_written_over(finished, small):
    with pytest.raises(CvcError, match="E403"):
        one.run(SLUG, small, out=finished[0])


def test_a_chinese_report_counts_money_in_ten_thousands():
    assert in_unit(893_000, "yuan_per_100", "zh") == (89.3, '#,##0.00" 万元"')
    assert in_unit(893_000, "yuan", "en") == (893_000, "#,##0")
    assert in_unit(None, "yuan", "zh")[0] is None
    row = {"file": "a.csv", "table": "policy", **dict.fromkeys(COUNTS, 1), "premium_in_cents": 123_456_789}
    asked = {"premium_threshold_yuan": (200_000, 300_000), "clusters": (20_000, 20_000)}
    facts = Facts("big_policy_backtracking", "zh", "r", "d", "s", "n", "o", "v", asked, (), {"conservation": [row]})
    assert facts.conservation()[1][-4:] == ["123.46", "0.00", "0.00", "0.00"]
    assert all(shown in report._parameters(facts) for shown in ("30 万元 → 20 万元", ">20 万元<", ">20,000<"))
