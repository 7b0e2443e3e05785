"""What a run calls its service and its group, in both languages: the words of its sentences, charts and cards.

They come from the data and the parameters, so that a report on any service and group speaks of those and no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from cvc_helpers import contract
from cvc_helpers.wording import LANGUAGES, say, wordings

Names = Mapping[str, Mapping[str, str]]
"""Language to placeholder to words."""
WORDS = ("use", "uses", "users", "came", "not_come", "table")
"""What is said of using a service; see `wording/names.yml`."""
GENERAL = (
    "service", "placebo", "group", "missing", "first_day", "last_day", "came_later", "uses_per_100", "cost_each",
)  # fmt: skip
TWO_SCRIPTS = re.compile(r"(?P<zh>.*[㐀-鿿]\S*)\s+(?P<en>[A-Za-z][^㐀-鿿]*)")
EVERY_AGE = (0, 120)


def of_case(
    called: pd.DataFrame, asked: Mapping[str, Any], lacking: Mapping[str, Sequence[str]], codes: pd.DataFrame
) -> Names:
    """All words of a case that asks about one service, one that should do nothing, and one group.

    Args:
        called: As for `service_names`.
        asked: Parameters of the case: `service_id`, `placebo_id`, and those of `group_names`.
        lacking: As for `missing_names`.
        codes: As for `group_names`.
    """
    of_group = {name: asked[name] for name in ("group_rule", "age_from", "age_to", "branches")}
    placebo = service_names(called, asked["placebo_id"], role="placebo")
    group = group_names(**of_group, codes=codes)
    parts = [service_names(called, asked["service_id"]), placebo, group, missing_names(lacking)]
    return {language: {name: text for part in parts for name, text in part[language].items()} for language in LANGUAGES}


@cache
def general() -> Names:
    """The words of nothing in particular: the service, another one, the customers of the group."""
    nobody = pd.DataFrame(columns=["service_id", "name", "stage", "activity_kind"])
    return {
        language: {name: say(f"names.general_{name}", language) for name in GENERAL}
        | {word: service_names(nobody, "")[language][word] for word in WORDS}
        for language in LANGUAGES
    }


def service_names(called: pd.DataFrame, service_id: str, *, role: str = "service") -> Names:
    """The name of a service and the words for using it.

    Args:
        called: One row a service: `service_id`, `name`, `stage` (attended, used, contacted), `activity_kind`.
        service_id: The service; one that the rows lack is called by its code, and is there to be used.
        role: `service`, or another under which its words are told apart, e.g. `placebo`.

    Returns:
        `<role>`, and `use`, `uses`, `users`, `came`, `not_come` and `table` (of another role: `placebo_use` and so on).
    """
    rows = called[called["service_id"] == service_id]
    name, stage, kind = rows.iloc[0][["name", "stage", "activity_kind"]] if len(rows) else (None, "used", None)
    prefix = "" if role == "service" else f"{role}_"
    return {
        language: {role: in_language(name, language) if isinstance(name, str) and name.strip() else service_id}
        | {f"{prefix}{word}": say(_word(word, kind, stage), language) for word in WORDS}
        for language in LANGUAGES
    }


def _word(word: str, kind: object, stage: str) -> str:
    """The wording for the kind of activity, else for what counts as using the service."""
    own = f"names.{word}_{kind}"
    return own if own in wordings() else f"names.{word}_{stage}"


def in_language(name: str, language: str) -> str:
    """The part of a name in one language, where it is written in both: Chinese first, then Latin letters."""
    both = TWO_SCRIPTS.fullmatch(name.strip())
    return both[language].strip() if both else name.strip()


def group_names(*, group_rule: str, age_from: int, age_to: int, branches: str, codes: pd.DataFrame) -> Names:
    """`group`: the words for the customers whom a case is about, from its parameters.

    Args:
        group_rule: Code of a natural group; empty for the ages and branches.
        age_from: Youngest age.
        age_to: Oldest.
        branches: `all`, `in_reach`, or codes of branches separated by commas.
        codes: One row a code that the data know: `kind` (the kind `branch` serves), `code`, `name` (may be missing).
    """
    if group_rule:
        return {language: {"group": say("names.group_rule", language, rule=group_rule)} for language in LANGUAGES}
    kind = branches if f"names.where_{branches}" in wordings() else "branches"
    ages = "any_age" if (age_from, age_to) == EVERY_AGE else "ages"
    found = {}
    for language in LANGUAGES:
        named = branch_names(branches, codes, language)
        where = "" if branches == "all" else say(f"names.where_{kind}", language, branches=named)
        text = say(f"names.group_{ages}", language, where=where, age_from=age_from, age_to=age_to)
        found[language] = {"group": text.strip()}
    return found


def branch_names(branches: str, codes: pd.DataFrame, language: str) -> str:
    """The names of branches given by their codes; a branch that has none on file is called by its code."""
    named = codes[(codes["kind"] == "branch") & codes["name"].notna()].set_index("code")["name"]
    parts = [part.strip() for part in branches.split(",")]
    return say("names.between_columns", language).join(in_language(named.get(part, part), language) for part in parts)


def missing_names(lacking: Mapping[str, Sequence[str]]) -> Names:
    """`missing`: the words for what the data lack, table by table; of a table that is not there its name alone.

    Args:
        lacking: Table to its missing columns, none where the whole table is missing (see `Insurer.lacking`).
    """
    found = {}
    for language in LANGUAGES:
        parts = [_table_name(name, columns, language) for name, columns in lacking.items()]
        found[language] = {"missing": say("names.between", language).join(parts) or say("names.nothing", language)}
    return found


def _table_name(name: str, columns: Sequence[str], language: str) -> str:
    table = contract.tables()[name]
    is_zh = language == "zh"
    if not columns:
        return say("names.no_table", language, table=table.zh if is_zh else table.en, name=name)
    named = [table.column(column).zh if is_zh else table.column(column).en for column in columns]
    listed = say("names.between_columns", language).join(named)
    return say("names.no_columns", language, table=table.zh if is_zh else table.en, name=name, columns=listed)
