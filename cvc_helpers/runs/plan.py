"""Which queries a case will ask, with which values: found without any data, for the client's data team."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cvc_helpers import tables
from cvc_helpers.errors import CvcError
from cvc_helpers.runs.cases import Literal, case_path, parameters

SUFFIX = ".parquet"


def planned_queries(slug: str, given: Mapping[str, Literal]) -> dict[str, tuple[str, dict[str, Any]]]:
    """The queries of a case under these parameters: what the `question` of its method says that it asks.

    Args:
        slug: The case.
        given: Parameters that differ from the case's own.

    Returns:
        Answer name (see `tables.answer_name`) to query and values, in the order of the question.

    Raises:
        CvcError: E234 the method has no `question`, E205 or E206 it asks what no query answers, and what it refuses.
    """
    question = _question(slug)
    values = {name: parameter.default for name, parameter in parameters(case_path(slug)).items()} | dict(given)
    taken = {name: values[name] for name in inspect.signature(question).parameters if name in values}
    planned = {}
    for query in question(**taken).values():
        used = tables.query_values(query.name, query.values)
        planned[tables.answer_name(query.name, used)] = query.name, used
    return planned


def _question(slug: str) -> Callable[..., dict[str, tables.Query]]:
    """The function of a case's method that says which queries the case asks."""
    name = f"cvc_helpers.methods.{slug}"
    question = getattr(import_module(name), "question", None) if find_spec(name) else None
    if question is None:
        raise CvcError("E234", slug=slug)
    found: Callable[..., dict[str, tables.Query]] = question
    return found


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
