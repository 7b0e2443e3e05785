"""A cell whose outputs changed is named, with its finding, the old number and the new."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from cvc_helpers import charts, findings, release
from tests.conftest import ROOT
from tests.differences import GLUE, differences

FINDING = {
    "finding": {"key": "toy.extra", "low": 0.912, "high": 1.5, "checks": [{"key": "balance", "value": 0.1}]},
    "shown": {"low": "0.9"},
    "texts": {"en": {"sentence": "Between 0.9 and 1.5."}, "zh": {"sentence": "0.9 至 1.5。"}},
}
TABLE = {"caption": "Policies", "columns": ["Channel", "Policies"], "rows": [["agency", "12"], ["online", "3"]]}
CHART = {
    "data": {"name": "data-1"},
    "datasets": {"data-1": [{"who": "a", "value": 1.0}, {"who": "b", "value": 2.5}]},
    "layer": [{"mark": {"type": "bar"}}, {"mark": {"type": "text"}}],
    "title": {"text": ["The visit works", "before the proposal"]},
}


def shown(mime: str, content: Any, name: str = "") -> nbformat.NotebookNode:
    metadata = {"scrapbook": {"name": name}} if name else {}
    return nbformat.v4.new_output("display_data", data={mime: content, "text/plain": "x"}, metadata=metadata)


def cells() -> list[nbformat.NotebookNode]:
    outputs = [
        shown(findings.MIME, FINDING, "toy.extra"),
        shown(GLUE, "'0.9'", "toy.extra.low"),
        shown(charts.MIME, CHART, "toy.journey"),
        shown(release.MIME, TABLE),
        nbformat.v4.new_output("stream", name="stdout", text="hello"),
    ]
    prose = nbformat.v4.new_markdown_cell("# Toy")
    return copy.deepcopy([prose, nbformat.v4.new_code_cell("show()", outputs=outputs)])


def test_equal_outputs_differ_in_nothing() -> None:
    assert differences("toy", cells(), cells()) == []


@pytest.mark.parametrize(
    ("place", "value", "lines"),
    [
        ((0, findings.MIME, "finding", "low"), 0.913, ["extra.low: 0.912 → 0.913"]),
        ((0, findings.MIME, "finding", "high"), None, ["extra.high: 1.5 → null"]),
        ((0, findings.MIME, "finding", "checks", 0, "value"), 0.2, ["extra.checks.balance.value: 0.1 → 0.2"]),
        ((0, findings.MIME, "texts", "zh", "sentence"), "无", ["extra.texts.zh.sentence: 0.9 至 1.5。 → 无"]),
        ((1, GLUE), "'1.0'", ["extra.quoted.low: '0.9' → '1.0'"]),
        ((2, charts.MIME, "datasets", "data-1", 1, "value"), 2.6, ["journey.row 2.value: 2.5 → 2.6"]),
        ((2, charts.MIME, "layer", 1, "mark", "type"), "line", ["journey.layer.2.mark.type: text → line"]),
        ((2, charts.MIME, "title", "text", 1), "later", ["journey.title.text.2: before the proposal → later"]),
        ((2, charts.MIME, "data", "name"), "data-2", ["journey.data.name: data-1 → data-2"]),
        ((3, release.MIME, "rows", 0, 1), "13", ["table.row 1.Policies: 12 → 13"]),
        ((3, release.MIME, "caption"), "Sales", ["table.caption: Policies → Sales"]),
        ((4, "text"), "bye", ["stdout.text: hello → bye"]),
    ],
)  # fmt: skip
def test_what_changed_is_named_with_both_values(place: tuple[Any, ...], value: Any, lines: list[str]) -> None:
    new = cells()
    output, *path = place
    node = new[1].outputs[output]
    node = node.data if "data" in node else node
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    assert differences("toy", cells(), new) == [f"toy, cell 2, {line}" for line in lines]


def test_what_follows_from_a_number_is_not_told_beside_it() -> None:
    new = cells()
    content = new[1].outputs[0].data[findings.MIME]
    content["finding"]["low"], content["shown"]["low"] = 1.0, "1.0"
    new[1].outputs[1].data[GLUE] = "'1.0'"
    assert differences("toy", cells(), new) == ["toy, cell 2, extra.low: 0.912 → 1.0"]


def test_an_output_more_or_less_is_one_line() -> None:
    new = cells()
    del new[1].outputs[2]
    new[1].outputs.append(shown(release.MIME, TABLE))
    assert differences("toy", cells(), new) == [
        "toy, cell 2, journey: there → not there",
        "toy, cell 2, table again: not there → there",
    ]
    assert differences("toy", cells()[:1], cells())[0] == "toy, cell 2, extra: not there → there"


def test_a_long_text_is_cut_to_where_it_differs() -> None:
    new = cells()
    old = cells()
    old[1].outputs[4].text, new[1].outputs[4].text = "a" * 300 + "b" * 300, "a" * 300 + "c" * 300
    [line] = differences("toy", old, new)
    assert len(line) < 300
    assert f"{'a' * 20}{'b' * 60}" in line
    assert f"{'a' * 20}{'c' * 60}" in line


SOURCE = """
from IPython.display import display

content = {"finding": {"key": "toy.extra", "low": 0.913}, "shown": {}, "texts": {}}
display({"%s": content}, raw=True, metadata={"scrapbook": {"name": "toy.extra"}})
"""


def test_pytest_names_cell_finding_old_and_new_number(tmp_path: Path) -> None:
    """A number of a stored notebook is changed by hand; nbval runs it as `make test` does."""
    content = {"finding": {"key": "toy.extra", "low": 0.912}, "shown": {}, "texts": {}}
    metadata = {"scrapbook": {"name": "toy.extra"}}
    stored = nbformat.v4.new_output("display_data", data={findings.MIME: content}, metadata=metadata)
    cell = nbformat.v4.new_code_cell(SOURCE % findings.MIME, outputs=[stored], execution_count=1)
    toy = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Toy"), cell])
    nbformat.write(toy, tmp_path / "toy.ipynb")
    options = ["--nbval", "--nbval-current-env", "-p", "tests.differences", "-p", "no:cacheprovider", "toy.ipynb"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert "toy, cell 2, extra.low: 0.912 → 0.913" in done.stdout
