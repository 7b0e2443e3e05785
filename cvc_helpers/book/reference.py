"""The reference: the names that somebody who reads, reruns or writes a case would call, floor by floor.

Nobody lists them. They are the names that the cases call, the estimators that the methods call, what the packages of
intake and of the fictitious insurer offer, and the forms in which results come. All else is inside.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import isclass, isfunction
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from cvc_helpers.book import fresh
from cvc_helpers.book.behind import case_code
from cvc_helpers.book.edition import edition
from cvc_helpers.book.nodes import paragraph, section
from cvc_helpers.wording import say

PACKAGE = "cvc_helpers"
FLOORS: dict[str, tuple[str, ...]] = {
    "data": ("tables", "contract"),
    "methods": ("methods",),
    "results": ("findings", "gate", "estimate", "errors"),
    "show": ("release", "charts", "cards", "wording"),
    "estimators": ("estimators",),
    "intake": ("intake",),
    "synthetic": ("synthetic",),
}
"""Parts of the reference, from what a case calls first, with the parts of the package that each shows."""
FACES = ("intake", "synthetic")
"""Packages that say themselves what they offer."""
RESULTS = (
    "findings.Finding",
    "gate.Money",
    "gate.Check",
    "estimate.Estimate",
    "errors.CvcError",
    "tables.Insurer",
    "tables.Settings",
)
"""Forms in which results come."""


class ApiReference(SphinxDirective):
    """`{cvc-api}`: the names to call, from their docstrings."""

    def run(self) -> list[nodes.Node]:
        """One section a floor."""
        self.env.note_dependency(__file__)
        found, language = names(Path(self.env.srcdir)), edition(self.config)
        return [self._floor(floor, found[floor], language) for floor in FLOORS]

    def _floor(self, floor: str, entries: list[str], language: str) -> nodes.section:
        lines = ["```{eval-rst}"]
        for name in entries:
            kind = "autoclass" if isclass(_object(name)) else "autofunction"
            lines += [f".. {kind}:: {name}", *(["   :members:", ""] if kind == "autoclass" else [""])]
        holder = nodes.Element()
        self.state.nested_parse(StringList([*lines, "```"], source="cvc-api"), self.content_offset, holder)
        about = paragraph(say(f"pages.api_{floor}_about", language))
        return section(say(f"pages.api_{floor}", language), f"api-{floor}", about, *holder.children)


def names(root: Path) -> dict[str, list[str]]:
    """Full names of what each floor shows, in alphabetical order.

    Args:
        root: Top of the repository, whose cases are read.
    """
    cases = (_called(case_code(root / "cases" / f"{slug}.md")) for slug in fresh.slugs(root))
    found = {name for calls in cases for name in calls} | set(_used_estimators())
    found |= {name for face in FACES for name in _offered(f"{PACKAGE}.{face}")}
    found |= {f"{PACKAGE}.{name}" for name in RESULTS}
    return {floor: sorted(name for name in found if name.split(".")[1] in parts) for floor, parts in FLOORS.items()}


def _called(tree: ast.Module) -> Iterator[str]:
    """Full names of the package's functions and classes that some code calls."""
    known = _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            head, _, rest = ast.unparse(node.func).partition(".")
            name = f"{known.get(head, '')}.{rest}".strip(".")
            if head in known and _is_public(name):
                yield name


def _imported(tree: ast.Module) -> Mapping[str, str]:
    """Name in the code to the full name that it was imported as, of the package only."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == PACKAGE
        for alias in node.names
    }


def _used_estimators() -> Iterator[str]:
    """Estimators that a method calls."""
    folder = Path(import_module(f"{PACKAGE}.methods").__file__ or "").parent
    for path in sorted(folder.glob("*.py")):
        for name in _called(ast.parse(path.read_text(encoding="utf-8"))):
            if name.startswith(f"{PACKAGE}.estimators.") and ".checks." not in name:
                yield name


def _offered(module: str) -> Iterator[str]:
    """What a package offers by itself."""
    yield from (full for name in import_module(module).__all__ if _is_public(full := f"{module}.{name}"))


def _is_public(name: str) -> bool:
    """Whether a full name stands for a function or class of the package, and not for a method or a constant."""
    found = _object(name)
    is_thing = isfunction(found) or isclass(found)
    return is_thing and not re.search(r"^_|\.", found.__qualname__) and found.__module__.startswith(f"{PACKAGE}.")


def _object(name: str) -> Any:
    """What a full name stands for; None if it is nothing. What a package offers comes before its modules."""
    module, _, last = name.rpartition(".")
    try:
        return getattr(import_module(module), last, None)
    except ImportError:
        return None
