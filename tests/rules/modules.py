"""Rules of how a module is written: short, documented, its exceptions explained, its errors in the catalogue."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.rules.tree import entries, here, modules, read, tree_of

MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 25
EXCEPTION = re.compile(r"#\s*(type:\s*ignore|noqa)(\[[^]]*\]|:\s*[A-Z0-9, ]*[A-Z0-9])?")
NOT_RUN = {"skip", "skipif", "xfail", "importorskip"}


def long_modules(root: Path) -> list[str]:
    """Modules of more than 400 lines."""
    lengths = {path: len(read(path).splitlines()) for path in modules(root)}
    return [
        f"{here(root, path)}: {length} lines, at most {MOST_LINES_OF_A_MODULE}; give a part of it a module of its own"
        for path, length in lengths.items()
        if length > MOST_LINES_OF_A_MODULE
    ]


def long_functions(root: Path) -> list[str]:
    """Functions whose body has more than 25 lines."""
    return [
        f"{here(root, path)}: {node.name} has {length} lines, at most {MOST_LINES_OF_A_FUNCTION}; name its steps"
        for path in modules(root)
        for node in ast.walk(tree_of(read(path)))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (length := _body_lines(node)) > MOST_LINES_OF_A_FUNCTION
    ]


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def undocumented_functions(root: Path) -> list[str]:
    """Public functions and methods without a docstring."""
    found = []
    for path in modules(root):
        tree = tree_of(read(path))
        bodies = [
            tree.body,
            *(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"),
        ]
        functions = [node for body in bodies for node in body if isinstance(node, ast.FunctionDef)]
        bare = [node.name for node in functions if node.name[0] != "_" and not ast.get_docstring(node)]
        found += [f"{here(root, path)}: {name} needs a docstring: what goes in, what comes out" for name in bare]
    return found


def errors_without_a_text(root: Path) -> list[str]:
    """Codes that are raised and stand in no `errors/*.yml`."""
    known = {code for path in (root / "cvc_helpers" / "errors").glob("*.yml") for code in entries(path)}
    return [
        f"{here(root, path)}:{node.lineno}: {code} has no text; add it, in both languages, to cvc_helpers/errors/*.yml"
        for path in modules(root)
        for node in ast.walk(tree_of(read(path)))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "CvcError" and node.args
        for code in [getattr(node.args[0], "value", None)]
        if isinstance(code, str) and code not in known
    ]


def unexplained_exceptions(root: Path) -> list[str]:
    """`type: ignore`, `noqa`, skips and expected failures without a reason in a comment beside them."""
    found = []
    for path in [*modules(root), *sorted((root / "tests").rglob("*.py"))]:
        source = read(path)
        comments = dict(_comments(source))
        for line, what in [*_ignored(comments), *_not_run(source)]:
            if not any(_is_reason(comments.get(number, "")) for number in (line, line - 1)):
                found.append(f"{here(root, path)}:{line}: {what}: say why in a comment beside it, or do without")
    return found


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _ignored(comments: dict[int, str]) -> Iterator[tuple[int, str]]:
    for line, comment in comments.items():
        if marked := EXCEPTION.search(comment):
            yield line, marked.group(1)


def _not_run(source: str) -> Iterator[tuple[int, str]]:
    """Places where pytest is told to leave a test out."""
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Attribute) and node.attr in NOT_RUN and "pytest" in ast.unparse(node):
            yield node.lineno, node.attr


def _is_reason(comment: str) -> bool:
    """Whether a comment says more than which check is left out; `fmt:` is no reason."""
    words = EXCEPTION.sub("", comment).strip("# -–:")
    return len(words.split()) >= 3 and not words.startswith("fmt")
