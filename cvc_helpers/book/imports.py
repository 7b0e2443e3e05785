"""Which modules of the package a source names, read from its text: nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

PACKAGE = "cvc_helpers"


def modules(root: Path) -> dict[str, Path]:
    """Every module of the package by its dotted name; a package goes by the name of its folder.

    Args:
        root: Top of the repository.
    """
    return {dotted(path.relative_to(root)): path for path in sorted((root / PACKAGE).rglob("*.py"))}


def dotted(path: Path) -> str:
    """Name of the module in a file, e.g. `cvc_helpers.charts` for `cvc_helpers/charts/__init__.py`."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def named_modules(tree: ast.AST, known: Collection[str], package: str = "") -> set[str]:
    """Modules that a source imports, at its top or later, or reaches by attribute (`charts.<slug>`).

    A package is named where something of its own is taken from it: `from cvc_helpers.charts import titled` names
    `cvc_helpers.charts`; `from cvc_helpers.methods import <slug>` names that module alone.

    Args:
        tree: The parsed source.
        known: Dotted names of the modules that there are.
        package: The package that the source lies in, for relative imports.
    """
    pairs = list(_bindings(tree, package))
    found = {target for _, target in pairs}
    for chain in _chains(tree):
        head, _, rest = chain.partition(".")
        found |= {f"{target}.{rest}" for name, target in pairs if name == head}
    return {_longest(name, known) for name in found} - {""}


def with_packages(names: Collection[str]) -> set[str]:
    """The modules, and the packages they lie in, which Python loads before them."""
    parts = [name.split(".") for name in names]
    return {".".join(found[:length]) for found in parts for length in range(1, len(found) + 1)}


def _bindings(tree: ast.AST, package: str) -> Iterator[tuple[str, str]]:
    """Name in the source, and what an import binds to it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name, alias.name) for alias in node.names)
            yield from ((alias.name.split(".")[0],) * 2 for alias in node.names if not alias.asname)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield from ((alias.asname or alias.name, f"{base}.{alias.name}") for alias in node.names)


def _chains(tree: ast.AST) -> Iterator[str]:
    """Every `name.attribute.attribute` of a source."""
    for node in ast.walk(tree):
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if parts and isinstance(node, ast.Name):
            yield ".".join([node.id, *parts])


def _longest(name: str, known: Collection[str]) -> str:
    """The innermost module of a dotted name; empty if it is not of this package."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name
