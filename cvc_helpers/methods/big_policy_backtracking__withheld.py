"""What a visit seems to do when a client withholds wealth or force skill: the same cohorts, run again."""

from __future__ import annotations

from itertools import chain, combinations

import pandas as pd

from cvc_helpers.estimate import Estimate
from cvc_helpers.findings import Finding
from cvc_helpers.methods.big_policy_backtracking__cohorts import ESSENTIAL, effect, effect_table, landmarks, visit_odds


def policies(landmark: pd.DataFrame, slide: pd.DataFrame, result: Finding) -> dict[str, Estimate]:
    """Extra customers with a big policy per 100 visitors, with and without wealth and force skill.

    Args:
        landmark: Result of `big_policy_backtracking__landmark`.
        slide: Result of `big_policy_backtracking__slide`.
        result: The finding with nothing withheld; nothing is run where it is refused.

    Returns:
        What is withheld, sorted and joined by `+` (`""` for nothing), to the number with its interval.
    """
    if result.is_refused:
        return {}
    names = sorted(ESSENTIAL)
    states = chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))
    return {"+".join(gone): _extra(landmark, slide, gone) for gone in states}


def _extra(landmark: pd.DataFrame, slide: pd.DataFrame, gone: tuple[str, ...]) -> Estimate:
    group = landmarks(landmark, slide, withhold=",".join(gone))
    found = effect(effect_table(group, visit_odds(group)), "big_policies")
    return Estimate(found.estimate, found.low, found.high)
