"""Customer value creation: do natural groups explain what people respond to, and must fit be complete?

Three questions, three findings: the share of variance between natural groups, held against statistical clusters of
the same people; the term for useful, worthwhile and suitable together; the precision of the rule before contact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import proportion_confint

from cvc_helpers.errors import CvcError
from cvc_helpers.findings import Check, Comparison, Finding, Unit, decide
from cvc_helpers.methods import require_columns
from cvc_helpers.methods.comparison import Array, Codes, Z, design_matrix
from cvc_helpers.vocabulary import DOMAINS
from cvc_helpers.wording import say, wordings

SLUG = "customer_value"
PARTS = ("is_useful", "is_worthwhile", "is_suitable")
DEMOGRAPHICS = ("age_band", "sex", "wealth_band", "tenure_band")
CONFOUNDERS = ("wealth_band", "skill_tier", "age_band")
FEATURES = ("age", "is_female", "wealth_band", "tenure_years")
"""What a statistical segmentation usually has."""
FEWEST_IN_CELL = 10
FEWEST_CELLS = 5
MOST_MISSING = 0.2
STABLE = 0.75
"""Jaccard similarity from which Hennig (2007) calls a cluster stable."""
NONE = "none"


class Share(NamedTuple):
    """Share of variance between cells.

    Attributes:
        icc: Between-cell variance over the total, 0–1.
        low: Lower end of its 95 % interval.
        high: Upper end.
        between: Variance between cells.
        within: Variance within cells.
        n: Rows in cells of ten or more.
        cells: Cells of ten or more.
    """

    icc: float
    low: float
    high: float
    between: float
    within: float
    n: int
    cells: int


class Estimate(NamedTuple):
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


class Conjunction(NamedTuple):
    """The three-way term on both scales, and conversion at each number of criteria that hold.

    Attributes:
        log_odds: Its log odds ratio.
        contrast: The three-way interaction contrast, in shares.
        steps: One row a number of criteria that hold (0–3): `held`, `n`, `standardised` (share), `from_parts` (the
            same with the three-way term at 0).
    """

    log_odds: Estimate
    contrast: Estimate
    steps: pd.DataFrame


class Prepared(NamedTuple):
    """Tests ready for comparison, or the reason why they are not.

    Attributes:
        rows: One row a test, with `residual` (response less theme and demographics, points), `cell` (natural group ×
            theme), `cluster`, `put_in` (the nearest group, for everybody) and `weight` (customers for whom a test
            stands: groups are tested more often than they occur).
        stability: Mean Jaccard similarity of the clusters under resampling.
        reason: Name of the limit in the wording; empty if the rows may be compared.
        rung: Rung of the data ladder.
    """

    rows: pd.DataFrame
    stability: float
    reason: str
    rung: str


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


def no_answer(rows: pd.DataFrame, rung: str) -> str:
    """Why the tests give no comparison, as a name of the wording; empty if they do.

    Groups that were written down on or after the first test are refused: whoever has seen the answers can always
    find groups that explain them.
    """
    if not rung:
        return "no_rules"
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
    if reason := no_answer(rows, rung):
        return Prepared(rows, math.nan, reason, rung)
    found = banded(rows)
    found = found.assign(residual=residuals(found, outcome="response", known=("proposition", *DEMOGRAPHICS)))
    features = standardised(found)
    labels, stability = clustered(features, clusters=clusters, seed=seed)
    natural = found["group_code"].fillna(NONE)
    put_in = nearest_groups(features, found["group_code"], found["branch_id"])
    weight = natural.map(counts.set_index("group_code")["customers"] / natural.value_counts())
    cell = natural + " " + found["proposition"]
    found = found.assign(cell=cell, cluster=labels, put_in=put_in, weight=weight)
    return Prepared(found, stability, "", rung)


def banded(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `age_band`, `tenure_band` and `is_female`."""
    require_columns(rows.columns, {"age", "tenure_years", "sex"}, "banded")
    return rows.assign(
        age_band=(rows["age"] // 5).clip(4, 14).astype("Int64"),
        tenure_band=pd.cut(rows["tenure_years"], [-math.inf, 1, 3, 6, math.inf], labels=False),
        is_female=(rows["sex"] == "F").astype(float),
    )


def residuals(rows: pd.DataFrame, *, outcome: str, known: Sequence[str]) -> Array:
    """What is left of an outcome after columns known beforehand, shape (rows,); least squares on their levels."""
    design, value = design_matrix(rows, known), rows[outcome].to_numpy(float)
    return np.asarray(value - design @ np.linalg.lstsq(design, value, rcond=None)[0])


def standardised(rows: pd.DataFrame) -> Array:
    """Features of a statistical segmentation, shape (rows, 4), centred and scaled; a missing value gets the median."""
    values = rows[list(FEATURES)].astype(float)
    values = values.fillna(values.median())
    return np.asarray((values - values.mean()) / values.std().replace(0, 1))


def variance_share(values: Array, cells: pd.Series) -> Share:
    """Intraclass correlation of a one-way random-effects layout, with its interval from the F distribution.

    Args:
        values: Outcome, shape (rows,).
        cells: Cell of each row; cells of fewer than ten rows are left out.

    Returns:
        The share, clipped to 0–1. Exact for equal cells; for unequal ones the mean size n0 stands in.

    Raises:
        CvcError: E210, fewer than two cells of ten.

    Source: Searle (1971), chapter 9; Donner (1986), International Statistical Review 54, 67–82.
    """
    codes, kept = _large_cells(cells)
    value, sizes = np.asarray(values, float)[kept], np.bincount(codes)
    n, groups = len(value), len(sizes)
    means = np.bincount(codes, value) / sizes
    between = float((sizes * (means - value.mean()) ** 2).sum() / (groups - 1))
    within = float(((value - means[codes]) ** 2).sum() / (n - groups))
    size = (n - (sizes**2).sum() / n) / (groups - 1)
    ratio = between / within
    limits = [f_distribution.ppf(p, groups - 1, n - groups) for p in (0.975, 0.5, 0.025)]
    low, high = ((ratio / limit - 1) / (ratio / limit + size - 1) for limit in (limits[0], limits[2]))
    tau2 = max((between - within) / size, 0.0)
    low, high = (min(max(float(end), 0.0), 1.0) for end in (low, high))
    return Share(float(tau2 / (tau2 + within)), low, high, tau2, within, n, groups)


def _large_cells(cells: pd.Series) -> tuple[Codes, Any]:
    """Codes of the rows in cells of ten or more, and which rows those are; E210 if fewer than two cells remain."""
    kept = (cells.groupby(cells).transform("size") >= FEWEST_IN_CELL).to_numpy()
    codes, names = pd.factorize(cells[kept], sort=True)
    if len(names) < 2:
        raise CvcError(
            "E210",
            caller="variance_share",
            reason="fewer than two cells hold ten tests",
            remedy="Test more customers, or fewer propositions.",
        )
    return codes, kept


def held_out_share(values: Array, cells: pd.Series, *, folds: int, seed: int) -> float:
    """Share of variance that cell means explain on people who were not used to compute them.

    Args:
        values: Outcome, shape (rows,).
        cells: Cell of each row.
        folds: Number of folds.
        seed: Of the assignment to folds.

    Returns:
        Out-of-sample R²; at most 1, below 0 where the means mislead. Cell means are shrunken to the grand mean.
    """
    value, codes = np.asarray(values, float), pd.factorize(cells, sort=True)[0]
    fold = np.random.default_rng(seed).permutation(len(value)) % folds
    error = total = 0.0
    for number in range(folds):
        train, test = fold != number, fold == number
        grand = value[train].mean()
        means = grand + shrunken(value[train] - grand, codes[train], int(codes.max()) + 1)[0]
        error += float(((value[test] - means[codes[test]]) ** 2).sum())
        total += float(((value[test] - grand) ** 2).sum())
    return 1 - error / total


def shrunken(values: Array, codes: Codes, cells: int) -> tuple[Array, Array]:
    """Cell means pulled to 0 as far as their noise demands, and their standard errors; each of shape (cells,).

    Args:
        values: Outcome with mean 0, shape (rows,).
        codes: Cell of each row, 0 to `cells` − 1.
        cells: Number of cells; one without rows gets 0.

    Source: Efron & Morris (1975), Journal of the American Statistical Association 70, 311–319.
    """
    sizes = np.bincount(codes, minlength=cells)
    means = np.bincount(codes, values, cells) / np.maximum(sizes, 1)
    within = float(((values - means[codes]) ** 2).sum() / max(len(values) - (sizes > 0).sum(), 1))
    noise = within / np.maximum(sizes, 1)
    tau2 = max(float(np.average(means**2 - noise, weights=sizes)), 0.0)
    kept = np.where(sizes > 0, tau2 / (tau2 + noise), 0.0) if tau2 else np.zeros(cells)
    return kept * means, np.sqrt(kept * noise)


def clustered(features: Array, *, clusters: int, seed: int, resamples: int = 10) -> tuple[Codes, float]:
    """k-means clusters, and how much of them survives when other people are drawn.

    Args:
        features: Standardised, shape (rows, features).
        clusters: How many.
        seed: Of the starts and resamples.
        resamples: Bootstrap samples.

    Returns:
        Cluster of each row, and the mean over clusters of the best Jaccard similarity to a cluster of the resample.

    Source: Hennig (2007), Computational Statistics & Data Analysis 52, 258–271.
    """
    labels = KMeans(clusters, n_init=3, random_state=seed).fit_predict(features)
    rng, found = np.random.default_rng(seed), []
    for number in range(resamples):
        drawn = np.unique(rng.integers(0, len(features), len(features)))
        again = KMeans(clusters, n_init=1, random_state=seed + 1 + number).fit_predict(features[drawn])
        found.append(jaccard(labels[drawn], again))
    return labels, float(np.mean(found))


def jaccard(one: Codes, other: Codes) -> float:
    """Mean over the clusters of `one` of the best Jaccard similarity to a cluster of `other`, 0–1."""
    both = pd.crosstab(one, other).to_numpy()
    union = both.sum(axis=1, keepdims=True) + both.sum(axis=0) - both
    return float((both / union).max(axis=1).mean())


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


def explained(tests: Prepared, counts: pd.DataFrame, *, worth: float, folds: int, seed: int) -> Finding:
    """The headline: share of the variance in response that lies between natural groups × theme.

    Args:
        tests: Result of `prepare`.
        counts: Result of `customer_value__recognised`.
        worth: Share from which working by natural groups pays.
        folds: Folds of the held-out comparison.
        seed: Of the folds.

    Returns:
        The finding; on the slide stands the share between statistical clusters × theme of the same people.
    """
    values: dict[str, float | str] = {"none_share": f"{none_share(counts):.0%}"}
    if tests.reason:
        return refusal("icc", unit="share", worth=worth, reason=tests.reason, values=values)
    members = tests.rows[tests.rows["group_code"].notna()]
    residual = members["residual"].to_numpy(float)
    crossed = members["cluster"].astype(str) + " " + members["proposition"]
    natural, statistical = variance_share(residual, members["cell"]), variance_share(residual, crossed)
    held = {name: held_out_share(residual, cells, folds=folds, seed=seed)
            for name, cells in (("natural", members["cell"]), ("clusters", crossed))}  # fmt: skip
    values |= {f"held_out_{name}": f"{share:.1%}".replace("-", "−") for name, share in held.items()}
    values |= {"agreement": f"{adjusted_rand_score(members['group_code'], members['cluster']):.2f}"}
    values |= {"cells": str(natural.cells), "stability": f"{tests.stability:.2f}"}
    checks = (
        Check("held_out", held["natural"] - held["clusters"], held["natural"] > max(held["clusters"], 0)),
        Check("stability", tests.stability, tests.stability >= STABLE),
    )
    found = Estimate(natural.icc, natural.low, natural.high)
    return _finding("icc", found, unit="share", on_the_slide=statistical.icc, worth=worth, n=natural.n,
                    n_clusters=natural.cells, method="one_way", checks=checks, values=values)  # fmt: skip


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


def conjunction(rows: pd.DataFrame, *, parts: Sequence[str], outcome: str, confounders: Sequence[str]) -> Conjunction:
    """Whether three conditions do together what none does alone, on the odds and on the probability scale.

    Logistic regression of the outcome on the three parts, their product and the confounders. The contrast is
    P111 − P110 − P101 − P011 + P100 + P010 + P001 − P000, each P averaged over everybody's confounders
    (g-computation), its interval by the delta method.

    Args:
        rows: One row a unit.
        parts: Three 0/1 columns.
        outcome: 0/1 column.
        confounders: Columns known before.

    Raises:
        CvcError: E210 a combination of the parts has fewer than ten rows; E211 not identified.
    """
    require_columns(rows.columns, {*parts, outcome, *confounders}, "conjunction")
    flags = rows[list(parts)].to_numpy(float)
    if rows.groupby(list(parts)).size().reindex(list(product((0, 1), repeat=3)), fill_value=0).min() < FEWEST_IN_CELL:
        raise CvcError(
            "E210",
            caller="conjunction",
            reason="a combination of the three criteria has fewer than ten tests",
            remedy="Test more customers.",
        )
    others = design_matrix(rows, confounders)
    design = np.column_stack([flags, flags.prod(axis=1), others])
    fit = GLM(rows[outcome].to_numpy(float), design, family=Binomial()).fit(maxiter=60)
    if not fit.converged or np.linalg.matrix_rank(design) < design.shape[1]:
        raise CvcError("E211", caller="conjunction", reason="no convergence", columns=list(confounders))
    beta, covariance = np.asarray(fit.params), np.asarray(fit.cov_params())
    log_odds = _normal(float(beta[3]), float(covariance[3, 3]))
    value, gradient = _contrast(beta, others)
    return Conjunction(log_odds, _normal(value, float(gradient @ covariance @ gradient)), _steps(beta, flags, others))


def _normal(value: float, variance: float) -> Estimate:
    half = Z * math.sqrt(variance)
    return Estimate(value, value - half, value + half)


def _corner(corner: Sequence[int], beta: Array, others: Array) -> tuple[float, Array]:
    """Mean probability if everybody had these three flags, and its gradient in the coefficients."""
    flags = np.tile([*corner, math.prod(corner)], (len(others), 1))
    design = np.column_stack([flags, others])
    share = 1 / (1 + np.exp(-design @ beta))
    return float(share.mean()), np.asarray((share * (1 - share)) @ design / len(others))


def _contrast(beta: Array, others: Array) -> tuple[float, Array]:
    value, gradient = 0.0, np.zeros(len(beta))
    for corner in product((0, 1), repeat=3):
        share, slope = _corner(corner, beta, others)
        sign = (-1) ** (3 - sum(corner))
        value, gradient = value + sign * share, gradient + sign * slope
    return value, gradient


def _steps(beta: Array, flags: Array, others: Array) -> pd.DataFrame:
    """Conversion with 0, 1, 2 or 3 criteria, everybody's confounders; and as the parts alone would have it."""
    without = beta.copy()
    without[3] = 0.0
    rows = []
    for held in range(4):
        corners = [corner for corner in product((0, 1), repeat=3) if sum(corner) == held]
        shares = [np.mean([_corner(corner, of, others)[0] for corner in corners]) for of in (beta, without)]
        rows.append((held, int((flags.sum(axis=1) == held).sum()), *shares))
    return pd.DataFrame(rows, columns=["held", "n", "standardised", "from_parts"])


def stratified(rows: pd.DataFrame, *, exposure: str, outcome: str, stratum: str) -> dict[str, float]:
    """Odds ratio of a 0/1 exposure and outcome, plain and within strata (Mantel–Haenszel).

    Args:
        rows: One row a unit.
        exposure: 0/1 column.
        outcome: 0/1 column.
        stratum: Column within whose values like is compared with like.

    Returns:
        `plain`, `stratified`, `low`, `high`.

    Raises:
        CvcError: E210, no stratum holds both exposed and unexposed.

    Source: Mantel & Haenszel (1959); interval of Robins, Breslow & Greenland (1986).
    """
    require_columns(rows.columns, {exposure, outcome, stratum}, "stratified")
    levels = pd.MultiIndex.from_product([[1, 0], [1, 0]])
    tables = [part.groupby([exposure, outcome]).size().reindex(levels, fill_value=0).to_numpy(float).reshape(2, 2)
              for _, part in rows.groupby(stratum)]  # fmt: skip
    tables = [table for table in tables if table.sum(axis=1).all()]
    if not tables:
        raise CvcError("E210", caller="stratified", reason="no stratum holds both kinds", remedy="Choose wider strata.")
    found, pooled = StratifiedTable(tables), np.sum(tables, axis=0)
    low, high = found.oddsratio_pooled_confint()
    plain = (
        float(pooled[0, 0] * pooled[1, 1] / (pooled[0, 1] * pooled[1, 0])) if pooled[0, 1] * pooled[1, 0] else math.inf
    )
    return {"plain": plain, "stratified": float(found.oddsratio_pooled), "low": float(low), "high": float(high)}


class Fit(NamedTuple):
    """Whether fit is conjunctive: the extra conversions, the odds ratio, and the steps to draw."""

    extra: Finding
    odds: Finding
    steps: pd.DataFrame


def fit(tests: Prepared, *, worth: float, worth_odds: float) -> Fit:
    """Useful, worthwhile and suitable together, beyond what the parts predict, on both scales.

    Args:
        tests: Result of `prepare`.
        worth: Extra conversions per 100 from which it pays to insist on all three.
        worth_odds: The same as an odds ratio.

    Returns:
        The findings, or refusals below the rung `best`; on the slide stands all three against fewer, plainly counted.
    """
    rows = _answered(tests)
    if reason := tests.reason or ("no_answers" if tests.rung != "best" else "few_tests" if _sparse(rows) else ""):
        refused = refusal("fit", unit="per_100", worth=worth, reason=reason)
        return Fit(refused, refusal("fit_odds", unit="ratio", worth=worth_odds, reason=reason), pd.DataFrame())
    found = conjunction(rows, parts=PARTS, outcome="is_converted", confounders=CONFOUNDERS)
    within = stratified(rows, exposure="all_three", outcome="is_converted", stratum="wealth_band")
    smallest = int(rows.groupby(list(PARTS)).size().min())
    simpson = Check("within_wealth", within["stratified"], within["low"] > 1)
    checks = (simpson, Check("smallest", smallest, smallest >= FEWEST_IN_CELL))
    common: dict[str, Any] = {"n": len(rows), "n_clusters": int(rows["customer_id"].nunique()), "method": "conjunction"}
    extra = _finding(
        "fit",
        Estimate(*(100 * end for end in found.contrast)),
        unit="per_100",
        on_the_slide=100 * _plain_difference(rows),
        worth=worth,
        checks=checks,
        values=_rates(found.steps),
        **common,
    )
    ratios = Estimate(*map(math.exp, found.log_odds))
    slide: dict[str, Any] = {"on_the_slide": within["plain"], "worth": worth_odds, "checks": checks[:1]}
    return Fit(extra, _finding("fit_odds", ratios, unit="ratio", **slide, **common), found.steps)


def _plain_difference(rows: pd.DataFrame) -> float:
    """Share converted with all three less the share with fewer."""
    share = {held: float(part["is_converted"].mean()) for held, part in rows.groupby(rows["all_three"] == 1)}
    return share[True] - share[False]


def _rates(steps: pd.DataFrame) -> dict[str, float | str]:
    """Conversions per 100 at 0 to 3 criteria, and at 3 as the parts alone would have it, for the sentences."""
    per_100 = [f"{100 * share:.0f}" for share in steps["standardised"]]
    named: dict[str, float | str] = {f"rate_{held}": text for held, text in enumerate(per_100)}
    return named | {"from_parts": f"{100 * float(steps['from_parts'].iloc[-1]):.0f}"}


def _answered(tests: Prepared) -> pd.DataFrame:
    """Tests in which all three criteria and the conversion are on record, with `all_three` (0/1)."""
    rows = tests.rows.dropna(subset=[*PARTS, "is_converted"])
    return rows.assign(all_three=rows[list(PARTS)].prod(axis=1))


def _sparse(rows: pd.DataFrame) -> bool:
    sizes = rows.groupby(list(PARTS)).size()
    return len(sizes) < 8 or bool(sizes.min() < FEWEST_IN_CELL)


def wilson(hits: int, n: int) -> Estimate:
    """A proportion with Wilson's interval; NaN for no people. Source: Newcombe (1998), Statistics in Medicine 17."""
    if not n:
        return Estimate(math.nan, math.nan, math.nan)
    low, high = proportion_confint(hits, n, method="wilson")
    return Estimate(hits / n, float(low), float(high))


def recognition(tests: Prepared, *, worth: float) -> Finding:
    """How many of those whom the rule names before contact really belong to the group.

    Args:
        tests: Result of `prepare`.
        worth: Precision from which a branch can send somebody on the strength of the rule.

    Returns:
        The finding with Wilson's interval; on the slide stands the share of all customers put where they belong,
        "none" included, which is high for any rule that names few.
    """
    reason = tests.reason or ("no_answers" if tests.rung != "best" else "")
    if reason:
        return refusal("recognition", unit="share", worth=worth, reason=reason)
    rows = tests.rows
    right = rows["group_code"] == rows["confirmed_group"]
    named, real = rows["group_code"].notna(), rows["confirmed_group"].notna()
    precision, recall = wilson(int(right.sum()), int(named.sum())), found_share(right, real, rows["weight"])
    kinds = {kind.who: kind for kind in map(Forced._make, forced_table(tests).itertuples(index=False))}
    everyone, tested_none = kinds["everyone"].precision, f"{(~named).mean():.0%}"
    return _finding(
        "recognition",
        precision,
        unit="share",
        on_the_slide=float(np.average(right | (~named & ~real), weights=rows["weight"])),
        worth=worth,
        n=int(named.sum()),
        n_clusters=int(rows.loc[named, "customer_id"].nunique()),
        method="wilson",
        checks=(Check("everyone", everyone, everyone >= worth), Check("recall", recall.value, recall.low >= 0.5)),
        values=_recalled(recall) | _lifts(kinds) | {"tested_none": tested_none, "everyone": f"{everyone:.0%}"},
    )


def found_share(right: pd.Series, real: pd.Series, weight: pd.Series) -> Estimate:
    """Recall: share of all members whom the rule finds, when the recognised were tested more often than others.

    Args:
        right: Whether the rule named the right group, shape (rows,).
        real: Whether the talk confirmed a group.
        weight: Customers for whom a row stands.

    Returns:
        The weighted share; its interval on the log odds, by the delta method. Wilson's where all or none are found.
    """
    hits, missed = weight[right & real].to_numpy(float), weight[real & ~right].to_numpy(float)
    if not len(hits) or not len(missed):
        return wilson(len(hits), len(hits) + len(missed))
    odds = hits.sum() / missed.sum()
    half = Z * math.sqrt((hits**2).sum() / hits.sum() ** 2 + (missed**2).sum() / missed.sum() ** 2)
    return Estimate(*(float(end / (1 + end)) for end in (odds, odds * math.exp(-half), odds * math.exp(half))))


def _recalled(recall: Estimate) -> dict[str, float | str]:
    names = ("recall", "recall_low", "recall_high")
    return {name: f"{share:.0%}" for name, share in zip(names, recall, strict=True)}


class Forced(NamedTuple):
    """One kind of customer when everybody is put into a group; the columns of `forced_table`."""

    who: str
    n: int
    precision: float
    themed: int
    lift: float
    lift_low: float
    lift_high: float


def _lifts(kinds: dict[str, Forced]) -> dict[str, float | str]:
    """The lift of each kind in points, for the sentences."""
    return {f"{who}_lift": f"{kinds[who].lift:.1f}".replace("-", "−") for who in ("recognised", "forced", "nobody")}


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
        recall = found_share(hits, real, rows["weight"])
        found.append((name, n, *wilson(int(hits.sum()), n), members, *recall, min(n, members)))
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
        found.append(Forced(who, int(mine.sum()), precision, len(lift), *_normal(mean, variance)))
    return pd.DataFrame(found, columns=list(Forced._fields))


def refusal(
    name: str, *, unit: Unit, worth: float, reason: str, values: dict[str, float | str] | None = None
) -> Finding:
    """The finding of a folder that gives no answer: it says so, and what the next rung would buy.

    Args:
        name: Which finding is refused.
        unit: Its unit.
        worth: The threshold it would have been held against.
        reason: Name of the limit in the wording.
        values: What the sentences may still quote.
    """
    nothing = math.nan
    return Finding(f"{SLUG}.{name}", unit, nothing, nothing, nothing, nothing, worth, 0, 0, "description",
                   "description_only", "cannot_tell", reason, values=values or {})  # fmt: skip


def _finding(
    name: str,
    found: Estimate,
    *,
    unit: Unit,
    on_the_slide: float,
    worth: float,
    n: int,
    n_clusters: int,
    method: str,
    checks: tuple[Check, ...] = (),
    values: dict[str, float | str] | None = None,
) -> Finding:
    graded: Comparison = "comparable_cohort"
    verdict = decide(estimate=found.value, low=found.low, high=found.high, worth=worth, unit=unit, comparison=graded)
    return Finding(f"{SLUG}.{name}", unit, on_the_slide, *found, worth, n, n_clusters, method, graded, verdict,
                   "limit", checks, values=values or {})  # fmt: skip


def group_name(code: str, language: str) -> str:
    """Name of a natural group; a client's own code stands for itself."""
    key = f"{SLUG}.group_{code}"
    return say(key, language) if key in wordings() else str(code)


def named(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """The table with `group` and, where it has propositions, `theme` in words."""
    themes = {term.key: term.name(language) for term in DOMAINS}
    found = table.assign(group=[group_name(code, language) for code in table["group_code"]])
    return found.assign(theme=found["proposition"].map(themes)) if "proposition" in found else found


def kinds_named(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """The result of `forced_table` with `who_name`, each kind in words."""
    return table.assign(who_name=[say(f"{SLUG}.who_{who}", language) for who in table["who"]])
