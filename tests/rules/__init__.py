"""The rules of the house, each a function of the top of a repository that lists what is wrong and what to do.

`tests/test_house.py` expects none of them to find anything here; `tests/test_gates.py` breaks a small copy.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.rules import cases, columns, findings, imports, modules, prose, wording

Rule = Callable[[Path], list[str]]
RULES: tuple[Rule, ...] = (
    imports.arrows_up,
    imports.circles,
    imports.forbidden_neighbours,
    imports.rooms_that_import_rooms,
    imports.words_of_insurance,
    modules.long_modules,
    modules.long_functions,
    modules.undocumented_functions,
    modules.errors_without_a_text,
    modules.unexplained_exceptions,
    cases.long_cells,
    cases.cells_that_define,
    cases.unlike_headings,
    cases.parameters_that_are_no_literals,
    cases.parameters_without_a_label,
    cases.cases_with_tex,
    findings.unchecked_parameters,
    findings.not_one_primary_decision,
    findings.primary_not_in_chapter,
    findings.refusals_without_words,
    columns.missing_files,
    columns.missing_parameter_sets,
    columns.unplanted_findings,
    columns.unscored_designs,
    columns.unfit_ladders,
    columns.unlike_toc,
    wording.missing_languages,
    wording.unlike_placeholders,
    wording.errors_without_an_exit_code,
    wording.titles_without_a_neutral_twin,
    prose.typed_numbers,
    prose.unknown_quotes,
)
