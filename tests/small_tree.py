"""A small repository with one column, `toy`: what gates and rules are tried on, one mistake at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
QUOTING, SHOWING = 3, 5
"""Places, from 0, of the cells that quote a number and that show a table."""
CASE = """---
kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
---

# A small case: is it a third?

```{code-cell}
:tags: [parameters]

data = "data/chengyue"
language = "en"
worth = 1.0
```

## The data

## The method

```{code-cell}
from cvc_helpers import contract, release, rounding

contract.check_parameters("toy", vars())
number = str(rounding.significant(worth / 3))
release.quote("toy.number", number)
```

## The finding

```{code-cell}
release.ReleasedTable("A small table", ("number",), ((number,),))
```

```{code-cell}
from IPython.display import display
from cvc_helpers.methods import toy_steps

display(toy_steps.answer(), metadata={"scrapbook": {"name": "toy.answer", "mime_prefix": ""}})
```

## On Monday
"""
CHAPTER = """# A small chapter

The number is {computed}`toy.number`, or nearly a third.

```{shown} toy.answer
```
"""
STEPS = '''"""Its steps."""

from cvc_helpers.estimate import Estimate
from cvc_helpers.findings import Finding
from cvc_helpers.gate import Money


def answer() -> Finding:
    """The decision of the small case."""
    return Finding.of(
        key="toy.answer", kind="decision", unit="per_100", estimate=Estimate(1.0, 0.5, 1.5), on_the_slide=2.0,
        method="plain", money=Money(40.0, 100.0), comparison="randomised", is_primary=True,
    )
'''
TEXTS = (
    "".join(
        f'answer.{name}: {{en: "Words", zh: "文字"}}\n'
        for name in ("title", "unit", "sentence", "refused", "limit", "money")
    )
    + 'method_plain: {en: "Plain", zh: "直接计算"}\n'
)
CHAPTER = """# A small chapter

The number is {computed}`toy.number`, or nearly a third.

```{shown} toy.answer
```
"""
FILES = {
    "_toc.yml": "format: jb-book\nroot: book/index\nchapters:\n  - file: book/toy\n  - file: cases/toy.ipynb\n",
    "book/index.md": "# A small book\n",
    "book/toy.md": CHAPTER,
    "book/truth/toy.csv": "design,seeds\ntoy: plain,100\n",
    "cases/toy.md": CASE,
    "cvc_helpers/charts/toy.py": '"""The charts of the small case."""\n',
    "cvc_helpers/contract/needs/toy.yml": """minimum:
  buys: {en: "The number.", zh: "这个数。"}
  queries: [rows]
  optional: {customer: [birth_year]}
""",
    "cvc_helpers/contract/parameters/toy.yml": "worth: {above: 0}\n",
    "cvc_helpers/methods/toy.py": '"""The method of the small case."""\nfrom cvc_helpers.methods import toy_steps\n',
    "cvc_helpers/methods/toy_steps.py": STEPS,
    "cvc_helpers/queries/toy__rows.sql": "select customer_id, birth_year from customer order by customer_id\n",
    "cvc_helpers/wording/toy.yml": TEXTS
    + """name: {en: "A small case", zh: "小案例"}
parameter_worth: {en: "Worth", zh: "门槛"}
chart.answer_title: {en: "It is a third", zh: "正好三分之一"}
chart.answer_title_else: {en: "What it is", zh: "结果"}
""",
    "locale/waiting.txt": "book/index\nbook/toy\ncases/toy\n",
    "data/chengyue/truth.json": '{"planted": {"toy.answer": 1.0}}',
    "tests/methods/designs_toy.py": 'DESIGNS = ["toy: plain"]\n',
    "tests/methods/test_toy.py": "",
    "tests/parameters/toy.yml": "- {worth: 2.0}\n",
}


def plant(tree: Path) -> None:
    """Write the small repository, its case executed, into an empty folder."""
    shutil.copytree(ROOT / "cvc_helpers", tree / "cvc_helpers", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "book" / "_static", tree / "book" / "_static")
    shutil.copy(ROOT / "book" / "references.bib", tree / "book")
    for name in ("_config.yml", "pyproject.toml", "setup.py", "MANIFEST.in", "README.md"):
        shutil.copy(ROOT / name, tree)
    for name, text in FILES.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8", newline="\n")
    done = verb(tree, "cases")
    assert done.returncode == 0, done.stderr


def verb(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a build verb inside the copy, with the copy's own helpers."""
    return python(tree, "-m", "cvc_helpers.book.build", *words)


def python(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python inside the copy."""
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *words], cwd=tree, capture_output=True, text=True, encoding="utf-8", env=environment
    )


def replace(path: Path, old: str, new: str) -> None:
    """Edit one file, which must hold the old text."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def edit_notebook(path: Path, change: Callable[[nbformat.NotebookNode], object]) -> None:
    """Edit a stored notebook as somebody would by hand."""
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)
