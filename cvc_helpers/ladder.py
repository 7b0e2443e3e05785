"""What a case needs on each rung of its data ladder, read from the queries that the rung enables.

`contract/needs/<slug>.yml` names the queries of each rung, what the rung buys, and the columns that it can do without;
which tables and columns those queries read is in their SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sqlglot
import yaml
from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from cvc_helpers import contract
from cvc_helpers.errors import CvcError
from cvc_helpers.queries import VIEWS, queries_of, read_query

FOLDER = Path(contract.__file__).parent / "needs"
RUNGS = ("minimum", "good", "best")

Columns = frozenset[tuple[str, str]]
"""Pairs of table and column."""


@dataclass(frozen=True)
class Rung:
    """What one rung of a case's data ladder takes, and what it buys.

    Attributes:
        name: `minimum`, `good` or `best`.
        buys: What the case can then answer, by language.
        queries: Names of the SQL files that it enables.
        tables: Table name to the columns that a folder must have, beyond those of the rung below.
        optional: Table name to the columns that are asked for here first, and that the rung can do without.
        one_of: Several such sets of optional columns; a folder must have one set whole.
    """

    name: str
    buys: dict[str, str]
    queries: tuple[str, ...]
    tables: dict[str, tuple[str, ...]]
    optional: dict[str, tuple[str, ...]]
    one_of: tuple[dict[str, tuple[str, ...]], ...] = ()

    def is_met(self, have: Mapping[str, Collection[str]]) -> bool:
        """Whether these tables, with these columns, are enough for the rung."""
        return _has(have, self.tables) and (not self.one_of or any(_has(have, tables) for tables in self.one_of))

    @property
    def least(self) -> dict[str, tuple[str, ...]]:
        """The least that a folder must have: the tables, and of several sets that would do, the first."""
        return _by_table(_pairs(self.tables).union(*map(_pairs, self.one_of[:1])))

    @property
    def asked(self) -> dict[str, tuple[str, ...]]:
        """Table name to all columns that this rung asks for."""
        return _by_table(_pairs(self.tables) | _pairs(self.optional))


@cache
def needs() -> dict[str, tuple[Rung, ...]]:
    """Case slug to its data ladder, lowest rung first.

    Raises:
        CvcError: E230–E233, a query or a file of needs that does not hold together.
    """
    return {path.stem: rungs(path.stem) for path in sorted(FOLDER.glob("*.yml"))}


@cache
def rungs(slug: str) -> tuple[Rung, ...]:
    """The data ladder of one case, lowest rung first; empty if it declares none."""
    path = FOLDER / f"{slug}.yml"
    if not path.exists():
        return ()
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    _check_named_once(slug, entries)
    found: list[Rung] = []
    read: Columns = frozenset()
    required: Columns = frozenset()
    for name in [name for name in RUNGS if name in entries]:
        queries = tuple(f"{slug}__{step}" for step in entries[name]["queries"])
        below, read = read, read.union(*map(columns_read, queries))
        one_of = tuple(entries[name].get("one_of", ()))
        optional = _pairs(entries[name].get("optional", {})).union(*map(_pairs, one_of))
        _check_optional(slug, name, optional - (read - required))
        adds, required = read - optional - required, read - optional
        wished = _by_table(optional - below)
        found.append(Rung(name, entries[name]["buys"], queries, _by_table(adds), wished, one_of))
    return tuple(found)


def reached(slug: str, have: Mapping[str, Collection[str]]) -> tuple[str, Rung | None]:
    """How far data reach on the ladder of a case.

    Args:
        slug: The case.
        have: Table name to the columns that are there.

    Returns:
        Name of the highest rung reached, empty for none, and the rung above it, None at the top.
    """
    name = ""
    for rung in rungs(slug):
        if not rung.is_met(have):
            return name, rung
        name = rung.name
    return name, None


def lacking(slug: str, have: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """What data lack of the top rung of a case: table to columns, none where the whole table is missing.

    Args:
        slug: The case.
        have: Table name to the columns that are there.
    """
    found: Columns = frozenset()
    for rung in rungs(slug):
        found |= frozenset() if rung.is_met(have) else _pairs(rung.least) - _pairs(have)
    return {table: columns if table in have else () for table, columns in _by_table(found).items()}


@cache
def columns_read(query: str) -> Columns:
    """Which columns of which canonical tables a query reads, through views too, and the key of each table.

    Raises:
        CvcError: E205 no such query, E230 it reads what the contract does not know, E231 its rows have no order.
    """
    read = {table for scope in _scopes(query) for table in _sources(scope).values()}
    return columns_scanned(query) | {(table, key) for table in read for key in contract.tables()[table].key}


def columns_scanned(query: str) -> Columns:
    """As `columns_read`, without keys that the rows do not depend on: what an engine takes from the files."""
    return frozenset(
        (tables[column.table], column.name)
        for scope in _scopes(query)
        for tables in [_sources(scope)]
        for column in scope.columns
        if column.table in tables
    )


def _scopes(query: str) -> list[Scope]:
    """The selects of a query, each column under the name of its table, without columns that nobody asks for."""
    tree = sqlglot.parse_one(read_query(query), read="duckdb")
    if query not in VIEWS:
        _check_order(query, tree)
    return traverse_scope(pushdown_projections(_qualified(query, tree)))


def _sources(scope: Scope) -> dict[str, str]:
    """Alias to name of the canonical tables of one select."""
    return {alias: source.name for alias, source in scope.sources.items() if isinstance(source, exp.Table)}


def _qualified(query: str, tree: exp.Expr) -> exp.Expr:
    """The query with views written out and every column under the name of its table; E230 for an unknown name."""
    tree = exp.expand(tree, _views(), dialect="duckdb")
    steps = {step.alias for step in tree.find_all(exp.CTE)}
    named = {table.name for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)}
    if unknown := sorted(named - steps - set(contract.tables())):
        raise CvcError("E230", query=query, what=", ".join(unknown))
    try:
        return qualify(tree, schema=_schema(), dialect="duckdb")
    except OptimizeError as problem:
        raise CvcError("E230", query=query, what=str(problem)) from None


@cache
def _views() -> dict[str, Any]:
    return {view: sqlglot.parse_one(read_query(view), read="duckdb") for view in VIEWS}


@cache
def _schema() -> MappingSchema:
    kinds: dict[str, object] = {
        name: {column.name: contract.SQL_TYPE[column.kind] for column in table.columns}
        for name, table in contract.tables().items()
    }
    return MappingSchema(kinds, dialect="duckdb")


def _check_order(query: str, tree: exp.Expr) -> None:
    """Refuse rows without an order, or ordered by what they do not show (E231)."""
    order = tree.args.get("order")
    by = order.expressions if order else []
    shown = set(tree.named_selects) if isinstance(tree, exp.Query) else set()
    plain = [item for item in by if isinstance(item.this, exp.Column) and not item.args.get("desc")]
    if not by or len(plain) < len(by) or not shown.issuperset(item.this.name for item in by):
        raise CvcError("E231", query=query)


def _check_named_once(slug: str, entries: Mapping[str, Any]) -> None:
    """Refuse rungs of another name (E235), and needs that do not name every query of the case exactly once (E232)."""
    if odd := sorted(set(entries) - set(RUNGS)):
        raise CvcError("E235", slug=slug, rungs=", ".join(odd), known=", ".join(RUNGS))
    named = [f"{slug}__{step}" for entry in entries.values() for step in entry["queries"]]
    known = queries_of(slug)
    if odd := sorted({query for query in [*named, *known] if named.count(query) != 1 or query not in known}):
        raise CvcError("E232", slug=slug, queries=", ".join(odd))


def _check_optional(slug: str, rung: str, odd: Columns) -> None:
    if odd:
        raise CvcError("E233", slug=slug, rung=rung, columns=", ".join(sorted(map(".".join, odd))))


def _has(have: Mapping[str, Collection[str]], tables: Mapping[str, Collection[str]]) -> bool:
    return all(set(columns) <= set(have.get(table, ())) for table, columns in tables.items())


def _pairs(tables: Mapping[str, Iterable[str]]) -> Columns:
    return frozenset((table, column) for table, columns in tables.items() for column in columns)


def _by_table(pairs: Columns) -> dict[str, tuple[str, ...]]:
    """Columns by table, in the order of the contract."""
    found = {
        name: tuple(column.name for column in table.columns if (name, column.name) in pairs)
        for name, table in contract.tables().items()
    }
    return {name: columns for name, columns in found.items() if columns}
