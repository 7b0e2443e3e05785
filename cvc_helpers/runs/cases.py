"""Where the cases are, and which parameters each takes."""

from __future__ import annotations

import ast
import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

import cvc_helpers
from cvc_helpers.contract import check_parameters
from cvc_helpers.errors import CvcError
from cvc_helpers.wording.catalogue import FOLDER

Literal = int | float | str | bool
PACKAGE = Path(cvc_helpers.__file__).parent
BY_OPTION = ("data", "language")
"""Parameters that have an option of their own."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a case: its name and its default, whose type is the parameter's type."""

    name: str
    default: Literal

    @property
    def kind(self) -> str:
        """`int`, `float`, `str` or `bool`."""
        return type(self.default).__name__


def cases_folder() -> Path:
    """The repository's `cases/` beside the package, else the copy inside the installed package."""
    beside = PACKAGE.parent / "cases"
    is_repository = (PACKAGE.parent / "pyproject.toml").is_file() and beside.is_dir()
    return beside if is_repository else PACKAGE / "cases"


def catalogue_path(slug: str) -> Path:
    """The Chinese prose of a case: in the repository's catalogues, else beside its notebook in the package."""
    folder = cases_folder()
    return (folder if folder.parent == PACKAGE else folder.parent / FOLDER / "cases") / f"{slug}.po"


def slugs() -> list[str]:
    """Names of all executed cases."""
    return sorted(path.stem for path in cases_folder().glob("*.ipynb"))


def case_path(slug: str) -> Path:
    """The notebook of a case; E311 if there is none."""
    path = cases_folder() / f"{slug}.ipynb"
    if slug not in slugs():
        raise CvcError("E311", case=slug, known=", ".join(slugs()) or "–")
    return path


def read_notebook(path: Path) -> Any:
    """A notebook from disk."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types


def parameters(notebook: Path) -> dict[str, Parameter]:
    """The parameters of a notebook, in the order of its parameters cell, the one that papermill reads."""
    cells = read_notebook(notebook).cells
    found: dict[str, Parameter] = {}
    for cell in cells:
        if "parameters" not in cell.metadata.get("tags", ()):
            continue
        for statement in ast.parse(cell.source).body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                name, value = statement.targets[0].id, ast.literal_eval(statement.value)
                found[name] = Parameter(name, value)
    return found


def parsed(settings: list[str], known: Mapping[str, Parameter], case: str) -> dict[str, Literal]:
    """`name=value` texts as checked values; the declared type alone decides how a text is read.

    Raises:
        CvcError: E401 unknown name, E402 a value of another type, E411 no `=`, E220–E227 a value out of its range.
    """
    given: dict[str, Literal] = {}
    for setting in settings:
        name, sign, text = setting.partition("=")
        if not sign:
            raise CvcError("E411", given=setting, form="--set name=value")
        if name.strip() in given:
            raise CvcError("E411", given=setting, form=f"--set {name.strip()}=… once")
        given[name.strip()] = text
    _refuse_unknown(given, known, case)
    return _within_range({name: _read(str(text), known[name]) for name, text in given.items()}, known, case)


def checked(given: Mapping[str, Literal], known: Mapping[str, Parameter], case: str) -> dict[str, Literal]:
    """Typed values; refused: an unknown name (E401), another type (E402), a value out of its range (E220–E227)."""
    _refuse_unknown(given, known, case)
    for name, value in given.items():
        expected = type(known[name].default)
        if type(value) is not expected and not (expected is float and type(value) is int):
            raise _ill_typed(known[name], repr(value))
    return _within_range(given, known, case)


def _within_range(given: Mapping[str, Literal], known: Mapping[str, Parameter], case: str) -> dict[str, Literal]:
    """The values as they are, after a check that the case may be run with them and its other defaults."""
    check_parameters(case, {**{name: parameter.default for name, parameter in known.items()}, **given})
    return dict(given)


def _refuse_unknown(given: Mapping[str, Literal], known: Mapping[str, Parameter], case: str) -> None:
    names = [name for name in known if name not in BY_OPTION]
    for name in given:
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            near = f" ({close[0]}?)" if close else f" (--{name})" if name in BY_OPTION else ""
            raise CvcError("E401", case=case, name=name, near=near, known=", ".join(names))


def _read(text: str, parameter: Parameter) -> Literal:
    """One text in the parameter's type."""
    if parameter.kind == "str":
        return text
    if parameter.kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if parameter.kind == "int" and re.fullmatch(r"[+-]?[0-9]+", text.strip()):
        return int(text)
    if parameter.kind == "float" and re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text.strip()):
        number = float(text)
        if math.isfinite(number):
            return number
    raise _ill_typed(parameter, text)


def _ill_typed(parameter: Parameter, seen: str) -> CvcError:
    return CvcError("E402", name=parameter.name, kind=parameter.kind, default=parameter.default, seen=seen[:40])
