"""What the answers become when a client withholds wealth or skill, or puts everybody into a group: run again."""

from __future__ import annotations

from itertools import chain, combinations

from cvc_helpers.estimate import Estimate
from cvc_helpers.estimators.conjunction import conjunction
from cvc_helpers.estimators.means import combination
from cvc_helpers.estimators.variance import named_share
from cvc_helpers.findings import Finding
from cvc_helpers.methods.customer_value import CONFOUNDERS, ESSENTIAL, PARTS, THIRD, Prepared

NOBODY = "none"
"""The people who belong to no group."""


def thirds(tests: Prepared, result: Finding) -> dict[str, Estimate]:
    """What the third criterion brings per 100 customers, with and without wealth and force skill.

    Args:
        tests: Result of `prepare`.
        result: The finding with nothing withheld; nothing is run where it is refused.

    Returns:
        What is withheld, sorted and joined by `+` (`""` for nothing), to the number with its interval.
    """
    if result.is_refused:
        return {}
    rows = tests.rows.dropna(subset=[*PARTS, "is_converted"])
    names = sorted(ESSENTIAL)
    found = {}
    for gone in chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)):
        kept = [name for name in CONFOUNDERS if name not in gone]
        term = conjunction(rows, parts=PARTS, outcome="is_converted", confounders=kept, cluster="customer_id")
        found["+".join(gone)] = combination(term.corners, THIRD).times(100)
    return found


def shares(tests: Prepared, result: Finding) -> dict[str, Estimate]:
    """What groups explain of the response when only their members are in them, and when everybody is put into one.

    Args:
        tests: Result of `prepare`.
        result: The finding with nothing withheld; nothing is run where it is refused.

    Returns:
        `""` and `"none"` to the share of variance, 0-1, with its interval.
    """
    if result.is_refused:
        return {}
    members = tests.rows[tests.rows["group_code"].notna()]
    forced = tests.rows["put_in"] + " " + tests.rows["proposition"]
    layouts = {"": (members, "group_code", members["cell"]), NOBODY: (tests.rows, "put_in", forced)}
    found = {
        name: named_share(rows["residual"].to_numpy(float), cells, groups=rows[group], unit=rows["customer_id"])
        for name, (rows, group, cells) in layouts.items()
    }
    return {name: Estimate(share.icc, share.low, share.high, share.n, share.cells) for name, share in found.items()}
