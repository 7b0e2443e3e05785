"""The mistakes that are easily made in a column: each is refused, and told what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest

from cvc_helpers.book import fresh
from tests.rules import RULES, Rule, cases, columns, findings, imports, modules, prose, wording
from tests.rules.tree import FINDING, GLUE
from tests.small_tree import QUOTING, SHOWING, edit_notebook, replace

Change = Callable[[Path], object]
CASE, METHOD, TEXTS = "cases/toy.md", "cvc_helpers/methods/toy.py", "cvc_helpers/wording/toy.yml"
NEEDS, QUERY, CHAPTER = "cvc_helpers/contract/needs/toy.yml", "cvc_helpers/queries/toy__rows.sql", "book/toy.md"
FRAME = nbformat.v4.new_output("execute_result", {"text/plain": "0  C1", "text/html": "<table></table>"})
ERROR = nbformat.v4.new_output("error", ename="ValueError", evalue="x", traceback=[])
SECOND = nbformat.v4.new_output("display_data", {FINDING: {"finding": {"key": "toy.second", "is_primary": True}}})
UNPLANTED = nbformat.v4.new_output("display_data", {FINDING: {"finding": {"key": "toy.other"}}})


class Mistake(NamedTuple):
    """What somebody does, who notices, and what the message says: what, where, what to do."""

    change: Change
    noticed_by: Rule
    says: tuple[str, ...]


def fit_to_publish(root: Path) -> list[str]:
    """What `make check` and `make book` say of the cases."""
    return [str(refusal) for slug in fresh.slugs(root) for refusal in fresh.check_case(root, slug)]


def edit(name: str, old: str, new: str) -> Change:
    return lambda tree: replace(tree / name, old, new)


def add(name: str, text: str) -> Change:
    """Write a file, or add to one."""

    def change(tree: Path) -> None:
        (tree / name).parent.mkdir(exist_ok=True)
        with (tree / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return change


def remove(name: str) -> Change:
    return lambda tree: (tree / name).unlink()


def stored(place: int, change: Callable[[Any], object]) -> Change:
    """Edit one cell of the stored notebook."""
    return lambda tree: edit_notebook(tree / "cases/toy.ipynb", lambda notebook: change(notebook.cells[place]))


MISTAKES = {
    "stale helper": Mistake(
        edit("cvc_helpers/rounding.py", "DIGITS = 6", "DIGITS = 5"), fit_to_publish, ("helpers", "Run `make cases`")
    ),
    "stale data": Mistake(
        edit("data/chengyue/truth.json", "1.0", "2.0"), fit_to_publish, ("other data", "Run `make cases`")
    ),
    "unsynced pair": Mistake(edit(CASE, "worth / 3", "worth / 4"), fit_to_publish, ("cell 4", "run `make cases`")),
    "unexecuted cell": Mistake(
        stored(QUOTING, lambda cell: cell.update(execution_count=None)), fit_to_publish, ("cell 4", "Run `make cases`")
    ),
    "stored error": Mistake(
        stored(QUOTING, lambda cell: cell.outputs.append(ERROR)),
        fit_to_publish,
        ("ValueError", "then run `make cases`"),
    ),
    "forged stored number": Mistake(
        stored(QUOTING, lambda cell: cell.outputs[0].data.update({GLUE: "'0.9'"})),
        fit_to_publish,
        ("cell 4", "nobody computed", "run it again"),
    ),
    "raw frame shown": Mistake(
        stored(SHOWING, lambda cell: cell.outputs.append(FRAME)),
        fit_to_publish,
        ("cell 6", "text/html", "release.table"),
    ),
    "missing Chinese": Mistake(
        edit(TEXTS, ', zh: "门槛"', ""), wording.missing_languages, ("toy.yml: parameter_worth", "no Chinese", "add it")
    ),
    "empty Chinese": Mistake(
        edit(TEXTS, "门槛", " \u3000 "), wording.missing_languages, ("toy.yml: parameter_worth", "no Chinese", "add it")
    ),
    "title without neutral twin": Mistake(
        edit(TEXTS, "chart.answer_title_else", "chart.other"),
        wording.titles_without_a_neutral_twin,
        ("toy.yml: chart.answer_title", "add chart.answer_title_else"),
    ),
    "unknown quote": Mistake(
        edit(CHAPTER, "toy.number", "toy.nomber"),
        prose.unknown_quotes,
        ("book/toy.md", "toy.nomber", "correct the key"),
    ),
    "number typed in prose": Mistake(
        edit(CHAPTER, "nearly a third", "0.333333"),
        prose.typed_numbers,
        ("book/toy.md:3", "0.333333", "quote {computed}`toy.number`"),
    ),
    "long cell": Mistake(
        edit(CASE, "number = str", "number = 1\n" * 12 + "number = str"),
        cases.long_cells,
        ("cell 4", "at most 12", "methods"),
    ),
    "unlabelled parameter": Mistake(
        edit(CASE, "worth = 1.0", "worth = 1.0\nweeks = 4"),
        cases.parameters_without_a_label,
        ("weeks has no label", "add parameter_weeks"),
    ),
    "parameters that nobody checks": Mistake(
        edit(CASE, 'contract.check_parameters("toy", vars())\n', ""),
        findings.unchecked_parameters,
        ("cases/toy.md", "asked=contract.check_parameters"),
    ),
    "two primary decisions": Mistake(
        stored(SHOWING, lambda cell: cell.outputs.append(SECOND)),
        findings.not_one_primary_decision,
        ("2 primary decisions", "is_primary=True"),
    ),
    "a decision that the chapter does not show": Mistake(
        stored(SHOWING, lambda cell: cell.outputs.append(SECOND)),
        findings.primary_not_in_chapter,
        ("book/toy.md", "add {shown} toy.second"),
    ),
    "a refusal without words": Mistake(
        add(METHOD, "Finding.refused(key='toy.answer', reason='no_rows')\n"),
        findings.refusals_without_words,
        ("no_rows", "what to ask for"),
    ),
    "missing parameter set": Mistake(
        remove("tests/parameters/toy.yml"), columns.missing_parameter_sets, ("tests/parameters/toy.yml", "list those")
    ),
    "broken toc": Mistake(
        edit("_toc.yml", "cases/toy.ipynb", "cases/tyo.ipynb"), columns.unlike_toc, ("lacks cases/toy", "name it")
    ),
    "unknown column in needs": Mistake(
        edit(NEEDS, "[birth_year]", "[birth_place]"),
        columns.unfit_ladders,
        ("E233", "needs/toy.yml", "customer.birth_place", "correct the names"),
    ),
    "query that reads what no contract knows": Mistake(
        edit(QUERY, "birth_year", "birth_place"),
        columns.unfit_ladders,
        ("E230", "toy__rows", "birth_place", "declare it in cvc_helpers/contract/<table>.py"),
    ),
    "query that the needs omit": Mistake(
        add("cvc_helpers/queries/toy__more.sql", "select policy_id from policy order by policy_id\n"),
        columns.unfit_ladders,
        ("E232", "needs/toy.yml", "toy__more", "name every query"),
    ),
    "query without order by": Mistake(
        edit(QUERY, " order by customer_id", ""), columns.unfit_ladders, ("E231", "toy__rows", "Order by the key")
    ),
    "no designs file": Mistake(
        remove("tests/methods/designs_toy.py"),
        columns.missing_files,
        ("tests/methods/designs_toy.py", "CONTRIBUTING.md"),
    ),
    "no planted truth": Mistake(
        stored(SHOWING, lambda cell: cell.outputs.append(UNPLANTED)),
        columns.unplanted_findings,
        ("toy.other", "planted()", "synthetic/planted/toy.py"),
    ),
    "no row in the truth table": Mistake(
        edit("book/truth/toy.csv", "toy: plain", "toy: other"),
        columns.unscored_designs,
        ("toy: plain", "make truth COLUMN=toy"),
    ),
    "circle of imports": Mistake(
        add("cvc_helpers/methods/toy_steps.py", "def steps():\n    from cvc_helpers.methods import toy\n"),
        imports.circles,
        ("methods.toy_steps -> cvc_helpers.methods.toy ->", "a module of its own"),
    ),
    "arrow up": Mistake(
        add("cvc_helpers/wording/__init__.py", "from cvc_helpers import tables\n"),
        imports.arrows_up,
        ("cvc_helpers.wording imports cvc_helpers.tables", "move what both need down"),
    ),
    "method that imports a method": Mistake(
        add(METHOD, "from cvc_helpers.methods import customer_value\n"),
        imports.rooms_that_import_rooms,
        ("methods.toy imports cvc_helpers.methods.customer_value", "move it to cvc_helpers/estimators"),
    ),
    "method that speaks": Mistake(
        add(METHOD, "from cvc_helpers.wording import say\n"),
        imports.forbidden_neighbours,
        ("know no wording", "let the"),
    ),
    "estimator of insurance": Mistake(
        add("cvc_helpers/estimators/toy.py", "def mean(rows, customer_id): ...\n"),
        imports.words_of_insurance,
        ("estimators/toy.py:1: customer", "name what the argument is"),
    ),
    "long module": Mistake(add(METHOD, "x = 1\n" * 400), modules.long_modules, ("toy.py: 402 lines", "at most 400")),
    "long function": Mistake(
        add(METHOD, "def long():\n" + "    x = 1\n" * 26),
        modules.long_functions,
        ("long has 26 lines", "name its steps"),
    ),
    "undocumented function": Mistake(
        add(METHOD, "def bare(): ...\n"), modules.undocumented_functions, ("bare needs a docstring", "what goes in")
    ),
    "error without a text": Mistake(
        add(METHOD, "raise CvcError('E999')\n"), modules.errors_without_a_text, ("E999 has no text", "both languages")
    ),
    "skip without a reason": Mistake(
        add("tests/methods/test_toy.py", "import pytest\npytest.skip('later')\n"),
        modules.unexplained_exceptions,
        ("test_toy.py:2: skip", "say why in a comment"),
    ),
    "unexplained ignore": Mistake(
        add(METHOD, "x = 1  # type: ignore[misc]\n"), modules.unexplained_exceptions, ("type: ignore", "say why")
    ),
    "other placeholders": Mistake(
        edit(TEXTS, '"Worth"', '"Worth {value}"'), wording.unlike_placeholders, ("{value}", "say it in both")
    ),
    "error without an exit code": Mistake(
        add("cvc_helpers/errors/toy.yml", "E399: {en: Wrong., zh: 错。}\n"),
        wording.errors_without_an_exit_code,
        ("errors/toy.yml: E399", "an error has exit"),
    ),
    "a formula in a case": Mistake(
        edit(CASE, "## On Monday", "## On Monday\n\n$x$"), cases.cases_with_tex, ("cases/toy.md", "book/toy.md")
    ),
    "a heading of one's own": Mistake(
        edit(CASE, "## On Monday", "## Next steps"), cases.unlike_headings, ("cases/toy.md", "## On Monday")
    ),
    "a computed parameter": Mistake(
        edit(CASE, "worth = 1.0", "worth = 1.0 * 2"),
        cases.parameters_that_are_no_literals,
        ("`worth = 1.0 * 2`", "plain"),
    ),
    "a function in a case": Mistake(
        edit(CASE, "number = str", "def f(): ...\nnumber = str"), cases.cells_that_define, ("cell 4", "move it to")
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_is_refused_and_told_what_to_do(tree: Path, mistake: Mistake) -> None:
    before = mistake.noticed_by(tree)
    mistake.change(tree)
    new = [message for message in mistake.noticed_by(tree) if message not in before]
    assert any(all(words in message for words in mistake.says) for message in new), new


def test_every_rule_notices_its_mistake() -> None:
    assert {mistake.noticed_by for mistake in MISTAKES.values()} == {*RULES, fit_to_publish}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_small_column_breaks_no_rule(tree: Path, rule: Rule) -> None:
    assert not [message for message in rule(tree) if "toy" in message]


def test_a_number_of_another_case_may_stand_on_a_page(tree: Path) -> None:
    (tree / "book/index.md").write_text("# A small book\n\nIt is 0.333333.\n", encoding="utf-8")
    assert not prose.typed_numbers(tree)
    (tree / "book/index.md").write_text("# A small book\n\nIt is 0.333333, see [toy](toy.md).\n", encoding="utf-8")
    assert prose.typed_numbers(tree)


@pytest.mark.parametrize(
    ("prose_text", "numbers"),
    [
        ("It was 1.3 of 914,000, or 79 %.", ["1.3", "914,000", "79 %"]),
        ("It was −0.2, up +2.5%.", ["−0.2", "+2.5%"]),
        ("Three of 100 in 2024, on page 12.", []),
        ("See {computed}`toy.number` and `1.3`, [there](a1.3.md), {cite:p}`a1.3` or $1.3$.", []),
        ("```{code-cell}\nx = 1.3\n```\n", []),
        ("```{admonition} About 1.3\n:class: dropdown-1.3\nAnd 2.49.\n```\nThen 3.5.", ["1.3", "2.49", "3.5"]),
        ("````{admonition} A\n```{shown} toy.x\n```\nAnd 2.49.\n````", ["2.49"]),
        ("Sections 2.1, 2.2 and 2.3 of version 1.0.", []),
        ("% typed: 1.3, a number of the report\nIt was 1.3, not 1.4.", ["1.4"]),
        ("---\nversion: 1.3\n---\nText.", []),
    ],
)
def test_numbers_are_found_in_plain_prose_only(prose_text: str, numbers: list[str]) -> None:
    assert [number for _, number in prose.numbers_in_prose(prose_text)] == numbers
