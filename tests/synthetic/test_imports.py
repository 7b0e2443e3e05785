"""Who imports whom inside `synthetic/`, read from the text: nothing deferred, no circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = "cvc_helpers.synthetic"


def modules(folder: Path) -> dict[str, ast.Module]:
    """Dotted name to syntax tree of each module in a folder that stands for the package."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        name = ".".join((PACKAGE, *(part for part in parts if part != "__init__")))
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(node: ast.AST, known: dict[str, ast.Module]) -> Iterator[str]:
    """Modules of the package that one statement imports; `from package import module` names the module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in known)
    elif isinstance(node, ast.ImportFrom):
        source = resolve_name("." * node.level + (node.module or ""), PACKAGE)
        for alias in node.names:
            yield from [name for name in (f"{source}.{alias.name}", source) if name in known][:1]


def graph(folder: Path) -> dict[str, set[str]]:
    """Module to the modules it imports, wherever in its text."""
    known = modules(folder)
    return {name: {found for node in ast.walk(tree) for found in imported(node, known)} for name, tree in known.items()}


def deferred(folder: Path) -> list[str]:
    """Imports inside the package that do not stand at the left margin: in a function, or for type checkers only."""
    known = modules(folder)
    return [
        f"{name}:{node.lineno}"
        for name, tree in known.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in tree.body and any(imported(node, known))
    ]


def test_no_circle_and_nothing_deferred():
    folder = ROOT / "cvc_helpers" / "synthetic"
    assert deferred(folder) == []
    assert len(list(TopologicalSorter(graph(folder)).static_order())) == len(modules(folder))


@pytest.mark.parametrize(
    "hidden", ["def f():\n    from {0} import b", "if TYPE_CHECKING:\n    from {0}.b import X", "import {0}.b"]
)
def test_a_circle_is_seen_wherever_it_hides(tmp_path, hidden):
    (tmp_path / "a.py").write_text(hidden.format(PACKAGE), encoding="utf-8")
    (tmp_path / "b.py").write_text(f"from {PACKAGE} import a", encoding="utf-8")
    assert bool(deferred(tmp_path)) == hidden.startswith(("def", "if"))
    with pytest.raises(ValueError, match="cycle"):
        TopologicalSorter(graph(tmp_path)).prepare()
