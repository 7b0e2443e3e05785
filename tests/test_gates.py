"""Deliberate failures: each is refused, with a message that says what to do. Run on a small copy of the tree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from cvc_helpers.book import fresh
from tests.small_tree import QUOTING, SHOWING, edit_notebook, python, replace, verb

FRAME = {"text/plain": "  customer_id\n0 C1", "text/html": "<table></table>"}


def refused(tree: Path, code: str, *words: str) -> str:
    done = verb(tree, *(words or ("check",)))
    assert done.returncode == 3, done.stdout + done.stderr
    assert code in done.stderr
    return done.stderr


def codes(tree: Path) -> list[str]:
    return [refusal.code for refusal in fresh.check_case(tree, "toy")]


def test_a_tree_in_order_passes_and_is_not_executed_again(tree: Path) -> None:
    assert verb(tree, "check").returncode == 0
    assert "toy: fresh" in verb(tree, "cases").stdout


def test_executing_twice_gives_the_same_bytes(tree: Path) -> None:
    notebook = tree / "cases" / "toy.ipynb"
    first = notebook.read_bytes()
    assert verb(tree, "cases", "--all").returncode == 0
    assert notebook.read_bytes() == first


def test_a_raising_case_is_refused_and_the_notebook_kept(tree: Path) -> None:
    notebook = tree / "cases" / "toy.ipynb"
    before = notebook.read_bytes()
    replace(tree / "cases" / "toy.md", "worth / 3", "worth / 0")
    message = refused(tree, "E307", "cases")
    assert "ZeroDivisionError" in message
    assert "Correct the cell" in message
    assert notebook.read_bytes() == before


def test_an_edited_helper_is_refused_by_check_and_book(tree: Path) -> None:
    replace(tree / "cvc_helpers" / "rounding.py", "DIGITS = 6", "DIGITS = 5")
    assert "helpers" in refused(tree, "E305")
    assert "Run `make cases`" in refused(tree, "E305", "book")


def test_changed_data_are_refused(tree: Path) -> None:
    truth = tree / "data" / "chengyue" / "truth.json"
    truth.write_text('{"planted": {"toy.answer": 1.0, "another_case.effect": 1.0}}', encoding="utf-8")
    assert codes(tree) == []  # what belongs to another case alone makes this one no older
    truth.write_text('{"planted": {"toy.answer": 2.0}}', encoding="utf-8")
    [refusal] = fresh.check_case(tree, "toy")
    assert "other data" in str(refusal)


def test_a_forged_number_is_refused_by_check_and_book(tree: Path) -> None:
    def forge(notebook: nbformat.NotebookNode) -> None:
        [output] = notebook.cells[QUOTING].outputs
        output.data["application/papermill.record/text/plain"] = "'0.9'"

    edit_notebook(tree / "cases" / "toy.ipynb", forge)
    assert f"cell {QUOTING + 1} " in refused(tree, "E312")
    assert "run it again" in refused(tree, "E312", "book")


@pytest.mark.parametrize(
    "change",
    [
        lambda cell: cell.update(outputs=[]),
        lambda cell: cell.outputs.append(cell.outputs[0]),
        lambda cell: cell.outputs[0].metadata.update(scrapbook={"name": "toy.other"}),
    ],
    ids=["taken out", "doubled", "renamed"],
)
def test_any_edit_of_a_stored_output_is_refused(tree: Path, change: Callable[[Any], object]) -> None:
    edit_notebook(tree / "cases" / "toy.ipynb", lambda notebook: change(notebook.cells[QUOTING]))
    assert codes(tree) == ["E312"]


RAW = {
    "frame": nbformat.v4.new_output("execute_result", FRAME),
    "text": nbformat.v4.new_output("execute_result", {"text/plain": "0.333333"}),
    "print": nbformat.v4.new_output("stream", name="stdout", text="0.333333"),
    "image": nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo="}),
    "frame beside a table": nbformat.v4.new_output("display_data", FRAME | {"application/vnd.cvc.table.v1+json": {}}),
}


@pytest.mark.parametrize("output", RAW.values(), ids=list(RAW))
def test_a_raw_output_is_refused(tree: Path, output: nbformat.NotebookNode) -> None:
    edit_notebook(tree / "cases" / "toy.ipynb", lambda notebook: notebook.cells[SHOWING].outputs.append(output))
    [message] = [str(refusal) for refusal in fresh.check_case(tree, "toy") if refusal.code == "E313"]
    assert f"cell {SHOWING + 1} " in message
    assert "release.table" in message


def test_a_case_that_shows_a_frame_is_refused_after_its_run(tree: Path) -> None:
    replace(
        tree / "cases" / "toy.md", 'release.ReleasedTable("A small table"', "import pandas\npandas.DataFrame({1: [2]}"
    )
    replace(tree / "cases" / "toy.md", ', ("number",), ((number,),))', ")")
    assert verb(tree, "cases").returncode == 0
    assert codes(tree) == ["E313"]


def test_a_stale_output_is_refused_by_strict_nbval(tree: Path) -> None:
    def change_output(notebook: nbformat.NotebookNode) -> None:
        notebook.cells[SHOWING].outputs[0].data["text/plain"] = "0.4"

    edit_notebook(tree / "cases" / "toy.ipynb", change_output)
    done = python(tree, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "cases")
    assert done.returncode == 1
    assert "0.4" in done.stdout


def test_a_missing_chinese_wording_is_refused_when_it_is_said(tree: Path) -> None:
    replace(tree / "cvc_helpers" / "wording" / "toy.yml", ', zh: "门槛"', "")
    done = python(tree, "-c", "from cvc_helpers.wording import say; say('toy.parameter_worth', 'zh')")
    assert "E207" in done.stderr
    assert "Add it with both" in done.stderr


@pytest.mark.book
def test_an_unknown_quote_is_refused_by_the_build(tree: Path) -> None:
    assert verb(tree, "book").returncode == 0
    replace(tree / "book" / "toy.md", "toy.number", "toy.nomber")
    message = refused(tree, "E308", "book")
    assert "toy.nomber" in message
    assert "run `make book` again" in message
