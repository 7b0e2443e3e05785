"""A case worked as a client's consultant works it: its own cells, other parameters, a folder of plain tables."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import papermill

from cvc_helpers.findings import MIME
from tests.conftest import ROOT


def worked(slug: str, *, until: str, **parameters: Any) -> dict[str, Any]:
    """Every name of a case after its cells ran, in this process, up to the one that defines `until`.

    Args:
        slug: The case.
        until: A name that one of its cells defines.
        **parameters: Other values of the cell of parameters.
    """
    names: dict[str, Any] = {}
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        for cell in jupytext.read(ROOT / "cases" / f"{slug}.md").cells:
            if cell.cell_type == "code" and not _only_shows(cell.source):
                exec(compile(cell.source, f"cases/{slug}.md", "exec"), names)
                if "parameters" in cell.metadata.get("tags", []):
                    assert set(parameters) <= set(names), f"no parameters of {slug}: {set(parameters) - set(names)}"
                    names |= parameters
            if until in names:
                return names
    finally:
        os.chdir(here)
    raise AssertionError(f"no cell of cases/{slug}.md defines {until}")


def _only_shows(source: str) -> bool:
    """Whether a cell shows something and defines nothing."""
    return source.startswith("release.") or bool(re.match(r"for .*\n    release\.", source))


def by_papermill(slug: str, folder: Path, **parameters: Any) -> dict[str, dict[str, Any]]:
    """The findings, by name, that a case shows under plain papermill, executed in that folder."""
    case, out = folder / f"{slug}.ipynb", folder / "executed.ipynb"
    jupytext.write(jupytext.read(ROOT / "cases" / f"{slug}.md"), case)
    assert set(parameters) <= set(papermill.inspect_notebook(str(case))), "papermill would ignore an unknown name"
    papermill.execute_notebook(str(case), str(out), parameters, progress_bar=False, cwd=str(folder))
    return shown(nbformat.read(out, 4))


def shown(notebook: Any) -> dict[str, dict[str, Any]]:
    """The findings that a notebook shows, by name, with their texts."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    found = [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]
    return {one["finding"]["key"]: one["finding"] | {"texts": one["texts"]} for one in found}
