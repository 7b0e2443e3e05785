"""What a service seems to bring when a client has no dates, or neither wealth nor need: the same quotes, run again."""

from __future__ import annotations

from itertools import chain, combinations

import pandas as pd

from cvc_helpers.estimate import Estimate
from cvc_helpers.estimators.interaction import combination
from cvc_helpers.findings import Finding
from cvc_helpers.methods.service_model import ESSENTIAL, GAIN, interaction, quotes

DATES, WEALTH_AND_NEED = "dates", "wealth_and_need"
THINGS = (DATES, WEALTH_AND_NEED)


def gains(rows: pd.DataFrame, result: Finding, *, skilled_from: float, margin_per_100: float) -> dict[str, Estimate]:
    """Sales that a service adds to 100 quotes in capable teams, complex products, with and without each thing.

    Without its date a service counts whenever it came, as on the slide.

    Args:
        rows: Result of `service_model__quotes`.
        result: The finding with nothing withheld; nothing is run where it is refused.
        skilled_from: Team score from which a team counts as capable.
        margin_per_100: Contrast that still counts as none.

    Returns:
        What is withheld, sorted and joined by `+` (`""` for nothing), to the number per 100 with its interval.

    Raises:
        CvcError: As `quotes` and `interaction`.
    """
    if result.is_refused:
        return {}
    states = chain.from_iterable(combinations(THINGS, size) for size in range(len(THINGS) + 1))
    return {"+".join(names): _gain(rows, names, skilled_from, margin_per_100) for names in states}


def _gain(rows: pd.DataFrame, names: tuple[str, ...], skilled_from: float, margin_per_100: float) -> Estimate:
    seen = rows.assign(used_before=rows["used_ever"]) if DATES in names else rows
    gone = ",".join(ESSENTIAL) if WEALTH_AND_NEED in names else ""
    prepared = quotes(seen, skilled_from=skilled_from, withhold=gone)
    found = interaction(prepared, is_complex=True, margin=margin_per_100 / 100)
    return combination(found.means, GAIN).times(100)
