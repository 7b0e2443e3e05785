"""Rules of what a column has: its files, found by name, its truths, and what it may ask of the data."""

from __future__ import annotations

import ast
import csv
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.rules.tree import FINDING, cases, columns, entries, outputs, read, tree_of

FILES = {
    "book/{}.md": "the chapter",
    "cases/{}.ipynb": "the executed case (`make cases`)",
    "cvc_helpers/methods/{}.py": "the method",
    "cvc_helpers/charts/{}.py": "its charts",
    "cvc_helpers/wording/{}.yml": "its sentences and labels",
    "cvc_helpers/contract/needs/{}.yml": "its data ladder",
    "cvc_helpers/contract/parameters/{}.yml": "what its parameters may be",
    "tests/methods/test_{}.py": "the test of the method",
    "tests/methods/designs_{}.py": "test cohorts with a planted effect and a planted zero",
}


def missing_files(root: Path) -> list[str]:
    """Files that a column lacks; its sets of parameters and its truths have rules of their own."""
    return [
        f"{path.format(slug)} is missing: {what.format(slug)}; CONTRIBUTING.md shows one"
        for slug in columns(root)
        for path, what in FILES.items()
        if not (root / path.format(slug)).exists()
    ]


def missing_parameter_sets(root: Path) -> list[str]:
    """Cases that are never run with other parameters."""
    return [
        f"tests/parameters/{slug}.yml holds no set of parameters; list those with which the case must run too"
        for slug in cases(root)
        if not entries(root / "tests" / "parameters" / f"{slug}.yml")
    ]


def unplanted_findings(root: Path) -> list[str]:
    """Findings in stored cases whose truth is not planted."""
    truth = root / "data" / "chengyue" / "truth.json"
    planted = json.loads(read(truth)).get("planted", {}) if truth.exists() else {}
    shown = [
        (slug, output["data"][FINDING]["finding"]["key"])
        for slug in cases(root)
        for output in outputs(root, slug)
        if FINDING in output.get("data", {})
    ]
    return [
        f"cases/{slug}.ipynb shows {key}, of which no truth is planted: return it from planted() in "
        f"cvc_helpers/synthetic/planted/{slug}.py, then `make demo`"
        for slug, key in shown
        if key not in planted
    ]


def unscored_designs(root: Path) -> list[str]:
    """Designs without a row in the truth table."""
    return [
        f"book/truth/{slug}.csv has no row for the design '{name}': run `make truth COLUMN={slug}`"
        for slug in columns(root)
        for name in design_names(root, slug)
        if name not in scored_designs(root, slug)
    ]


def design_names(root: Path, slug: str) -> list[str]:
    """Names of a column's designs, `slug: name`, as its file spells them."""
    path = root / "tests" / "methods" / f"designs_{slug}.py"
    nodes = ast.walk(tree_of(read(path))) if path.exists() else ()
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in texts if text.startswith(f"{slug}: ")] or [f"{slug}: …"]


def scored_designs(root: Path, slug: str) -> set[str]:
    """Names of the designs in a column's truth table."""
    path = root / "book" / "truth" / f"{slug}.csv"
    return {row["design"] for row in csv.DictReader(read(path).splitlines())} if path.exists() else set()


def unfit_ladders(root: Path) -> list[str]:
    """The first query or data ladder that does not hold together: unknown names, no order, a query no rung names."""
    command = [sys.executable, "-c", "from cvc_helpers import ladder; ladder.needs()"]
    environment = os.environ | {"PYTHONPATH": str(root), "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", env=environment)
    return [] if done.returncode == 0 else [line for line in done.stderr.splitlines() if "Error: " in line]


def _page(name: str) -> str:
    """A name of the table of contents as a page; a case without its ending stays as it is, and is then no page."""
    return (
        name.removesuffix(".ipynb")
        if name.endswith(".ipynb") or not name.startswith("cases/")
        else f"{name} (add .ipynb)"
    )


def unlike_toc(root: Path) -> list[str]:
    """Pages that the table of contents lacks, and names in it that are no page."""
    toc = entries(root / "_toc.yml")
    found, waiting = {toc.get("root")}, [*toc.get("parts", []), *toc.get("chapters", [])]
    while waiting:
        entry = waiting.pop()
        found |= {_page(entry["file"])} if "file" in entry else set()
        waiting += entry.get("chapters", []) + entry.get("sections", [])
    sources = [*(root / "book").glob("*.md"), *(root / "cases").glob("*.md")]
    pages = {path.relative_to(root).with_suffix("").as_posix() for path in sources}
    return [
        *(f"_toc.yml lacks {page}: name it (a case with its ending, .ipynb)" for page in sorted(pages - found)),
        *(f"_toc.yml names {name}, which is no page: correct the name" for name in sorted(map(str, found - pages))),
    ]
