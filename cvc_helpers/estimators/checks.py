"""The one input check before any fit: each refusal names its column and says what to do."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Codes

MOST_MISSING = 0.05
"""Share of a confounder that may be missing and become a level of its own."""
LARGEST = 1e100
"""Beyond this, squares and sums are no longer finite."""
FEWEST = 10
"""Fewest independent units and events of an arm from which an interval is given."""


def is_unknown(column: pd.Series) -> bool:
    """Whether a confounder can make nothing equal: more than `MOST_MISSING` of it is missing, or it has one value."""
    return bool(column.isna().mean() > MOST_MISSING or column.nunique() < 2)


def measured(rows: pd.DataFrame, name: str, otherwise: Sequence[str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows with a quantity under one name, whichever of several columns holds it.

    Args:
        rows: Any table.
        name: Column of its bands.
        otherwise: Columns of its amounts; the first that is known serves where the bands are not.

    Returns:
        The rows, and the names to compare along a curve: `name` where it holds amounts, else none.
    """
    known = [column for column in (name, *otherwise) if column in rows and not is_unknown(rows[column])]
    if not known or known[0] == name:
        return rows, ()
    return rows.assign(**{name: rows[known[0]]}), (name,)


def require_columns(available: Collection[str], needed: Collection[str], caller: str) -> None:
    """Refuse a table that lacks columns an estimator needs (E201)."""
    if missing := sorted(set(needed) - set(available)):
        raise CvcError("E201", caller=caller, missing=missing, available=sorted(map(str, available)), first=missing[0])


def checked(
    rows: pd.DataFrame,
    *,
    caller: str,
    flags: Sequence[str] = (),
    numbers: Sequence[str] = (),
    labels: Sequence[str] = (),
    confounders: Sequence[str] = (),
    continuous: Sequence[str] = (),
) -> pd.DataFrame:
    """The columns that a fit needs, checked and in one form.

    Args:
        rows: Any table.
        caller: Estimator that asks, for the message.
        flags: Columns of 0/1 or True/False, nothing missing; come back as 0.0 and 1.0.
        numbers: Columns of finite numbers, nothing missing; come back as floats.
        labels: Columns that name something, nothing missing; come back as whole numbers.
        confounders: Columns compared within their levels; come back as numbers of levels, a missing value being one.
        continuous: Columns compared along a curve; come back as floats with NaN where missing.

    Raises:
        CvcError: E201 a column absent, E241 in two roles or twice in the table, E242 not a flag, E243 not a number,
            E244 missing, E245 too much of a confounder missing, E252 as many levels as rows, E253 no rows.
    """
    compared = _all(confounders, continuous)
    # a place may be both the unit of the errors and compared within
    names = [name for name in labels if name not in compared]
    _check_roles(rows, {"flag": flags, "number": numbers, "label": names, "confounder": compared}, caller)
    found: dict[str, Any] = {name: flag(rows[name], caller) for name in flags}
    found |= {name: finite(rows[name], caller) for name in numbers}
    found |= {name: label(rows[name], caller) for name in labels}
    for name in compared:
        refuse_holes(rows[name], caller)
        found[name] = quantity(rows[name], caller) if name in continuous else level(rows[name], caller)
    return pd.DataFrame(found, index=range(len(rows)))


def _all(confounders: Sequence[str], continuous: Sequence[str]) -> tuple[str, ...]:
    """Every confounder once; a continuous one may stand in both lists."""
    return (*(name for name in confounders if name not in continuous), *continuous)


def _check_roles(rows: pd.DataFrame, roles: Mapping[str, Sequence[str]], caller: str) -> None:
    named = [(name, role) for role, names in roles.items() for name in names]
    require_columns(rows.columns, {name for name, _ in named}, caller)
    for name, role in named:
        places = [other for again, other in named if again == name]
        if len(places) > 1:
            raise CvcError("E241", caller=caller, column=name, roles=", ".join(places))
        if isinstance(rows[name], pd.DataFrame):
            raise CvcError("E241", caller=caller, column=name, roles=f"{role}, {role}")
    if rows.empty:
        raise CvcError("E253", caller=caller, columns=[name for name, _ in named])


def named(values: Any, otherwise: str = "values") -> str:
    """Name of a column for the message; another word where it has none."""
    return str(getattr(values, "name", None) or otherwise)


def as_numbers(values: Any, caller: str) -> Array:
    """Values as floats, NaN where missing; E243 for text, dates, complex or infinite ones."""
    column = values if isinstance(values, pd.Series) else pd.Series(np.asarray(values).ravel(), name=named(values))
    plain = pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column)
    if plain and not pd.api.types.is_complex_dtype(column):
        found = column.to_numpy(float, na_value=np.nan)
    else:
        found = np.array([_number(value) for value in column], float)
    if wrong := int((np.abs(found) > LARGEST).sum()):
        raise CvcError("E243", caller=caller, column=named(column), count=wrong)
    return np.asarray(found)


def _number(value: Any) -> float:
    """One value as a float; infinite, hence refused, where it is none."""
    if value is None or value is pd.NA or value is pd.NaT:
        return np.nan
    if not isinstance(value, (bool, np.bool_, Real, Decimal)):
        return np.inf
    if value != value:
        return np.nan
    number: Any = value
    return float(number) if -LARGEST <= number <= LARGEST else np.inf


def finite(values: Any, caller: str) -> Array:
    """Values as finite floats; E243 where they are no numbers, E244 where one is missing, E253 where there are none."""
    found = as_numbers(values, caller)
    if not len(found):
        raise CvcError("E253", caller=caller, columns=[named(values)])
    if missing := int(np.isnan(found).sum()):
        raise CvcError("E244", caller=caller, column=named(values), count=missing)
    return found


def flag(values: Any, caller: str) -> Array:
    """Values as 0.0 and 1.0; E242 where one is something else."""
    column = values if isinstance(values, pd.Series) else pd.Series(np.asarray(values), name=named(values))
    try:
        found = finite(column, caller)
    except CvcError as error:
        if error.code != "E243":
            raise
        raise CvcError("E242", caller=caller, column=named(column), count=error.values["count"]) from error
    if wrong := int(((found != 0) & (found != 1)).sum()):
        raise CvcError("E242", caller=caller, column=named(column), count=wrong)
    return found


def label(values: Any, caller: str) -> Codes:
    """Number of what each row names; E244 where it names nothing."""
    codes, names = _factorized(values, caller)
    if missing := int(pd.isna(names)[codes].sum()):
        raise CvcError("E244", caller=caller, column=named(values), count=missing)
    return codes


def level(values: pd.Series, caller: str) -> Codes:
    """Number of each row's level, a missing value being a level; E252 where most levels are single rows."""
    if pd.api.types.is_numeric_dtype(values):
        as_numbers(values, caller)
    codes, names = _factorized(values, caller)
    if len(names) > max(FEWEST, len(codes) / 2):
        raise CvcError("E252", caller=caller, column=named(values), levels=len(names), rows=len(codes))
    return codes


def _factorized(values: Any, caller: str) -> tuple[Codes, Any]:
    """Numbers and names of levels, in the order in which they appear; every kind of missing value is one level."""
    column = values if isinstance(values, pd.Series) else pd.Series(np.asarray(values), name=named(values))
    if not pd.api.types.is_object_dtype(column):  # of one kind: no need to look at every value by itself
        codes, names = pd.factorize(column, use_na_sentinel=False)
        return np.asarray(codes), np.asarray(names, object)
    try:
        plain = column.astype(object)
        return pd.factorize(plain.where(plain.notna(), None), use_na_sentinel=False)
    except TypeError as error:  # lists and the like name nothing
        raise CvcError("E243", caller=caller, column=named(column), count=len(column)) from error


def quantity(values: pd.Series, caller: str) -> Array:
    """A continuous confounder as floats, NaN where missing."""
    return as_numbers(values, caller)


def refuse_holes(values: pd.Series, caller: str) -> None:
    """Refuse a confounder of which more than `MOST_MISSING` is missing (E245)."""
    share = float(values.isna().mean())
    if share > MOST_MISSING:
        percent = f"{100 * share:.1f}"
        raise CvcError("E245", caller=caller, column=named(values), percent=percent, most=f"{100 * MOST_MISSING:g}")


def confounder_table(rows: pd.DataFrame, confounders: Sequence[str]) -> pd.DataFrame:
    """What a caller should warn of before it compares within these columns.

    Args:
        rows: One row a unit.
        confounders: Columns, categorical or continuous.

    Returns:
        One row a confounder: `confounder`, `missing` (share; up to .05 it is a level of its own, above that the
        estimators refuse), `is_constant`, `repeats` (an earlier confounder that says the same, or `""`). Constant and
        repeated ones change no estimate.
    """
    refuse_unnamed(rows, confounders, "confounder_table")
    codes = {name: _factorized(rows[name], "confounder_table")[0] for name in confounders}
    found = []
    for number, name in enumerate(confounders):
        same = [other for other in confounders[:number] if _same(codes[name], codes[other])]
        constant = len(codes[name]) == 0 or bool((codes[name] == codes[name][0]).all())
        found.append((name, float(rows[name].isna().mean()), constant, "" if constant or not same else same[0]))
    return pd.DataFrame(found, columns=["confounder", "missing", "is_constant", "repeats"])


def _same(one: Codes, other: Codes) -> bool:
    """Whether two columns sort the rows into the same groups; levels are numbered as they appear."""
    return bool((one == other).all())


def refuse_unnamed(rows: pd.DataFrame, columns: Sequence[str], caller: str) -> None:
    """Refuse columns that are absent (E201), twice there (E241), empty (E253), or hold what names nothing (E243)."""
    _check_roles(rows, {"column": columns}, caller)
    for name in columns:
        _factorized(rows[name], caller)


def most_missing(rows: pd.DataFrame, confounders: Sequence[str]) -> float:
    """Largest share missing of any confounder, for a caller's warning."""
    return float(rows[list(confounders)].isna().mean().max()) if len(confounders) else 0.0


def refuse_few(
    frame: pd.DataFrame, *, arm: str, own: Any, cluster: str, outcomes: Sequence[str], fewest: int, caller: str
) -> None:
    """Refuse an arm with too few independent units (E247) or too few values off the commonest one (E248).

    `own` is the unit of each row, shape (rows,), and `cluster` what the message calls it.

    A handful of events gives no interval that holds; for a yes-or-no outcome the rarer answer is counted, for an
    amount that is mostly zero the rows that are not.
    """
    for value in (1.0, 0.0):
        there = (frame[arm] == value).to_numpy()
        here, units = frame[there], len(pd.unique(own[there]))
        about: dict[str, Hashable] = {"column": arm, "arm": int(value), "fewest": fewest}
        if units < max(fewest, 2):
            raise CvcError("E247", caller=caller, found=units, cluster=cluster, **about)
        for name in outcomes:
            commonest = int(here[name].value_counts().iloc[0])
            if len(here) - commonest < fewest:
                raise CvcError("E248", caller=caller, outcome=name, found=len(here) - commonest, **about)


def refuse_constant(frame: pd.DataFrame, columns: Sequence[str], caller: str) -> None:
    """Refuse a column from which nothing can be learned (E246)."""
    for name in columns:
        if frame[name].nunique(dropna=False) < 2:
            raise CvcError("E246", caller=caller, column=name)


def whole(value: Any, least: int, name: str, caller: str) -> int:
    """A setting that must be a whole number of at least `least` (E209)."""
    usable = isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= least
    if not usable:
        raise CvcError("E209", caller=caller, count=1, column=name, expected=f"{least}, {least + 1}, ...")
    return int(value)
