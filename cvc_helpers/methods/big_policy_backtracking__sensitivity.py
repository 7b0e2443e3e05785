"""Big-policy backtracking under other assumptions: what is withheld, what is called big."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

import pandas as pd

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.comparison import Effect
from cvc_helpers.methods.big_policy_backtracking__cohorts import (
    ESSENTIAL,
    Landmarks,
    effect,
    effect_table,
    effect_without,
    undone,
    visit_odds,
)

COMMITTED_YUAN = (500_000, 1_000_000, 2_000_000)
"""Committed premium (annual premium times payment term) from which a policy may be called big."""
TOP = 0.99
STATES = [joined for size in range(len(ESSENTIAL) + 1) for joined in combinations(sorted(ESSENTIAL), size)]
"""What may be withheld: nothing, each of the essential confounders, all of them."""
THRESHOLD_COLUMNS = ["definition", "committed_yuan", "extra", "low", "high", "comparable", "n"]
COLUMNS = ["state", "estimate", "low", "high", "n"]


def withheld_states(prepared: Landmarks) -> pd.DataFrame:
    """The headline when wealth, force skill, both or nothing is withheld: what a client's data without them would say.

    Args:
        prepared: Cohorts by the day of the visit, with everything in them.

    Returns:
        One row a state: `state` (names withheld, sorted and joined by "+"; `""` for none), `estimate`, `low`, `high`
        (extra customers with a big policy per 100 visitors), `n` (visitors). No row where it cannot be estimated.
    """
    states = {}
    for names in STATES:
        kept = tuple(name for name in prepared.confounders if name not in names)
        states["+".join(names)] = prepared._replace(confounders=kept)
    return _table(states)


def without_non_buyers(prepared: Landmarks) -> pd.DataFrame:
    """The headline when people without any policy by the end of their year are missing, as from a list of buyers.

    Args:
        prepared: Cohorts by the day of the visit, with everybody in them.

    Returns:
        As `withheld_states`, one row, its state `non_buyers`.
    """
    cohort = prepared.cohort
    owns = (cohort["prior_policies"] + cohort["policies"]) > 0
    return _table({"non_buyers": prepared._replace(cohort=cohort[owns].reset_index(drop=True))})


def _table(states: Mapping[str, Landmarks]) -> pd.DataFrame:
    found = []
    for state, cohorts in states.items():
        try:
            row = effect_without(cohorts, [])
        except CvcError as error:
            undone(error)
            continue
        found.append((state, row.estimate, row.low, row.high, row.n_exposed))
    return pd.DataFrame(found, columns=COLUMNS)


def threshold_table(prepared: Landmarks) -> pd.DataFrame:
    """The headline under other definitions of big: committed premium of 0.5, 1 and 2 million yuan, and the top 1 %.

    Args:
        prepared: Cohorts by the day of the visit.

    Returns:
        One row a definition: `definition` (`committed` or `top`), `committed_yuan` (from which a policy is big),
        `extra`, `low`, `high`, `comparable` (customers per 100), `n` (visitors).
        Empty where the comparison cannot be done; a definition that nobody reaches is left out.
    """
    largest = prepared.cohort["largest_yuan"]
    limits = {("committed", yuan): largest >= yuan for yuan in COMMITTED_YUAN}
    if (largest > 0).any():
        top = float(largest[largest > 0].quantile(TOP))
        limits["top", math.floor(top)] = largest >= top
    reached = {f"{kind}_{yuan}": flags for (kind, yuan), flags in limits.items() if flags.any()}
    if not reached or not prepared.cohort["is_exposed"].any():
        return pd.DataFrame(columns=[*THRESHOLD_COLUMNS])
    with_them = prepared._replace(cohort=prepared.cohort.assign(**{n: f.astype(int) for n, f in reached.items()}))
    try:
        effects = effect_table(with_them, visit_odds(with_them), list(reached))
    except CvcError as error:
        undone(error)
        return pd.DataFrame(columns=THRESHOLD_COLUMNS)
    return pd.DataFrame([_threshold(name, effect(effects, name)) for name in reached], columns=THRESHOLD_COLUMNS)


def _threshold(name: str, row: Effect) -> tuple[object, ...]:
    definition, yuan = name.split("_")
    return (definition, int(yuan), row.estimate, row.low, row.high, row.comparable_mean, row.n_exposed)
