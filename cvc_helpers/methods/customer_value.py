"""Customer value creation: do natural groups explain what people respond to, and must fit be complete?

The tests of value propositions, made ready; the term for useful, worthwhile and suitable together, which is the
decision. What the groups are good for stands in `customer_value__groups`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array
from cvc_helpers.estimators import FEWEST_IN_CELL, require_columns
from cvc_helpers.estimators.checks import MOST_MISSING as MOST_UNKNOWN
from cvc_helpers.estimators.checks import is_unknown, measured, most_missing
from cvc_helpers.estimators.clusters import clustered
from cvc_helpers.estimators.conjunction import CORNERS, conjunction
from cvc_helpers.estimators.means import combination
from cvc_helpers.estimators.proportions import stratified
from cvc_helpers.estimators.variance import residuals
from cvc_helpers.findings import Finding
from cvc_helpers.gate import Check, Money
from cvc_helpers.rounding import written
from cvc_helpers.tables import Query

SLUG = "customer_value"
PARTS = ("is_useful", "is_worthwhile", "is_suitable")
DEMOGRAPHICS = ("age_band", "sex", "wealth_band", "tenure_band")
CONFOUNDERS = ("wealth_band", "skill_tier", "age_band")
ESSENTIAL = ("wealth_band", "skill_tier")
FEATURES = ("age", "is_female", "wealth_band", "tenure_years")
"""What a statistical segmentation usually has."""
IN_YUAN = ("income_yuan", "assets_yuan")
"""Wealth where it is not in bands: it is then cut into fifths."""
WEALTH_BANDS = 5
RULE_FIELDS = ("city", "district", "occupation", "household")
"""What the rules of the groups read, beside the year of birth; a fair opponent gets it too."""
THIRD = np.array([{3: 1.0, 2: -1 / 3}.get(sum(corner), 0.0) for corner in CORNERS])
"""Weights of the corners: all three criteria less the mean of the three pairs."""
FEWEST_CELLS = 5
MOST_MISSING = 0.2
NONE = "none"


def question() -> dict[str, Query]:
    """The queries of the case: `recognised`, the size of each group, and `tests`, the propositions put to customers."""
    return {name: Query(f"{SLUG}__{name}", {}) for name in ("recognised", "tests")}


class Prepared(NamedTuple):
    """Tests ready for comparison, or the reason why they are not.

    Attributes:
        rows: One row a test, with `residual` (response less theme and demographics, points), `cell` (natural group ×
            theme), `cluster`, `own_cluster` (of the fields that the rules read), `put_in` (the nearest group, for
            everybody) and `weight` (customers for whom a test stands: groups are tested more often than they occur).
        stability: Mean Jaccard similarity of the clusters under resampling.
        reason: Name of the limit in the wording; empty if the rows may be compared.
        rung: Rung of the data ladder.
    """

    rows: pd.DataFrame
    stability: float
    reason: str
    rung: str
    own_stability: float = math.nan
    """The same of the clusters that get the fields of the rules."""


def group_sizes(counts: pd.DataFrame) -> pd.DataFrame:
    """Each group's share of all customers, `share` (0–1), beside the counts of `customer_value__recognised`."""
    return counts.assign(share=counts["customers"] / max(int(counts["customers"].sum()), 1))


def none_share(counts: pd.DataFrame) -> float:
    """Share of customers whom no rule names, 0–1."""
    return float(counts.loc[counts["group_code"] == NONE, "customers"].sum() / max(int(counts["customers"].sum()), 1))


def validated(rows: pd.DataFrame) -> pd.DataFrame:
    """The tests with a response, after the checks that bad input must not pass.

    Raises:
        CvcError: E208 a test number twice; E209 a response outside 0–100; E210 more than a fifth lack a response.
    """
    if twice := int(rows["test_id"].duplicated().sum()):
        raise CvcError("E208", caller="validated", table="value_test", count=twice, key="test_id")
    if outside := int(((rows["response"] < 0) | (rows["response"] > 100)).sum()):
        raise CvcError("E209", caller="validated", count=outside, column="response", expected="0–100")
    if len(rows) and rows["response"].isna().mean() > MOST_MISSING:
        raise CvcError(
            "E210",
            caller="validated",
            reason="more than a fifth of the tests have no response",
            remedy="Find out who did not answer before comparing those who did.",
        )
    return rows[rows["response"].notna()].reset_index(drop=True)


def no_answer(rows: pd.DataFrame, counts: pd.DataFrame, rung: str) -> str:
    """Why the tests give no comparison, as a name of the wording; empty if they do.

    Groups that were written down on or after the first test are refused: whoever has seen the answers can always
    find groups that explain them.
    """
    if not rung:
        return "no_rules"
    if counts["unread_rules"].max() > 0:
        return "no_fields"
    if rung == "minimum" or rows.empty:
        return "no_tests"
    written = rows["rule_defined_on"].max()
    if pd.isna(written) or written >= rows["contacted_on"].min():
        return "double_dipping"
    sizes = rows[rows["group_code"].notna()].groupby(["group_code", "proposition"]).size()
    return "few_tests" if (sizes >= FEWEST_IN_CELL).sum() < FEWEST_CELLS else ""


def prepare(rows: pd.DataFrame, counts: pd.DataFrame, *, rung: str, clusters: int, seed: int) -> Prepared:
    """The tests with residuals, natural cells, statistical clusters and the group nearest to each customer.

    Args:
        rows: Result of `customer_value__tests`.
        counts: Result of `customer_value__recognised`.
        rung: Rung of the data ladder that the folder reaches.
        clusters: Number of statistical clusters.
        seed: Of the clustering.
    """
    rows = validated(rows)
    if reason := no_answer(rows, counts, rung):
        return Prepared(rows, math.nan, reason, rung)
    found = banded(with_wealth(rows))
    known = ("proposition", *usable(found, DEMOGRAPHICS))
    found = found.assign(residual=residuals(found, outcome="response", known=known))
    features = standardised(found)
    labels, stability = clustered(features, clusters=clusters, seed=seed)
    own, own_stability = clustered(rule_features(found), clusters=clusters, seed=seed)
    natural = found["group_code"].fillna(NONE)
    put_in = nearest_groups(features, found["group_code"], found["branch_id"])
    weight = natural.map(counts.set_index("group_code")["customers"] / natural.value_counts())
    cell = natural + " " + found["proposition"]
    found = found.assign(cell=cell, cluster=labels, own_cluster=own, put_in=put_in, weight=weight)
    return Prepared(found, stability, "", rung, own_stability)


def banded(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `age_band`, `tenure_band` and `is_female`."""
    require_columns(rows.columns, {"age", "tenure_years", "sex"}, "banded")
    return rows.assign(
        age_band=(rows["age"] // 5).clip(4, 14).astype("Int64"),
        tenure_band=pd.cut(rows["tenure_years"], [-math.inf, 1, 3, 6, math.inf], labels=False),
        is_female=(rows["sex"] == "F").astype(float),
    )


def with_wealth(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with wealth as `wealth_band`: the client's own, else fifths of income or of assets in yuan."""
    found, in_yuan = measured(rows, "wealth_band", IN_YUAN)
    if not in_yuan:
        return rows
    fifths = pd.Series(pd.qcut(found["wealth_band"].rank(), WEALTH_BANDS, labels=False), found.index)
    return rows.assign(wealth_band=(fifths + 1).astype("Int64"))


def usable(rows: pd.DataFrame, columns: Sequence[str]) -> tuple[str, ...]:
    """Those of the columns that can make something equal; the others are left out, and a check says so."""
    return tuple(name for name in columns if not is_unknown(rows[name]))


def missing_check(rows: pd.DataFrame, columns: Sequence[str]) -> Check:
    """Largest share missing of these columns: up to a twentieth is a level of its own, above that one was left out."""
    share = most_missing(rows, columns)
    return Check("missing", share, share == 0, "note" if share <= MOST_UNKNOWN else "sensitivity")


def standardised(rows: pd.DataFrame) -> Array:
    """Features of a statistical segmentation, shape (rows, 4), centred and scaled; a missing value gets the median."""
    values = rows[list(FEATURES)].astype(float)
    values = values.fillna(values.median()).fillna(0.0)
    return np.asarray((values - values.mean()) / values.std().replace(0, 1))


def rule_features(rows: pd.DataFrame) -> Array:
    """The fields that the rules read, shape (rows, k): age standardised, one 0/1 column a level of the others."""
    age = rows["age"].astype(float).fillna(rows["age"].median()).fillna(0.0).to_numpy()
    levels = pd.get_dummies(rows[list(RULE_FIELDS)].astype(object).fillna(NONE), dtype=float)
    return np.column_stack([(age - age.mean()) / (age.std() or 1.0), levels])


def nearest_groups(features: Array, groups: pd.Series, branches: pd.Series) -> pd.Series:
    """A group for everybody, as a method without "none" gives it: the nearest one of the branch.

    Args:
        features: Standardised, shape (rows, features).
        groups: Recognised group; missing for none.
        branches: Branch of each row; one without a group of ten chooses among all.

    Returns:
        Group of each row: the recognised one, else the group whose members' mean lies nearest.
    """
    members = groups.groupby([branches, groups]).transform("size").fillna(0) >= FEWEST_IN_CELL
    codes, names = pd.factorize(groups.where(members), sort=True)
    centres = np.array([features[codes == code].mean(axis=0) for code in range(len(names))])
    distance = ((features[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    at_home = pd.crosstab(branches, groups.where(members)).reindex(columns=names, fill_value=0) > 0
    reach = at_home.reindex(branches.to_numpy(), fill_value=False).to_numpy()
    reach = np.where(reach.any(axis=1, keepdims=True), reach, True)
    nearest = pd.Series(np.asarray(names)[np.where(reach, distance, np.inf).argmin(axis=1)], groups.index)
    return groups.where(groups.notna(), nearest)


class Fit(NamedTuple):
    """What the third criterion brings, whether fit is conjunctive, the odds ratio, and the steps to draw."""

    third: Finding
    extra: Finding
    odds: Finding
    steps: pd.DataFrame


def fit(
    tests: Prepared,
    *,
    fitting_cost_yuan: float,
    contribution_yuan_per_request: float,
    worth_requests_per_100: float,
    worth_odds: float,
    controls: tuple[Finding, ...],
) -> Fit:
    """What it brings to make the third criterion hold, and whether the three do more together than their parts.

    The decision is whether to spend `fitting_cost_yuan` for each customer whom it brings from two criteria to three.
    Refused below the rung `best`.

    Args:
        tests: Result of `prepare`.
        fitting_cost_yuan: Cost for one customer brought from two criteria to three, those tried in vain included.
        contribution_yuan_per_request: What one request for a proposal contributes.
        worth_requests_per_100: Requests per 100 beyond the parts from which the three are said to act together.
        worth_odds: Odds ratio from which they are.
        controls: Findings where nothing should come out.
    """
    money = Money(100 * fitting_cost_yuan, contribution_yuan_per_request)
    about = _about(money, worth_requests_per_100, worth_odds)
    rows = _answered(tests)
    if reason := tests.reason or ("no_answers" if tests.rung != "best" else "few_tests" if _sparse(rows) else ""):
        third, extra, odds = (Finding.refused(**each, reason=reason) for each in about)
        return Fit(third, extra, odds, pd.DataFrame())
    compared = usable(rows, CONFOUNDERS)
    found = conjunction(rows, parts=PARTS, outcome="is_converted", confounders=compared, cluster="customer_id")
    bands = rows.assign(wealth_band=rows["wealth_band"].astype(float).fillna(-1.0))
    within = stratified(bands, exposure="all_three", outcome="is_converted", stratum="wealth_band")
    common: dict[str, Any] = {"method": "conjunction", "checks": _fit_checks(rows, within)}
    plain: dict[str, Any] = {"on_the_slide": 100 * _plain_difference(rows), "values": _rates(found.steps)}
    counts = len(rows), int(rows["customer_id"].nunique())
    gain = combination(found.corners, THIRD).times(100).counted(*counts)
    third = Finding.of(
        **about[0], **common, **plain, estimate=gain, comparison="comparable_cohort", controls=controls,
    )  # fmt: skip
    extra = Finding.of(**about[1], **common, **plain, estimate=found.contrast.times(100).counted(*counts))
    ratio = found.log_odds.exponential().counted(*counts)
    return Fit(
        third, extra, Finding.of(**about[2], **common, estimate=ratio, on_the_slide=within["plain"]), found.steps
    )


def _about(money: Money, worth_requests_per_100: float, worth_odds: float) -> tuple[dict[str, Any], ...]:
    """What the three findings are, however they come out: the decision, the claim and the claim on the odds."""
    return (
        {"key": f"{SLUG}.third", "kind": "decision", "unit": "per_100", "money": money, "is_primary": True},
        {"key": f"{SLUG}.fit", "kind": "claim", "unit": "per_100", "worth": worth_requests_per_100},
        {"key": f"{SLUG}.fit_odds", "kind": "claim", "unit": "ratio", "worth": worth_odds},
    )


def _fit_checks(rows: pd.DataFrame, within: dict[str, float]) -> tuple[Check, ...]:
    smallest = int(rows.groupby(list(PARTS)).size().min())
    missing = [name for name in ESSENTIAL if is_unknown(rows[name])]
    return (
        Check("within_wealth", within["stratified"], within["low"] > 1, "sensitivity"),
        Check("smallest", smallest, smallest >= FEWEST_IN_CELL, "essential"),
        Check("essential", float(len(missing)), not missing, "essential"),
        missing_check(rows, CONFOUNDERS),
    )


def _plain_difference(rows: pd.DataFrame) -> float:
    """Share converted with all three less the share with fewer."""
    share = {held: float(part["is_converted"].mean()) for held, part in rows.groupby(rows["all_three"] == 1)}
    return share[True] - share[False]


def _rates(steps: pd.DataFrame) -> dict[str, str]:
    """Conversions per 100 at 0 to 3 criteria, and at 3 as the parts alone would have it, for the sentences."""
    named = {f"rate_{held}": written(100 * share, "count") for held, share in enumerate(steps["standardised"])}
    return named | {"from_parts": written(100 * float(steps["from_parts"].iloc[-1]), "count")}


def _answered(tests: Prepared) -> pd.DataFrame:
    """Tests in which all three criteria and the conversion are on record, with `all_three` (0/1)."""
    rows = tests.rows.dropna(subset=[*PARTS, "is_converted"])
    return rows.assign(all_three=rows[list(PARTS)].prod(axis=1))


def _sparse(rows: pd.DataFrame) -> bool:
    sizes = rows.groupby(list(PARTS)).size()
    return len(sizes) < 8 or bool(sizes.min() < FEWEST_IN_CELL)
