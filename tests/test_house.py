"""The house rules of the design, checked once for everything."""

from __future__ import annotations

import ast
import inspect
import string
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import jupytext
import pytest
import yaml

from cvc_helpers.errors import catalogue
from cvc_helpers.wording import wordings
from tests.conftest import ROOT

PACKAGE = ROOT / "cvc_helpers"
CASES = sorted((ROOT / "cases").glob("*.md"))
MODULES = sorted(PACKAGE.rglob("*.py"))
HEADINGS = ["The data", "The method", "The finding", "On Monday"]
WITHOUT_OWN_COLUMN = {"one_branch"}
TOP_LEVEL = {
    *("book", "cases", "cvc_helpers", "data", "tests", "locks", ".ci", ".github"),
    *("_config.yml", "_toc.yml", "README.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "pyproject.toml"),
    *(".gitignore", ".gitattributes", ".pre-commit-config.yaml"),
    *("MANIFEST.in", "setup.py"),  # put the executed cases into the wheel
}

# From the face of the house down to its ground; an import points down, or stays within one room.
FLOORS = [
    ("__main__",),
    ("cli",),
    ("book",),
    ("runs",),
    ("intake",),
    ("synthetic",),
    ("charts", "figures"),
    ("methods",),
    ("release", "web"),
    ("render",),
    ("cards",),
    ("findings",),
    ("tables",),
    ("spark",),
    ("ladder",),
    ("queries",),
    ("contract",),
    ("vocabulary",),
    ("wording",),
    ("rounding",),
    ("errors",),
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

each_case = pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())


def code_cells(case: Path) -> list[str]:
    return [cell.source for cell in jupytext.read(case).cells if cell.cell_type == "code"]


def headings(case: Path) -> list[str]:
    text = "\n".join(cell.source for cell in jupytext.read(case).cells if cell.cell_type == "markdown")
    return [line for line in text.splitlines() if line.startswith("#")]


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported_rooms(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "cvc_helpers" and len(parts) > 1 and parts[1] in FLOOR:
                yield parts[1]


@each_case
def test_chapter_case_method_chart_wording_and_test_share_one_name(case: Path) -> None:
    if case.stem in WITHOUT_OWN_COLUMN:
        return
    columns = (
        "book/{}.md", "cases/{}.ipynb", "cvc_helpers/methods/{}.py", "cvc_helpers/charts/{}.py",
        "cvc_helpers/wording/{}.yml", "cvc_helpers/contract/needs/{}.yml", "cvc_helpers/contract/parameters/{}.yml",
        "tests/methods/test_{}.py",
    )  # fmt: skip
    missing = [path for column in columns if not (ROOT / (path := column.format(case.stem))).exists()]
    assert not missing


@each_case
def test_cells_are_short_and_define_nothing(case: Path) -> None:
    for source in code_cells(case):
        assert len(source.splitlines()) <= 12, source
        forbidden = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try)
        assert not any(isinstance(node, forbidden) for node in ast.walk(ast.parse(source))), source


@each_case
def test_headings_are_the_five_of_the_house(case: Path) -> None:
    found = headings(case)
    assert found[0].startswith("# ")
    assert found[1:] == [f"## {name}" for name in HEADINGS]


@each_case
def test_parameters_are_plain_literals(case: Path) -> None:
    cells = jupytext.read(case).cells
    [parameters] = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    for statement in ast.parse(parameters).body:
        assert isinstance(statement, ast.Assign)
        assert isinstance(ast.literal_eval(statement.value), (int, float, str, bool))


@each_case
def test_no_tex_in_a_case(case: Path) -> None:
    cells = jupytext.read(case).cells
    assert not [cell.source for cell in cells if cell.cell_type == "markdown" and "$" in cell.source]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", sorted(wordings()))
def test_every_wording_has_its_twin_with_the_same_placeholders(key: str) -> None:
    texts = wordings()[key]
    assert set(texts) == {"en", "zh"}, "a wording needs an `en` and a `zh` text"
    assert placeholders(texts["en"]) == placeholders(texts["zh"])


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_error_speaks_both_languages_and_names_an_exit_code(code: str) -> None:
    entry = catalogue()[code]
    assert set(entry) == {"exit", "en", "zh"}
    assert entry["exit"] in (1, 2, 3, 4)
    assert placeholders(entry["en"]) == placeholders(entry["zh"])


def test_no_error_is_raised_without_a_text() -> None:
    used = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "CvcError" and node.args:
                used |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    assert used <= set(catalogue())


@each_module
def test_imports_point_down_the_house(module: Path) -> None:
    here = room(module)
    if here == "__init__":
        return
    assert here in FLOOR, f"say in tests/test_house.py on which floor {here} stands"
    wrong = [found for found in imported_rooms(module) if found != here and FLOOR[found] <= FLOOR[here]]
    assert not wrong, f"{here} may not import {wrong}"


@each_module
def test_functions_are_short(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        documented = ast.get_docstring(node) is not None
        body = node.body[1:] if documented else node.body
        length = body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]
        assert length <= 25, f"{node.name} has {length} lines; name its steps"


@each_module
def test_public_functions_are_documented(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_")]
    functions = [node for body in bodies for node in body if isinstance(node, ast.FunctionDef)]
    bare = [node.name for node in functions if node.name[0] != "_" and not ast.get_docstring(node)]
    assert not bare, f"{bare} need a docstring"


def test_the_toc_names_every_chapter_and_case() -> None:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    found = {toc["root"]}
    waiting = [*toc["parts"]]
    while waiting:
        entry = waiting.pop()
        found |= {entry["file"].removesuffix(".ipynb")} if "file" in entry else set()
        waiting += entry.get("chapters", []) + entry.get("sections", [])
    sources = [*(ROOT / "book").glob("*.md"), *(ROOT / "cases").glob("*.md")]
    assert found == {path.relative_to(ROOT).with_suffix("").as_posix() for path in sources}


@each_case
def test_every_parameter_has_a_label(case: Path) -> None:
    from cvc_helpers.runs import cases
    from cvc_helpers.wording import wordings

    asked = set(cases.parameters(cases.case_path(case.stem))) - {"data", "language"}
    known = wordings()
    rooms = (case.stem, "runs")
    assert [name for name in sorted(asked) if not any(f"{room}.parameter_{name}" in known for room in rooms)] == []


def test_the_renderer_knows_the_mime_types_that_cases_emit() -> None:
    mime, release = (import_module(f"cvc_helpers.{name}") for name in ("book.mime", "release"))
    charts, findings = (import_module(f"cvc_helpers.{name}") for name in ("charts", "findings"))
    assert set(mime.RENDERERS) == {release.MIME, charts.MIME, findings.MIME}


def test_the_top_level_stays_small() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert {Path(name).parts[0] for name in listed} <= TOP_LEVEL


def test_vega_bundle_is_one_script_that_closes() -> None:
    from cvc_helpers import web

    bundle = web.vega_bundle()
    assert bundle.startswith("(()=>{")
    assert bundle.rstrip().endswith("})();")
    assert "window.vegaEmbed" in bundle
    assert inspect.getdoc(web.vega_bundle)
