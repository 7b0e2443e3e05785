"""What several rules read of a repository: its columns, cells, stored outputs and YAML files. Nothing is imported."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jupytext
import yaml

WITHOUT_OWN_COLUMN = {"one_branch"}
"""Cases that walk through columns and have none of their own."""
FINDING = "application/vnd.cvc.finding.v1+json"
GLUE = "application/papermill.record/text/plain"


def cases(root: Path) -> list[str]:
    """Names of the cases."""
    return sorted(path.stem for path in (root / "cases").glob("*.md"))


def columns(root: Path) -> list[str]:
    """Names of the columns of the house: cases, and subjects that have a data ladder and no case yet."""
    ladders = (root / "cvc_helpers" / "contract" / "needs").glob("*.yml")
    return sorted({*cases(root), *(path.stem for path in ladders)} - WITHOUT_OWN_COLUMN)


def cells(root: Path, slug: str, kind: str) -> Iterator[tuple[int, Any]]:
    """Number and cell of a case's text, `code` or `markdown`."""
    for number, cell in enumerate(jupytext.read(root / "cases" / f"{slug}.md").cells, start=1):
        if cell.cell_type == kind:
            yield number, cell


def parsed(source: str) -> ast.Module:
    """A cell's code; empty where it is no Python, which its run will say."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module([], [])


def outputs(root: Path, slug: str) -> list[dict[str, Any]]:
    """All stored outputs of a case; none if it was never executed."""
    path = root / "cases" / f"{slug}.ipynb"
    stored = json.loads(path.read_text(encoding="utf-8"))["cells"] if path.exists() else []
    return [output for cell in stored for output in cell.get("outputs", ())]


def glued(root: Path, slug: str) -> dict[str, str]:
    """Texts that a chapter may quote from a case, by their keys."""
    found = {}
    for output in outputs(root, slug):
        if text := output.get("data", {}).get(GLUE):
            found[output["metadata"]["scrapbook"]["name"]] = ast.literal_eval("".join(text))
    return found


def entries(path: Path) -> dict[str, Any]:
    """A YAML file; empty if it is not there."""
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}


def modules(root: Path) -> list[Path]:
    """Every module of the package."""
    return sorted((root / "cvc_helpers").rglob("*.py"))


@cache
def tree_of(text: str) -> ast.Module:
    """A parsed module; parsed once for all rules."""
    return ast.parse(text)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def here(root: Path, path: Path) -> str:
    """A path as messages name it."""
    return path.relative_to(root).as_posix()
