"""Which queries a case will ask, with which values: found without any data, for the client's data team."""

from __future__ import annotations

import ast
import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

from cvc_helpers import ladder, tables
from cvc_helpers.errors import CvcError
from cvc_helpers.runs.cases import Literal, case_path, read_notebook

SUFFIX = ".parquet"


def planned_queries(slug: str, given: Mapping[str, Literal]) -> dict[str, tuple[str, dict[str, Any]]]:
    """The queries of a case under these parameters.

    The case's statements run one by one against tables that are not there; those that need results fail and are
    passed over, those that ask a query are noted.

    Returns:
        Answer name (see `tables.answer_name`) to query and values, in the order of the case.
    """
    asked: dict[str, tuple[str, dict[str, Any]]] = {}
    cells = [cell for cell in read_notebook(case_path(slug)).cells if cell.cell_type == "code"]
    scope: dict[str, Any] = {"__name__": "case"}
    silence = io.StringIO()
    with (
        mock.patch.object(tables, "open", return_value=_Recorder(asked)),
        contextlib.redirect_stdout(silence),
        contextlib.redirect_stderr(silence),
    ):
        for cell in cells:
            tree = ast.fix_missing_locations(_Patient().visit(ast.parse(cell.source)))
            exec(compile(tree, slug, "exec"), scope)
            if "parameters" in cell.metadata.get("tags", ()):
                scope.update(given)
    return asked


class _Patient(ast.NodeTransformer):
    """Puts every plain statement into a `try` that passes over what fails."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Wrap the statements of one block, inner blocks first."""
        super().generic_visit(node)
        for name in ("body", "orelse"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                setattr(node, name, [_tried(statement) for statement in statements])
        return node


def _tried(statement: ast.stmt) -> ast.stmt:
    if not isinstance(statement, (ast.Assign, ast.AugAssign, ast.Expr, ast.For)):
        return statement
    handler = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Pass()])
    return ast.Try([statement], [handler], [], [])


class _Recorder:
    """Stands in for open tables and notes what is asked of them."""

    is_synthetic = False

    def __init__(self, asked: dict[str, tuple[str, dict[str, Any]]]) -> None:
        self._asked = asked

    def rung(self, slug: str) -> str:
        """The highest rung: every query is asked."""
        return ladder.rungs(slug)[-1].name

    def query(self, name: str, **values: Any) -> pd.DataFrame:
        """Note the query; there are no rows."""
        given = tables.query_values(name, values)
        self._asked[tables.answer_name(name, given)] = name, given
        return pd.DataFrame()


def matched_answers(slug: str, given: Mapping[str, Literal], files: Mapping[str, Path]) -> dict[str, str]:
    """Parquet answers of the client's team by answer name.

    Args:
        slug: The case.
        given: Parameters of the run; answers hold for them only.
        files: Name under which an answer came (`<query>-<values>`, or `<query>` where it is asked once) to its file.

    Raises:
        CvcError: E410 no query of that name, a query asked several times, or no such file.
    """
    if not files:
        return {}
    planned = planned_queries(slug, given)
    found = {}
    for name, path in files.items():
        fitting = [known for known, (query, _) in planned.items() if name in (known, query)]
        if len(fitting) != 1:
            known = ", ".join(fitting or planned)
            reason = "asked several times" if fitting else "not asked with these parameters"
            raise CvcError("E410", query=name, reason=f"{reason}; the names are {known}")
        if not path.is_file():
            raise CvcError("E410", query=name, reason=f"no file {path.name}")
        found[fitting[0]] = str(path.resolve())
    return found


def answers_beside(folder: Path) -> dict[str, Path]:
    """The answers in `answers/` beside the tables."""
    return {path.stem: path for path in sorted((folder / "answers").glob(f"*{SUFFIX}"))}
