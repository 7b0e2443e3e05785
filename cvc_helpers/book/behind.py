"""What stands behind the numbers of a case: the helpers that its cells reach, and what those read by name."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import jupytext
import sqlglot
import yaml
from sqlglot import exp
from sqlglot.errors import SqlglotError

from cvc_helpers.book.imports import PACKAGE, modules, named_modules, with_packages
from cvc_helpers.errors import CvcError

ROOMS = (f"{PACKAGE}.methods.", f"{PACKAGE}.charts.")
"""Where the code of a subject lives: a query or table that it names is one that the case reads."""


class Behind(NamedTuple):
    """What a case depends on.

    Attributes:
        files: Helpers: modules, queries, wordings, needs and ranges of parameters, sorted.
        tables: Canonical tables whose rows it may read.
    """

    files: list[Path]
    tables: set[str]


def behind(root: Path, slug: str) -> Behind:
    """All that one case's stored outputs depend on, read from the text of its cells and helpers.

    What the house finds by name (the charts, methods, tables, queries and wording of another subject) is left out, so
    that a new column makes no other case older.

    Args:
        root: Top of the repository.
        slug: Name of the case.
    """
    known = modules(root)
    cells = case_code(root / "cases" / f"{slug}.md")
    reached = _reached(named_modules(cells, known), known)
    own = {slug} | _texts([cells, *(_tree(known[name]) for name in reached if name.startswith(ROOMS))])
    own |= _needs(root / PACKAGE / "contract" / "needs" / f"{slug}.yml")
    queries = _queries(root / PACKAGE / "queries", slug, own)
    tables = _tables(root, own, queries)
    reached |= _reached({f"{PACKAGE}.contract.{table}" for table in tables}, known)
    named = own | _texts([_tree(known[name]) for name in reached])
    files = [*(known[name] for name in reached), *queries.values(), *_read_by_name(root, slug, named)]
    return Behind(sorted(files), tables)


def case_code(text: Path) -> ast.Module:
    """The code cells of a case as one module; a cell that is no Python is left out, its run will say so."""
    cells = [cell.source for cell in jupytext.read(text).cells if cell.cell_type == "code"]
    return ast.Module([statement for source in cells for statement in _statements(source)], [])


def tables_read(query: Path) -> set[str]:
    """Tables and views that a query names, without its own `with` steps; E314 if it is no SQL."""
    try:
        tree = sqlglot.parse_one(query.read_text(encoding="utf-8"), read="duckdb")
    except SqlglotError as error:
        raise CvcError("E314", query=query.name, message=str(error).splitlines()[0]) from error
    steps = {step.alias for step in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table)} - steps


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


def _reached(names: Collection[str], known: Mapping[str, Path]) -> set[str]:
    """The modules, their packages, and everything that these import in turn."""
    found: set[str] = set()
    waiting = with_packages(names) & set(known)
    while waiting:
        name = waiting.pop()
        found.add(name)
        path = known[name]
        package = name if path.stem == "__init__" else name.rpartition(".")[0]
        waiting |= (with_packages(named_modules(_tree(path), known, package)) & set(known)) - found
    return found


def _queries(folder: Path, slug: str, named: Collection[str]) -> dict[str, Path]:
    """The queries of a case, those that its code names, and the views that they read."""
    known = {path.stem: path for path in folder.glob("*.sql")}
    waiting = {name for name in known if name.startswith(f"{slug}__") or name in named}
    found: dict[str, Path] = {}
    while waiting:
        name = waiting.pop()
        found[name] = known[name]
        waiting |= (tables_read(known[name]) & set(known)) - set(found)
    return found


def _tables(root: Path, named: Collection[str], queries: Mapping[str, Path]) -> set[str]:
    """Canonical tables that the queries read, or that the code or the needs name (`"policy.channel"`)."""
    known = {path.stem for path in (root / PACKAGE / "contract").glob("*.py")}
    found = {text.split(".")[0] for text in named}
    for path in queries.values():
        found |= tables_read(path)
    return found & known


def _needs(path: Path) -> set[str]:
    """All that a data ladder names: tables, columns, queries."""
    found: set[str] = set()
    waiting = [yaml.safe_load(path.read_text(encoding="utf-8"))] if path.exists() else []
    while waiting:
        item = waiting.pop()
        waiting += [*item, *item.values()] if isinstance(item, dict) else item if isinstance(item, list) else []
        found |= {item} if isinstance(item, str) else set()
    return found


def _read_by_name(root: Path, slug: str, named: Collection[str]) -> list[Path]:
    """Wordings that code names (`"findings.…"`), and what the case needs and takes."""
    package = root / PACKAGE
    subjects = {text.split(".")[0] for text in named}
    wordings = [path for path in (package / "wording").glob("*.yml") if path.stem in subjects]
    declared = [package / "contract" / folder / f"{slug}.yml" for folder in ("needs", "parameters")]
    return [*wordings, *(path for path in declared if path.exists())]


def _texts(trees: Collection[ast.AST]) -> set[str]:
    """Every text that the code holds, the fixed parts of f-strings included."""
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _tree(path: Path) -> ast.Module:
    return _parsed(path.read_text(encoding="utf-8"))


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)
