"""The reference of the package, from its docstrings."""

from __future__ import annotations

from pathlib import Path
from pkgutil import iter_modules

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

import cvc_helpers
from cvc_helpers.book.nodes import section

INNER = ("book", "web", "vocabulary")
"""Parts of the package that are no reference for somebody who writes or reruns a case."""
FACE_ONLY = ("synthetic", "intake", "runs", "contract")
"""Packages of which the reference shows what they offer as a whole, not each room."""


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
