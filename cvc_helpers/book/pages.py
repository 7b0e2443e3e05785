"""Directives of the other generated pages: the truth table of the methods, and the reference of the package."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from pkgutil import iter_modules

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

import cvc_helpers
from cvc_helpers.book.nodes import paragraph, section, table

INNER = ("book", "web", "vocabulary")
"""Parts of the package that are no reference for somebody who writes or reruns a case."""
FACE_ONLY = ("synthetic", "intake", "runs", "contract")
"""Packages of which the reference shows what they offer as a whole, not each room."""


class TruthTable(SphinxDirective):
    """`{cvc-truth-table}`: the tables that `make truth` wrote, one a column, under each other."""

    def run(self) -> list[nodes.Node]:
        """One table of all files in `book/truth`, as text."""
        paths = sorted((Path(self.env.srcdir) / "book" / "truth").glob("*.csv"))
        for path in paths:
            self.env.note_dependency(str(path))
        rows = truth_rows(paths)
        if not rows:
            return [paragraph("The table appears here once `make truth` has run.")]
        headings = [name.replace("_", " ") for name in rows[0]]
        return [table(headings, [list(row.values()) for row in rows], classes=["cvc-contract"])]


def truth_rows(paths: Sequence[Path]) -> list[dict[str, str]]:
    """Rows of several truth tables, all with the headings of the first; a cell that a table lacks is empty."""
    rows = [row for path in paths for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
    return [{name: row.get(name) or "" for name in rows[0]} for row in rows]


class ApiReference(SphinxDirective):
    """`{cvc-api}`: every public function of the package, from its docstrings."""

    def run(self) -> list[nodes.Node]:
        """One section a module."""
        return [self._module(name) for name in api_modules()]

    def _module(self, name: str) -> nodes.section:
        lines = [
            "```{eval-rst}",
            f".. automodule:: {name}",
            "   :members:",
            "   :ignore-module-all:",
            "   :member-order: bysource",
            "```",
        ]
        holder = nodes.Element()
        self.state.nested_parse(StringList(lines, source="cvc-api"), self.content_offset, holder)
        return section(name, f"module-{name.replace('.', '-')}", *holder.children)


def api_modules() -> list[str]:
    """Names of the modules that the reference shows, packages before their modules."""
    found = []
    for module in _walk(str(Path(cvc_helpers.__file__).parent), "cvc_helpers."):
        parts = module.split(".")
        if not any(part.startswith("_") or part in INNER for part in parts):
            found.append(module)
    return found


def _walk(folder: str, prefix: str) -> list[str]:
    """Modules below a folder, without importing them."""
    found = []
    for module in sorted(iter_modules([folder]), key=lambda module: module.name):
        found.append(prefix + module.name)
        if module.ispkg and module.name not in FACE_ONLY:
            found += _walk(str(Path(folder) / module.name), f"{prefix}{module.name}.")
    return found
