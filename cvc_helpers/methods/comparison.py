"""Comparing like with like: weighting to the exposed, matched sets, balance, and how strong a hidden cause must be."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationError, PerfectSeparationWarning

from cvc_helpers.errors import CvcError
from cvc_helpers.methods import require_columns

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.integer[Any]]
Z = NormalDist().inv_cdf(0.975)
"""Half-width of a 95 % interval in standard errors."""


class Effect(NamedTuple):
    """One estimated effect on the exposed.

    Attributes:
        outcome: The outcome's column.
        estimate: Mean difference for the exposed, in the outcome's unit.
        standard_error: Clustered.
        low: Lower end of the 95 % interval.
        high: Upper end.
        exposed_mean: Mean outcome of the exposed.
        comparable_mean: Mean outcome the exposed would have had, by the comparison.
        n: Rows.
        n_exposed: Exposed rows.
        n_clusters: Clusters.
    """

    outcome: str
    estimate: float
    standard_error: float
    low: float
    high: float
    exposed_mean: float
    comparable_mean: float
    n: int
    n_exposed: int
    n_clusters: int


def design_matrix(cohort: pd.DataFrame, confounders: Sequence[str]) -> Array:
    """Indicator columns for each confounder, with a constant, and none that repeats another.

    Args:
        cohort: One row a unit.
        confounders: Columns; text, flags and whole numbers with at most 24 values become indicators, others stay.

    Returns:
        Array of shape (rows, 1 + k). A missing value is a level of its own.
    """
    parts = [np.ones((len(cohort), 1))]
    for name in confounders:
        column = cohort[name]
        if pd.api.types.is_float_dtype(column) and column.nunique() > 24:
            parts.append(column.to_numpy(float)[:, None])
        else:
            codes = pd.factorize(column.fillna(-1) if pd.api.types.is_numeric_dtype(column) else column, sort=True)[0]
            levels = np.unique(codes)[1:]
            parts.append((codes[:, None] == levels[None, :]).astype(float))
    return np.hstack(parts)


class Cells(NamedTuple):
    """A cohort by cells: people who share every confounder.

    Attributes:
        code: Cell of each row, shape (rows,).
        design: Indicator columns of each cell, shape (cells, k).
    """

    code: Codes
    design: Array


def cells_of(cohort: pd.DataFrame, confounders: Sequence[str]) -> Cells:
    """The cells of a cohort; all regressions run on them, so that millions of rows cost little more than thousands."""
    grouped = cohort.groupby(list(confounders), dropna=False, sort=True)
    levels = grouped.size().reset_index()
    return Cells(grouped.ngroup().to_numpy(), design_matrix(levels, confounders))


def exposure_odds(cohort: pd.DataFrame, *, exposure: str, confounders: Sequence[str]) -> Array:
    """Odds of exposure given the confounders, by logistic regression on their cells.

    Args:
        cohort: One row a unit.
        exposure: Flag column.
        confounders: See `design_matrix`.

    Returns:
        Odds, shape (rows,).

    Raises:
        CvcError: E211, the regression is not identified or does not converge.
    """
    code, design = cells_of(cohort, confounders)
    exposed = np.bincount(code, cohort[exposure].to_numpy(float), minlength=len(design))
    counts = np.column_stack([exposed, np.bincount(code, minlength=len(design)) - exposed])
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            fit = GLM(counts, design, family=Binomial()).fit(maxiter=60)
        except (np.linalg.LinAlgError, PerfectSeparationWarning, PerfectSeparationError) as error:
            reason, columns = type(error).__name__, list(confounders)
            raise CvcError("E211", caller="exposure_odds", reason=reason, columns=columns) from error
    if not fit.converged:
        raise CvcError("E211", caller="exposure_odds", reason="no convergence", columns=list(confounders))
    odds: Array = np.exp(design @ fit.params)[code]
    return odds


def effects_on_exposed(
    cohort: pd.DataFrame,
    *,
    exposure: str,
    outcomes: Sequence[str],
    confounders: Sequence[str],
    cluster: str,
    odds: Array | None = None,
) -> pd.DataFrame:
    """What exposure changed for those who had it: the unexposed weighted to look like the exposed, then regressed.

    Augmented inverse-probability weighting for the effect on the exposed (ATT). It is right if either the model of
    exposure or the linear model of the outcome is; its interval counts every cluster as one independent unit.

    Args:
        cohort: One row a unit and landmark.
        exposure: Flag column.
        outcomes: Numeric columns observed after the exposure.
        confounders: Columns measured before it.
        cluster: Column naming the independent unit (customer, branch).
        odds: Result of `exposure_odds`, if it is at hand.

    Returns:
        One row an outcome, with the fields of `Effect`.

    Raises:
        CvcError: E201 a column is absent; E210 fewer than 2 exposed or unexposed clusters; E211 not identified.

    Source: Robins, Rotnitzky & Zhao (1994); for the ATT, Mercatanti & Li (2014).
    """
    require_columns(cohort.columns, {exposure, cluster, *outcomes, *confounders}, "effects_on_exposed")
    arms = cohort.groupby(exposure)[cluster].nunique()
    if len(arms) < 2 or arms.min() < 2:
        raise CvcError(
            "E210",
            caller="effects_on_exposed",
            reason="an arm has fewer than two independent units",
            remedy="Bring the people who were not exposed, or a longer period.",
        )
    exposed = cohort[exposure].to_numpy(float)
    odds = exposure_odds(cohort, exposure=exposure, confounders=confounders) if odds is None else odds
    clusters = pd.factorize(cohort[cluster])[0]
    observed = cohort[list(outcomes)].to_numpy(float)
    residuals = observed - _weighted_fit(observed, cells_of(cohort, confounders), (1 - exposed) * odds)
    found = [
        _effect(name, observed[:, number], residuals[:, number], exposed, odds, clusters)
        for number, name in enumerate(outcomes)
    ]
    return pd.DataFrame(found, columns=list(Effect._fields))


def _effect(name: str, outcome: Array, residual: Array, exposed: Array, odds: Array, clusters: Codes) -> Effect:
    weight = (1 - exposed) * odds
    gap = (exposed * residual).sum() / exposed.sum()
    correction = (weight * residual).sum() / weight.sum()
    estimate = float(gap - correction)
    influence = exposed / exposed.mean() * (residual - gap) - weight / weight.mean() * (residual - correction)
    error = math.sqrt((np.bincount(clusters, influence) ** 2).sum()) / len(outcome)
    mean = float((exposed * outcome).sum() / exposed.sum())
    sizes = (len(outcome), int(exposed.sum()), int(clusters.max()) + 1)
    return Effect(name, estimate, error, estimate - Z * error, estimate + Z * error, mean, mean - estimate, *sizes)


def _weighted_fit(outcomes: Array, cells: Cells, weight: Array) -> Array:
    """Fitted values of a weighted linear regression, one column an outcome; directions without weight get 0."""
    code, design = cells
    weighted = design * np.bincount(code, weight, minlength=len(design))[:, None]
    totals = np.column_stack([np.bincount(code, weight * column, minlength=len(design)) for column in outcomes.T])
    coefficients = np.linalg.lstsq(weighted.T @ design, design.T @ totals, rcond=1e-10)[0]
    return np.asarray((design @ coefficients)[code])


def balance_table(cohort: pd.DataFrame, *, exposure: str, confounders: Sequence[str], odds: Array) -> pd.DataFrame:
    """Standardised mean differences between exposed and unexposed, before and after weighting.

    Args:
        cohort: One row a unit and landmark.
        exposure: Flag column.
        confounders: Columns compared; those that are not numbers are left out.
        odds: Result of `exposure_odds`.

    Returns:
        One row a confounder: `confounder`, `before`, `after` (in standard deviations of the exposed), `n` exposed.
        Below 0.1 in size is usually called balanced.
    """
    exposed = cohort[exposure].to_numpy(float)
    weight = (1 - exposed) * odds
    rows = []
    for name in confounders:
        if pd.api.types.is_string_dtype(cohort[name]):
            continue
        value = cohort[name].astype(float).fillna(cohort[name].astype(float).mean()).to_numpy()
        spread, target = value[exposed == 1].std() or 1.0, value[exposed == 1].mean()
        plain, weighted = value[exposed == 0].mean(), np.average(value, weights=weight)
        rows.append((name, (target - plain) / spread, (target - weighted) / spread, int(exposed.sum())))
    return pd.DataFrame(rows, columns=["confounder", "before", "after", "n"])


def overlap_share(exposed: npt.NDArray[np.bool_], odds: Array) -> float:
    """Share of the exposed who have somebody unexposed as likely as they were to be exposed.

    For an effect on the exposed only their side must be covered: an exposed unit counts as covered while its odds
    do not exceed the highest odds of an unexposed one, nor 19 (a probability of .95).

    Args:
        exposed: Flags, shape (rows,).
        odds: Result of `exposure_odds`, shape (rows,).

    Returns:
        Share, 0–1.
    """
    return float((odds[exposed] <= min(odds[~exposed].max(), 19.0)).mean())


def conditional_logit(sets: pd.DataFrame, *, case: str, stratum: str, exposures: Sequence[str]) -> pd.DataFrame:
    """Conditional odds ratios from matched sets with one case each.

    Args:
        sets: One row a member; every set has exactly one case.
        case: Flag column.
        stratum: Column naming the set.
        exposures: Numeric columns; the exposure and its confounders.

    Returns:
        One row an exposure: `exposure`, `odds_ratio`, `low`, `high`, `coefficient`, `standard_error`.

    Raises:
        CvcError: E210 a set without exactly one case; E211 not identified.

    Source: Breslow & Day (1980), chapter VII; for one case a set the likelihood is a softmax over the set.
    """
    require_columns(sets.columns, {case, stratum, *exposures}, "conditional_logit")
    if (sets.groupby(stratum)[case].sum() != 1).any():
        raise CvcError(
            "E210",
            caller="conditional_logit",
            reason="a matched set does not have exactly one case",
            remedy="Build the sets with matched_sets().",
        )
    x = sets[list(exposures)].to_numpy(float)
    group = pd.factorize(sets[stratum])[0]
    estimate, covariance = _conditional_maximum(x, sets[case].to_numpy(float), group)
    error = np.sqrt(np.diag(covariance))
    columns = {
        "odds_ratio": np.exp(estimate),
        "low": np.exp(estimate - Z * error),
        "high": np.exp(estimate + Z * error),
    }
    return pd.DataFrame({"exposure": list(exposures), **columns, "coefficient": estimate, "standard_error": error})


def _conditional_maximum(x: Array, case: Array, group: Codes) -> tuple[Array, Array]:
    """Newton's method on the conditional log-likelihood; returns coefficients and their covariance."""
    beta: Array = np.zeros(x.shape[1])
    for _ in range(40):
        weight = np.exp(x @ beta)
        share = weight / np.bincount(group, weight)[group]
        centre = np.column_stack([np.bincount(group, share * column) for column in x.T])[group]
        information = ((x - centre) * share[:, None]).T @ (x - centre)
        if np.linalg.matrix_rank(information) < len(beta):
            break
        step = np.linalg.solve(information, ((case - share)[:, None] * x).sum(axis=0))
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            return beta, np.asarray(np.linalg.inv(information), dtype=np.float64)
    raise CvcError("E211", caller="conditional_logit", reason="no maximum", columns="exposures")


def matched_sets(
    proposals: pd.DataFrame, *, case: str, within: Sequence[str], like: Sequence[str], controls: int, seed: int
) -> pd.DataFrame:
    """One set a case: the case and up to `controls` others drawn from the same month and branch.

    Args:
        proposals: One row a proposal, in any order.
        case: Flag column.
        within: Columns a case shares with its controls.
        like: Columns that the analysis uses; rows are drawn in their order, so that renamed ids draw the same sets.
        controls: Controls a case; drawn with replacement between cases, without within a set.
        seed: Of the draw.

    Returns:
        The rows of all sets, with `set_number`; a case without any control is left out.
    """
    generator = np.random.default_rng(seed)
    proposals = proposals.sort_values(list(like), kind="stable").reset_index(drop=True)
    pools = {key: group.index[~group[case]].to_numpy() for key, group in proposals.groupby(list(within))}
    members: list[npt.NDArray[np.intp]] = []
    numbers: list[int] = []
    for number, (index, row) in enumerate(proposals[proposals[case]].iterrows()):
        pool = pools[tuple(row[name] for name in within)]
        if len(pool):
            drawn = generator.choice(pool, size=min(controls, len(pool)), replace=False)
            members.append(np.append([index], drawn))
            numbers += [number] * (len(drawn) + 1)
    if not members:
        raise CvcError(
            "E210",
            caller="matched_sets",
            reason="no case has a control in its month and branch",
            remedy="Match within the quarter, or bring proposals that did not become big.",
        )
    return proposals.loc[np.concatenate(members)].assign(set_number=numbers).reset_index(drop=True)


def e_value(risk_ratio: float) -> float:
    """How strongly a hidden cause must be tied to both exposure and outcome to explain a risk ratio away.

    Args:
        risk_ratio: Above or below 1.

    Returns:
        The E-value, at least 1; NaN for a ratio that is not positive.

    Source: VanderWeele & Ding (2017), Annals of Internal Medicine 167, 268–274.
    """
    if not risk_ratio > 0:
        return math.nan
    ratio = max(risk_ratio, 1 / risk_ratio)
    return ratio + math.sqrt(ratio * (ratio - 1))


def detectable_difference(rate: float, n_exposed: int, *, power: float = 0.8) -> float:
    """Smallest difference in a share that so many exposed would show, at 5 % and the power given.

    Args:
        rate: Share among the unexposed, 0–1.
        n_exposed: Exposed people; the unexposed are taken to be many more.
        power: Chance of seeing it.

    Returns:
        Difference in shares.
    """
    return (Z + NormalDist().inv_cdf(power)) * math.sqrt(rate * (1 - rate) / n_exposed)
