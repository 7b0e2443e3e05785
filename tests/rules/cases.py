"""Rules of how a case is written: short cells, five headings, plain parameters with labels."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.rules.tree import cases, cells, entries, parsed
from tests.rules.wording import LANGUAGES

HEADINGS = ["The data", "The method", "The finding", "On Monday"]
MOST_LINES_OF_A_CELL = 12
BY_OPTION = {"data", "language"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try)


def long_cells(root: Path) -> list[str]:
    """Cells of more than twelve lines; papermill reads one cell of parameters only, so that one may have more."""
    return [
        f"cases/{slug}.md: cell {number} has {length} lines, at most {MOST_LINES_OF_A_CELL}; let a function of "
        f"cvc_helpers/methods/{slug}.py do it, or cut it in two"
        for slug in cases(root)
        for number, cell in cells(root, slug, "code")
        if (length := len(cell.source.splitlines())) > MOST_LINES_OF_A_CELL
        and "parameters" not in cell.metadata.get("tags", [])
    ]


def cells_that_define(root: Path) -> list[str]:
    """Cells with a function, a class or a `try`."""
    return [
        f"cases/{slug}.md: cell {number} defines or tries something; move it to cvc_helpers/methods/{slug}.py"
        for slug in cases(root)
        for number, cell in cells(root, slug, "code")
        if any(isinstance(node, DEFINITIONS) for node in ast.walk(parsed(cell.source)))
    ]


def unlike_headings(root: Path) -> list[str]:
    """Cases whose headings are not one question and the four of the house."""
    wanted = [f"## {name}" for name in HEADINGS]
    found = []
    for slug in cases(root):
        text = "\n".join(cell.source for _, cell in cells(root, slug, "markdown"))
        lines = [line for line in text.splitlines() if line.startswith("#")]
        if not lines or not lines[0].startswith("# ") or lines[1:] != wanted:
            found.append(f"cases/{slug}.md: the headings are one `#` question, then {', '.join(wanted)}")
    return found


def parameters(root: Path, slug: str) -> list[ast.stmt]:
    """Statements of the cell that is tagged `parameters`."""
    tagged = [cell for _, cell in cells(root, slug, "code") if "parameters" in cell.metadata.get("tags", [])]
    return [statement for cell in tagged for statement in parsed(cell.source).body]


def parameters_that_are_no_literals(root: Path) -> list[str]:
    """Parameters that are computed, annotated, or no number, text or truth value."""
    return [
        f"cases/{slug}.md: `{ast.unparse(statement)}`: a parameter is a name = a plain number, text, True or False"
        for slug in cases(root)
        for statement in parameters(root, slug)
        if not _is_plain(statement)
    ]


def _is_plain(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return False
    try:
        return isinstance(ast.literal_eval(statement.value), (int, float, str, bool))
    except ValueError:
        return False


def parameters_without_a_label(root: Path) -> list[str]:
    """Parameters that a report could not name, in one language or both."""
    found = []
    for slug in cases(root):
        names = [target.id for one in parameters(root, slug) if isinstance(one, ast.Assign)
                 for target in one.targets if isinstance(target, ast.Name)]  # fmt: skip
        known = {**_labels(root, "runs"), **_labels(root, slug)}
        found += [
            f"cases/{slug}.md: {name} has no label; add parameter_{name} (en, zh) to cvc_helpers/wording/{slug}.yml"
            for name in names
            if name not in BY_OPTION and not all(known.get(f"parameter_{name}", {}).get(one) for one in LANGUAGES)
        ]
    return found


def _labels(root: Path, stem: str) -> dict[str, dict[str, str]]:
    return entries(root / "cvc_helpers" / "wording" / f"{stem}.yml")


def cases_with_tex(root: Path) -> list[str]:
    """Formulas in cases, which a report cannot show."""
    return [
        f"cases/{slug}.md: cell {number} holds a dollar sign; a formula belongs in book/{slug}.md"
        for slug in cases(root)
        for number, cell in cells(root, slug, "markdown")
        if "$" in cell.source
    ]
