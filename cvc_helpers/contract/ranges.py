"""What the parameters of a case may be: `parameters/<slug>.yml`, one entry a parameter.

An entry has one form: a number (`above`, `at_least`, `below`, `at_most`, with `whole: true` for whole numbers), a
text that is `one_of` a list or names `several_of` it, separated by commas, a `date: true` or a `code: true`, either of
which may be left `or_empty: true`, or `codes_or` a list: one of its words, or codes separated by commas. A date may
have to come `after` another parameter, a number may have to be `no_less_than` another one, and a code may have to be
another one: `differs_from`. A code that the data must know says `among` which of their codes. Where a parameter sets a
threshold of the case, its entry says `threshold: true`.
"""

from __future__ import annotations

import datetime
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cvc_helpers.errors import CvcError
from cvc_helpers.wording import LANGUAGES

FOLDER = Path(__file__).parent / "parameters"
LIMITS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "above": (">", operator.gt),
    "at_least": ("≥", operator.ge),
    "below": ("<", operator.lt),
    "at_most": ("≤", operator.le),
}
AGAINST: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "after": ("E226", lambda day, other: operator.gt(day, other) or not (day and other)),
    "differs_from": ("E227", operator.ne),
    "no_less_than": ("E228", operator.ge),
}
"""How a parameter may be held against another one, with the error of a value that fails."""
CODE = re.compile(r"[\w.-]{1,64}")
MOST_LISTED = 10
"""Codes of the data that a refusal names."""


@cache
def ranges(slug: str) -> dict[str, dict[str, Any]]:
    """What each parameter of a case may be, by name; `language` is the same for all."""
    path = FOLDER / f"{slug}.yml"
    declared = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}
    return {"language": {"one_of": list(LANGUAGES)}, **declared}


def thresholds(slug: str) -> frozenset[str]:
    """The parameters of a case that set what it must bring, which are fixed before the data are opened."""
    return frozenset(name for name, rule in ranges(slug).items() if rule.get("threshold"))


def check_parameters(slug: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a case, refused where it must not be run with them.

    Args:
        slug: The case.
        values: Parameters by name; those without an entry are passed over, those not given are not checked.

    Returns:
        The values that have an entry.

    Raises:
        CvcError: E220 a number, E221 a whole number, E222 one of a list, E223 several of a list, E224 a date, E225 a
            code, E229 codes that are none or outside what is allowed; E226 not after the other, E227 the same as the
            other, E228 less than the other.
    """
    given = [(name, rule, values[name]) for name, rule in ranges(slug).items() if name in values]
    for name, rule, value in given:
        code, allowed, is_fine = _judged(rule, value)
        if not is_fine:
            raise CvcError(code, case=slug, name=name, seen=str(value)[:40], allowed=allowed)
    for name, rule, value in given:
        _check_against_other(slug, name, rule, value, values)
    return {name: value for name, _, value in given}


def check_codes(slug: str, values: Mapping[str, Any], known: Mapping[str, Sequence[str]]) -> None:
    """Refuse codes of a question that the data do not have: the answer would read as if nobody were meant.

    Args:
        slug: The case.
        values: Parameters by name; those without an `among`, and those left empty, are passed over.
        known: Kind of code to the codes that the data have; of a kind that they lack nothing is refused.

    Raises:
        CvcError: E215 a code that the data do not have.
    """
    for name, rule in ranges(slug).items():
        has = set(known.get(rule.get("among", ""), ()))
        meant = _names(str(values.get(name, ""))) - set(rule.get("codes_or", ()))
        if has and (odd := sorted(meant - has)):
            listed = ", ".join(sorted(has)[:MOST_LISTED]) + (", …" if len(has) > MOST_LISTED else "")
            raise CvcError("E215", case=slug, name=name, seen=", ".join(odd)[:40], known=listed)


def _judged(rule: Mapping[str, Any], value: Any) -> tuple[str, str, bool]:
    """The error code of a rule, what it allows, and whether a value is that."""
    if "one_of" in rule:
        return "E222", ", ".join(rule["one_of"]), value in rule["one_of"]
    if "several_of" in rule:
        return "E223", ", ".join(rule["several_of"]), isinstance(value, str) and _names(value) <= {*rule["several_of"]}
    if "date" in rule:
        return "E224", "", isinstance(value, str) and (_is_date(value) or (value == "" and "or_empty" in rule))
    if "code" in rule:
        return "E225", "", _is_code(value) or ("or_empty" in rule and value == "")
    if "codes_or" in rule:
        return "E229", ", ".join(rule["codes_or"]), value in rule["codes_or"] or _are_codes(value)
    limits = [(*LIMITS[key], bound) for key, bound in rule.items() if key in LIMITS]
    allowed = ", ".join(f"{sign} {bound}" for sign, _, bound in limits)
    is_fine = _is_number(value, whole="whole" in rule) and all(holds(value, bound) for _, holds, bound in limits)
    return "E221" if "whole" in rule else "E220", allowed, is_fine


def _check_against_other(slug: str, name: str, rule: Mapping[str, Any], value: Any, values: Mapping[str, Any]) -> None:
    """Refuse a value that does not stand to the other one as its entry says (see `AGAINST`)."""
    for key, (code, holds) in AGAINST.items():
        other = str(rule.get(key, ""))
        if other in values and not holds(value, values[other]):
            raise CvcError(code, case=slug, name=name, seen=str(value)[:40], other=other, bound=str(values[other])[:40])


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and CODE.fullmatch(value) is not None


def _are_codes(value: Any) -> bool:
    """Whether a text is one code or more, separated by commas."""
    return isinstance(value, str) and all(_is_code(part.strip()) for part in value.split(","))


def _names(text: str) -> set[str]:
    return {name.strip() for name in text.split(",") if name.strip()}


def _is_date(text: str) -> bool:
    """Whether a text is a day that exists, written YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_number(value: Any, *, whole: bool) -> bool:
    if isinstance(value, float):
        return not whole and math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
