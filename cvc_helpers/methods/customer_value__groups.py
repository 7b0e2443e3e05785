"""What natural groups are good for: what they explain of the response, and how often the rule is right."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from cvc_helpers.estimate import Estimate, Z, normal
from cvc_helpers.estimators import FEWEST_IN_CELL
from cvc_helpers.estimators.proportions import found_share, wilson
from cvc_helpers.estimators.variance import Share, held_out_share, named_share, shrunken
from cvc_helpers.findings import Finding
from cvc_helpers.gate import Check
from cvc_helpers.methods.customer_value import DEMOGRAPHICS, NONE, SLUG, Prepared, missing_check, none_share
from cvc_helpers.rounding import written

STABLE = 0.75
"""Jaccard similarity from which Hennig (2007) calls a cluster stable."""
OPPONENTS = {"natural": "group_code", "clusters": "cluster", "own": "own_cluster"}
"""What is crossed with the theme: groups by rule, the usual clusters, clusters that get the fields of the rules."""
LEVEL = 5.0
"""Points of held-out share from which groups are said to be ahead of clusters with the same fields; ours."""
NOTICEABLE = 5.0
"""Points of response that the control must be able to notice; ours."""


def explained(tests: Prepared, counts: pd.DataFrame, *, worth: float, folds: int, seed: int) -> Finding:
    """A claim: natural groups × theme hold at least `worth` of the variance in response.

    Args:
        tests: Result of `prepare`.
        counts: Result of `customer_value__recognised`.
        worth: Share from which the groups are said to explain something.
        folds: Folds of the held-out comparison.
        seed: Of the folds.

    Returns:
        The finding, its interval from members redrawn within their groups; on the slide stands the share between
        statistical clusters × theme of the same people. Clusters that get the fields of the rules are the fair
        opponent; they stand in the values and checks.
    """
    values = {"none_share": written(none_share(counts), "share")}
    common: dict[str, Any] = {"key": f"{SLUG}.icc", "kind": "claim", "unit": "share", "worth": worth}
    if tests.reason:
        return Finding.refused(**common, reason=tests.reason, values=values)
    members = tests.rows[tests.rows["group_code"].notna()]
    share = {name: _share(members, column) for name, column in OPPONENTS.items()}
    held = {name: held_out_share(members["residual"].to_numpy(float), _crossed(members, column), folds=folds, seed=seed)
            for name, column in OPPONENTS.items()}  # fmt: skip
    natural = share["natural"]
    values |= {f"held_out_{name}": written(one, "share_tenth") for name, one in held.items()}
    values |= {"agreement": written(adjusted_rand_score(members["group_code"], members["cluster"]), "decimal")}
    values |= {"cells": str(natural.cells), "stability": written(tests.stability, "decimal")}
    values |= {"own_share": written(share["own"].icc, "share"), "least_own": written(least_own(tests), "points")}
    sizes = members.groupby(_crossed(members, "group_code"))["customer_id"].transform("size")
    people = int(members.loc[sizes >= FEWEST_IN_CELL, "customer_id"].nunique())
    answer = Estimate(natural.icc, natural.low, natural.high, natural.n, people)
    return Finding.of(**common, estimate=answer, on_the_slide=share["clusters"].icc, method="named_groups",
                      checks=_explained_checks(tests, members, held, natural), values=values)  # fmt: skip


def _crossed(members: pd.DataFrame, column: str) -> pd.Series:
    """Group or cluster × theme of each test."""
    return members[column].astype(str) + " " + members["proposition"]


def _share(members: pd.DataFrame, column: str) -> Share:
    groups = members[column].astype(str)
    return named_share(members["residual"].to_numpy(float), _crossed(members, column), groups=groups,
                       unit=members["customer_id"])  # fmt: skip


def _explained_checks(
    tests: Prepared, members: pd.DataFrame, held: dict[str, float], natural: Share
) -> tuple[Check, ...]:
    """Against the usual clusters and against fair ones on people kept aside; stability; holes; whether there is any."""
    ahead, level = (100 * (held["natural"] - held[name]) for name in ("clusters", "own"))
    return (
        Check("held_out", ahead, held["natural"] > max(held["clusters"], 0), "sensitivity"),
        Check("own_fields", level, level > LEVEL),
        Check("stability", tests.stability, tests.stability >= STABLE),
        Check("own_stability", tests.own_stability, tests.own_stability >= STABLE),
        Check("some", natural.icc, natural.icc > 0),
        missing_check(members, DEMOGRAPHICS),
    )


def cell_table(tests: Prepared) -> pd.DataFrame:
    """Shrunken mean response of each natural group to each theme, in points beside what its people's kind gives.

    Returns:
        One row a group (`none` included) and theme: `group_code`, `proposition`, `n`, `response`, `low`, `high`;
        cells of fewer than ten are left out. Empty where the tests give no comparison.
    """
    columns = ["group_code", "proposition", "n", "response", "low", "high"]
    if tests.reason:
        return pd.DataFrame(columns=columns)
    rows = tests.rows.assign(group_code=tests.rows["group_code"].fillna(NONE))
    codes, names = pd.factorize(pd.MultiIndex.from_frame(rows[["group_code", "proposition"]]), sort=True)
    mean, error = shrunken(rows["residual"].to_numpy(float), codes, len(names))
    found = pd.DataFrame(list(names), columns=["group_code", "proposition"])
    found = found.assign(n=np.bincount(codes), response=mean, low=mean - Z * error, high=mean + Z * error)
    return found[found["n"] >= FEWEST_IN_CELL].reset_index(drop=True)


def least_own(tests: Prepared) -> float:
    """Points by which each group answers its strongest theme, of the groups the one with the fewest; NaN without any.

    Args:
        tests: Result of `prepare`.
    """
    cells = cell_table(tests)
    strongest = cells[cells["group_code"] != NONE].groupby("group_code")["response"].max()
    return float(strongest.min())


def recognition(tests: Prepared, *, worth: float) -> Finding:
    """A claim: of those whom the rule names before contact, at least `worth` really belong to the group.

    Args:
        tests: Result of `prepare`.
        worth: Precision from which a branch can send somebody on the strength of the rule.

    Returns:
        The finding with Wilson's interval; on the slide stands the share of all customers put where they belong,
        "none" included, which is high for any rule that names few.
    """
    common: dict[str, Any] = {"key": f"{SLUG}.recognition", "kind": "claim", "unit": "share", "worth": worth}
    if reason := unconfirmed(tests):
        return Finding.refused(**common, reason=reason)
    rows = tests.rows
    right = rows["group_code"] == rows["confirmed_group"]
    named, real = rows["group_code"].notna(), rows["confirmed_group"].notna()
    precision, recall = wilson(int(right.sum()), int(named.sum())), found_share(right, real, rows["weight"])
    kinds = kinds_of(tests)
    everyone, tested_none = kinds["everyone"].precision, written((~named).mean(), "share")
    return Finding.of(
        **common, estimate=precision.counted(named.sum(), rows.loc[named, "customer_id"].nunique()), method="wilson",
        on_the_slide=float(np.average(right | (~named & ~real), weights=rows["weight"])),
        checks=(Check("everyone", everyone, everyone >= worth), Check("recall", recall.value, recall.low >= 0.5)),
        values=_recalled(recall) | _lifts(kinds) | {"tested_none": tested_none, "everyone": written(everyone, "share")},
    )  # fmt: skip


def unconfirmed(tests: Prepared) -> str:
    """Why nothing can be said of the rule, as a name of the wording; empty if it can."""
    return tests.reason or ("no_answers" if tests.rung != "best" else "")


def nobody(tests: Prepared) -> Finding:
    """A control: those who belong to no group should not answer to the theme of the group they were put into.

    Args:
        tests: Result of `prepare`.

    Returns:
        Their lift in points, beside that of the recognised as a deck would generalise it to everybody.
    """
    common: dict[str, Any] = {"key": f"{SLUG}.nobody", "kind": "control", "unit": "points", "worth": NOTICEABLE}
    if reason := unconfirmed(tests):
        return Finding.refused(**common, reason=reason)
    kinds = kinds_of(tests)
    of = kinds["nobody"]
    if of.themed < FEWEST_IN_CELL:
        return Finding.refused(**common, reason="few_tests")
    lift = Estimate(of.lift, of.lift_low, of.lift_high, of.themed, of.themed)
    return Finding.of(**common, estimate=lift, on_the_slide=kinds["recognised"].lift, method="lift")


def kinds_of(tests: Prepared) -> dict[str, Forced]:
    """The rows of `forced_table` by kind."""
    return {kind.who: kind for kind in map(Forced._make, forced_table(tests).itertuples(index=False))}


def _recalled(recall: Estimate) -> dict[str, str]:
    names = ("recall", "recall_low", "recall_high")
    return {name: written(share, "share") for name, share in zip(names, recall[:3], strict=True)}


class Forced(NamedTuple):
    """One kind of customer when everybody is put into a group; the columns of `forced_table`."""

    who: str
    n: int
    precision: float
    themed: int
    lift: float
    lift_low: float
    lift_high: float


def _lifts(kinds: dict[str, Forced]) -> dict[str, str]:
    """The lift of each kind in points, for the sentences."""
    return {f"{who}_lift": written(kinds[who].lift, "points") for who in ("recognised", "forced", "nobody")}


def group_table(tests: Prepared) -> pd.DataFrame:
    """Precision and recall of the rule for each group.

    Returns:
        One row a group: `group_code`, `n` (recognised), `precision`, `precision_low`, `precision_high`, `confirmed`,
        `recall`, `recall_low`, `recall_high`, `fewest` (the smaller of the two counts, for release).
    """
    columns = ["group_code", "n", "precision", "precision_low", "precision_high", "confirmed", "recall",
               "recall_low", "recall_high", "fewest"]  # fmt: skip
    if tests.reason or tests.rung != "best":
        return pd.DataFrame(columns=columns)
    rows, found = tests.rows, []
    right = rows["group_code"] == rows["confirmed_group"]
    for name, n in rows.groupby("group_code").size().items():
        hits, real = right & (rows["group_code"] == name), rows["confirmed_group"] == name
        members = int(real.sum())
        recall = found_share(hits, real, rows["weight"]) if members else Estimate(math.nan, math.nan, math.nan)
        found.append((name, n, *wilson(int(hits.sum()), n)[:3], members, *recall[:3], min(n, members)))
    return pd.DataFrame(found, columns=columns)


def forced_table(tests: Prepared) -> pd.DataFrame:
    """What becomes of the groups when everybody is put into one.

    The theme of a group is the one that half of its recognised members liked best; the lift is measured on others.
    Shares and lifts are weighted to all customers.

    Returns:
        One row a kind (`recognised`; `forced`: named by no rule, put into the nearest group; `nobody`: those of them
        whom the talk showed to belong to none; `everyone`): `who`, `n`, `precision` (share who belong to the group
        they were put in), `themed` (of them tested on the group's theme), `lift` (points above what their age, wealth
        and the theme give), `lift_low`, `lift_high`.
    """
    if tests.reason or tests.rung != "best":
        return pd.DataFrame(columns=list(Forced._fields))
    rows = tests.rows
    named, first = rows["group_code"].notna(), np.arange(len(rows)) % 2 == 0
    means = rows[named & first].groupby(["put_in", "proposition"])["residual"].mean().unstack()
    themed = (rows["proposition"] == rows["put_in"].map(means.idxmax(axis=1))) & ~(named & first)
    nobody = ~named & rows["confirmed_group"].isna()
    kinds = {"recognised": named, "forced": ~named, "nobody": nobody, "everyone": named | True}
    found = []
    for who, mine in kinds.items():
        right = (rows["put_in"] == rows["confirmed_group"])[mine]
        lift, weight = rows.loc[mine & themed, "residual"], rows.loc[mine & themed, "weight"]
        mean = float(np.average(lift, weights=weight)) if len(lift) else math.nan
        variance = float((weight**2 * (lift - mean) ** 2).sum() / max(weight.sum(), 1) ** 2)
        precision = float(np.average(right, weights=rows.loc[mine, "weight"]))
        found.append(Forced(who, int(mine.sum()), precision, len(lift), *normal(mean, math.sqrt(variance))[:3]))
    return pd.DataFrame(found, columns=list(Forced._fields))
