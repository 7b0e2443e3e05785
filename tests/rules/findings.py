"""Rules of what a case decides: checked parameters, one primary decision, shown in the chapter, refusals in words."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from tests.rules.tree import FINDING, cases, cells, columns, entries, here, outputs, parsed, read, tree_of


def unchecked_parameters(root: Path) -> list[str]:
    """Cases that run with parameters which nobody has looked at."""
    return [
        f"cases/{slug}.md: no cell checks the parameters; open the tables by `tables.open(data, "
        f'asked=contract.check_parameters("{slug}", vars()))`'
        for slug in cases(root)
        if not any(_checks(cell.source, slug) for _, cell in cells(root, slug, "code"))
    ]


def _checks(source: str, slug: str) -> bool:
    calls = (node for node in ast.walk(parsed(source)) if isinstance(node, ast.Call))
    return any(ast.unparse(call).endswith(f"check_parameters('{slug}', vars())") for call in calls)


def findings(root: Path, slug: str) -> list[dict[str, Any]]:
    """The findings that a stored case shows."""
    return [output["data"][FINDING]["finding"] for output in outputs(root, slug) if FINDING in output.get("data", {})]


def executed(root: Path) -> list[str]:
    """Columns whose case has a stored notebook; that the others lack one, another rule says."""
    return [slug for slug in columns(root) if (root / "cases" / f"{slug}.ipynb").exists()]


def chapter(root: Path, slug: str) -> str:
    """The text of a chapter; empty where there is none yet."""
    path = root / "book" / f"{slug}.md"
    return read(path) if path.exists() else ""


def not_one_primary_decision(root: Path) -> list[str]:
    """Columns whose case names no primary decision, or several."""
    found = []
    for slug in executed(root):
        named = [finding["key"] for finding in findings(root, slug) if finding.get("is_primary")]
        if len(named) != 1:
            found.append(
                f"cases/{slug}.ipynb names {len(named)} primary decisions {named}: build one finding with "
                'kind="decision", money=…, is_primary=True'
            )
    return found


def primary_not_in_chapter(root: Path) -> list[str]:
    """Chapters that do not show the decision of their case."""
    return [
        f"book/{slug}.md does not show {finding['key']}, which its case decides: add {{shown}} {finding['key']}"
        for slug in executed(root)
        for finding in findings(root, slug)
        if finding.get("is_primary") and f"{{shown}} {finding['key']}\n" not in chapter(root, slug)
    ]


def refusals_without_words(root: Path) -> list[str]:
    """Reasons for a refusal that the wording of the column does not have."""
    return [
        f"{here(root, path)} refuses for '{reason}': add refused_{reason} (en, zh: why, and what to ask for) to "
        f"cvc_helpers/wording/{slug}.yml"
        for path in sorted((root / "cvc_helpers" / "methods").glob("*.py"))
        for slug in [path.stem.split("__")[0]]
        for reason in sorted(_reasons(tree_of(read(path))))
        if f"refused_{reason}" not in entries(root / "cvc_helpers" / "wording" / f"{slug}.yml")
    ]


def _reasons(tree: ast.Module) -> set[str]:
    """Texts after `reason=` in calls of `Finding.refused`."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    given = [word.value for call in calls if ast.unparse(call.func) == "Finding.refused"
             for word in call.keywords if word.arg == "reason"]  # fmt: skip
    return {node.value for value in given for node in ast.walk(value)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "_" in node.value}  # fmt: skip
