"""Deliberate failures: each is refused, with a message that says what to do. Run on a small copy of the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.conftest import ROOT

CASE = """---
kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
---

# A small case

```{code-cell}
:tags: [parameters]

worth = 1.0
```

```{code-cell}
from cvc_helpers import findings

number = findings.round_significant(worth / 3)
number
```

```{code-cell}
from IPython.display import display

record = "application/papermill.record/text/plain"
glued = {"scrapbook": {"name": "toy.number", "mime_prefix": "application/papermill.record/"}}
display({record: repr(str(number))}, raw=True, metadata=glued)
```
"""
CHAPTER = "# A small chapter\n\nThe number is {glue:text}`/cases/toy.ipynb::toy.number:s`.\n"
TOC = "format: jb-book\nroot: book/index\nchapters:\n  - file: cases/toy.ipynb\n"


def verb(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a build verb inside the copy, with the copy's own helpers."""
    command = [sys.executable, "-m", "cvc_helpers.book.build", *words]
    return subprocess.run(
        command, cwd=tree, capture_output=True, text=True, encoding="utf-8", check=False, env=here(tree)
    )


def here(tree: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(tree), "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with one executed case and one chapter that quotes it."""
    tree = tmp_path_factory.mktemp("whole")
    shutil.copytree(ROOT / "cvc_helpers", tree / "cvc_helpers", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "_config.yml", tree)
    for name, text in {
        "cases/toy.md": CASE,
        "book/index.md": CHAPTER,
        "_toc.yml": TOC,
        "data/chengyue/truth.json": "{}",
    }.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "book" / "_static", tree / "book" / "_static")
    shutil.copy(ROOT / "book" / "references.bib", tree / "book")
    done = verb(tree, "cases")
    assert done.returncode == 0, done.stderr
    return tree


@pytest.fixture
def tree(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "tree"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def edit_notebook(path: Path, change: Callable[[nbformat.NotebookNode], None]) -> None:
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def refused(tree: Path, code: str, *words: str) -> str:
    done = verb(tree, *(words or ("check",)))
    assert done.returncode == 3, done.stdout + done.stderr
    assert code in done.stderr
    return done.stderr


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
    replace(tree / "cases" / "toy.md", "number = findings", "number = 1 / 0 + findings")
    message = refused(tree, "E307", "cases")
    assert "ZeroDivisionError" in message
    assert "Correct the cell" in message
    assert notebook.read_bytes() == before


def test_a_stored_error_is_refused(tree: Path) -> None:
    def raise_in_output(notebook: nbformat.NotebookNode) -> None:
        notebook.cells[2].outputs = [nbformat.v4.new_output("error", ename="ValueError", evalue="x", traceback=[])]

    edit_notebook(tree / "cases" / "toy.ipynb", raise_in_output)
    assert "then run `make cases`" in refused(tree, "E304")


def test_an_unexecuted_cell_is_refused(tree: Path) -> None:
    edit_notebook(tree / "cases" / "toy.ipynb", lambda notebook: notebook.cells[2].update(execution_count=None))
    assert "Run `make cases`" in refused(tree, "E303")


def test_an_unsynced_pair_is_refused(tree: Path) -> None:
    replace(tree / "cases" / "toy.md", "worth / 3", "worth / 4")
    assert "run `make cases`" in refused(tree, "E302")


def test_an_edited_helper_is_refused(tree: Path) -> None:
    replace(tree / "cvc_helpers" / "findings.py", "digits: int = 6", "digits: int = 5")
    assert "helpers" in refused(tree, "E305")
    assert "Run `make cases`" in refused(tree, "E305", "book")


def test_changed_data_are_refused(tree: Path) -> None:
    truth = tree / "data" / "chengyue" / "truth.json"
    truth.write_text('{"planted": {"another_case.effect": 1.0}}', encoding="utf-8")
    assert verb(tree, "check").returncode == 0  # what belongs to another case alone makes this one no older
    truth.write_text('{"planted": {"toy.number": 1.0}}', encoding="utf-8")
    assert "other data" in refused(tree, "E305")


def test_a_stale_output_is_refused_by_strict_nbval(tree: Path) -> None:
    def change_output(notebook: nbformat.NotebookNode) -> None:
        notebook.cells[2].outputs[0].data["text/plain"] = "0.4"

    edit_notebook(tree / "cases" / "toy.ipynb", change_output)
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "cases"]
    done = subprocess.run(
        command, cwd=tree, capture_output=True, text=True, encoding="utf-8", check=False, env=here(tree)
    )
    assert done.returncode == 1
    assert "0.4" in done.stdout


def test_a_missing_chinese_wording_is_refused(tree: Path) -> None:
    wording = tree / "cvc_helpers" / "wording" / "findings.yml"
    replace(wording, ', zh: "同类相比"', "")
    code = "from cvc_helpers.wording import say; say('findings.like_with_like', 'zh')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree, capture_output=True, text=True, encoding="utf-8", env=here(tree)
    )
    assert "E207" in done.stderr
    assert "Add it with both" in done.stderr


@pytest.mark.book
def test_an_unknown_glue_key_is_refused(tree: Path) -> None:
    assert verb(tree, "book").returncode == 0
    replace(tree / "book" / "index.md", "::toy.number", "::toy.nomber")
    message = refused(tree, "E308", "book")
    assert "toy.nomber" in message
    assert "run `make book` again" in message
