"""Comparing like with like: adjusted means of the exposed and the others, balance, overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array
from cvc_helpers.estimators.augmented import Whom, augmented
from cvc_helpers.estimators.checks import (
    FEWEST,
    checked,
    finite,
    flag,
    most_missing,
    named,
    refuse_constant,
    refuse_few,
)
from cvc_helpers.estimators.design import Pairs, cells_of, refuse_unpaired
from cvc_helpers.estimators.means import FEW_CLUSTERS, Means, combination, left_out, summed
from cvc_helpers.estimators.regressions import NotIdentifiedError, refused, regression

LEAST_OVERLAP = 0.8
"""Share of those compared who must have a counterpart."""
HIGHEST_ODDS = 19.0
"""Odds of a chance of .95; beyond it nobody alike is left to compare with."""


class Effect(NamedTuple):
    """One estimated effect.

    Attributes:
        outcome: The outcome's column.
        estimate: Mean difference, in the outcome's unit.
        standard_error: Clustered.
        low: Lower end of the 95 % interval.
        high: Upper end.
        exposed_mean: Mean outcome with exposure; of the exposed, as it was.
        comparable_mean: Mean outcome that the same units would have had without it, by the comparison.
        n: Rows compared.
        n_exposed: Exposed rows among them.
        n_clusters: Clusters.
        covered: Share of those to be compared who have a counterpart; the others were left out.
        missing: Largest share of a confounder that is missing and stands as a level of its own: to be warned of.
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
    covered: float = 1.0
    missing: float = 0.0


def exposure_odds(
    cohort: pd.DataFrame,
    *,
    exposure: str,
    confounders: Sequence[str] = (),
    continuous: Sequence[str] = (),
    pairs: Pairs = (),
) -> Array:
    """Odds of exposure given the confounders, by logistic regression on their cells.

    Args:
        cohort: One row a unit.
        exposure: 0/1 column.
        confounders: Columns compared within their levels; none in a trial.
        continuous: Columns compared along a curve.
        pairs: Confounders that act together, see `potential_means`.

    Returns:
        Odds, shape (rows,); 0 in a level without exposed, infinite in one without others.

    Raises:
        CvcError: As `checks.checked`; E246 nobody or everybody is exposed; E250 a column decides exposure; E251 a
            combination of columns does.
    """
    caller = "exposure_odds"
    frame = checked(cohort, caller=caller, flags=[exposure], confounders=confounders, continuous=continuous)
    refuse_constant(frame, [exposure], caller)
    return _odds(frame, exposure, continuous, pairs, caller)


def _odds(frame: pd.DataFrame, exposure: str, continuous: Sequence[str], pairs: Pairs, caller: str) -> Array:
    columns = [name for name in frame.columns if name != exposure]
    refuse_unpaired(pairs, columns, caller)
    exposed = frame[exposure].to_numpy()
    kept, deciding = shared_levels(frame, exposure, [name for name in columns if name not in continuous])
    if not kept.any():
        raise CvcError("E250", caller=caller, percent=0, least=_percent(LEAST_OVERLAP), column=deciding,
                       exposure=exposure)  # fmt: skip
    code, basis = cells_of(frame[kept], columns, continuous, pairs)
    trials = np.bincount(code).astype(float)
    try:
        fit = regression(basis, np.bincount(code, exposed[kept]) / trials, family="binomial", trials=trials)
    except NotIdentifiedError as error:
        raise refused(caller, exposure, columns) from error
    odds = np.where(exposed == 1, np.inf, 0.0)
    odds[kept] = (fit.fitted / (1 - fit.fitted))[code]
    return np.asarray(odds)


def shared_levels(frame: pd.DataFrame, exposure: str, columns: Sequence[str]) -> tuple[Any, str]:
    """Rows whose every level holds both exposed and others, and the column that left most rows out.

    A level with one kind only has no finite odds, and whatever regression says of it hangs on which level is named
    first; its rows are compared with nobody.
    """
    kept, lost = np.ones(len(frame), bool), dict.fromkeys(columns, 0)
    exposed = frame[exposure].to_numpy()
    changed = True
    while changed:
        changed = False
        for name in columns:
            code = frame[name].to_numpy()
            totals = np.bincount(code, kept)
            hits = np.bincount(code, kept * exposed)
            alone = kept & ((hits == 0) | (hits == totals))[code]
            lost[name] += int(alone.sum())
            kept, changed = kept & ~alone, changed or bool(alone.any())
    return kept, max(lost, key=lambda name: lost[name], default="")


def effects_on_exposed(cohort: pd.DataFrame, *, outcomes: Sequence[str], **columns: Any) -> pd.DataFrame:
    """What exposure changed for those who had it (ATT): `potential_means` of the exposed, as differences.

    Args:
        cohort: One row a unit and landmark.
        outcomes: Numeric columns observed after the exposure.
        **columns: The other arguments of `potential_means`.

    Returns:
        One row an outcome, with the fields of `Effect`.

    Raises:
        CvcError: As `potential_means`.
    """
    return _effects(cohort, outcomes, "exposed", columns)


def effects_on_everyone(cohort: pd.DataFrame, *, outcomes: Sequence[str], **columns: Any) -> pd.DataFrame:
    """What exposure would change for everybody (ATE): `potential_means` of everyone, as differences.

    Args, returns and errors as `effects_on_exposed`.
    """
    return _effects(cohort, outcomes, "everyone", columns)


def _effects(cohort: pd.DataFrame, outcomes: Sequence[str], whom: Whom, columns: dict[str, Any]) -> pd.DataFrame:
    found = potential_means(cohort, outcomes=outcomes, whom=whom, **columns)
    rows = []
    for number, name in enumerate(outcomes):
        weights = np.zeros(len(found.means.means))
        weights[2 * number : 2 * number + 2] = 1.0, -1.0
        one = combination(found.means, weights)
        error = float(np.sqrt(weights @ found.means.covariance @ weights))
        both = found.means.means[2 * number : 2 * number + 2].tolist()
        sizes = (found.means.n, found.n_exposed, found.means.n_clusters)
        ends = (one.value, error, one.low, one.high)
        rows.append((name, *ends, *both, *sizes, found.covered, found.missing))
    return pd.DataFrame(rows, columns=list(Effect._fields))


class Potential(NamedTuple):
    """Adjusted means with and without exposure.

    Attributes:
        means: Of every outcome, with exposure and without: numbers 2i and 2i + 1 for outcome i.
        n_exposed: Exposed rows compared.
        covered: Share of those to be compared who have a counterpart.
        missing: Largest share of a confounder that is missing.
    """

    means: Means
    n_exposed: int
    covered: float
    missing: float


def potential_means(
    cohort: pd.DataFrame,
    *,
    exposure: str,
    outcomes: Sequence[str],
    confounders: Sequence[str] = (),
    continuous: Sequence[str] = (),
    pairs: Pairs = (),
    cluster: str | None = None,
    whom: Whom = "exposed",
    odds: Array | None = None,
    fewest: int = FEWEST,
    least_overlap: float = LEAST_OVERLAP,
) -> Potential:
    """Mean outcomes of the same units with and without exposure, by augmented inverse-probability weighting.

    Right if either the logistic model of exposure or the linear model of the outcome is. Every cluster counts as one
    unit; the t distribution has the degrees of the arm with fewest clusters, less one. CR2 corrects the leverage of a
    linear regression and has no counterpart for weighted influence functions: below `FEW_CLUSTERS` the errors come
    from leaving out each cluster and fitting anew, which is the CR3 of any estimator.
    Written here because statsmodels' `TreatmentEffect` knows neither clusters nor several outcomes; it is the oracle
    of the tests. Rows in levels that hold one kind only, or with a chance of exposure beyond .95, are left out.

    Args:
        cohort: One row a unit and landmark.
        exposure: 0/1 column.
        outcomes: Numeric columns observed after the exposure.
        confounders: Columns measured before it, compared within their levels; none in a trial.
        continuous: Columns compared along a curve.
        pairs: Confounders of which the effect of one hangs on the other. Curves alone add up: where exposure and
            outcome both hang on such a pair, neither model is right without it, and the interval misses.
        cluster: Column naming the independent unit; by default every row is one.
        whom: Means over the exposed, or over everyone.
        odds: Result of `exposure_odds` on the same rows, if it is at hand.
        fewest: Fewest clusters of an arm, and fewest values of an outcome off the commonest one (events), 2 or more.
        least_overlap: Share of those compared who must have a counterpart.

    Raises:
        CvcError: As `exposure_odds`; E246 the outcome is constant; E247 too few clusters, E248 too few events in an
            arm; E250 too few have a counterpart; E254 odds of other rows.

    Source: Robins, Rotnitzky & Zhao (1994); for the exposed, Mercatanti & Li (2014).
    """
    caller = "potential_means"
    names = {"confounders": confounders, "continuous": continuous, "labels": [] if cluster is None else [cluster]}
    frame = checked(cohort, caller=caller, flags=[exposure], numbers=outcomes, **names)
    refuse_constant(frame, [exposure, *outcomes], caller)
    levels = frame[[exposure, *dict.fromkeys([*confounders, *continuous])]]
    chances = _odds(levels, exposure, continuous, pairs, caller) if odds is None else _as_odds(odds, len(frame), caller)
    kept, covered = _with_counterpart(frame[exposure].to_numpy(), chances, whom)
    if covered < least_overlap or not covered:
        raise _no_overlap(levels, exposure, continuous, covered, least_overlap)
    used, places = frame[kept], np.flatnonzero(kept)
    units = places if cluster is None else used[cluster].to_numpy()
    refuse_few(used, arm=exposure, own=units, cluster="row" if cluster is None else cluster, outcomes=outcomes,
               fewest=fewest, caller=caller)  # fmt: skip
    cells = cells_of(levels[kept], list(levels.columns[1:]), continuous, pairs)
    means, influence = augmented(used[exposure].to_numpy(), used[list(outcomes)].to_numpy(), chances[kept], cells, whom)
    own = places if cluster is None else cohort[cluster].to_numpy()[kept]
    parts, fixed = summed(influence, own), None if odds is None else chances[kept]
    if len(parts) < FEW_CLUSTERS:
        named = (exposure, continuous, pairs, whom)
        parts = _left_out(used[[*levels.columns, *outcomes]], outcomes, own, named, fixed).reindex(parts.index)
    degrees = min(len(np.unique(units[(used[exposure] == arm).to_numpy()])) for arm in (0, 1)) - 1
    of = Means(means, parts, len(used), degrees)
    missing = most_missing(cohort, list(levels.columns[1:]))
    return Potential(of, int(used[exposure].sum()), covered, missing)


def _left_out(
    used: pd.DataFrame, outcomes: Sequence[str], own: Any, named: tuple[str, Any, Any, Whom], odds: Array | None
) -> pd.DataFrame:
    """Shares of the clusters in the error of the means, see `left_out`. Odds of the caller's stay as they are."""
    exposure, continuous, pairs, whom = named
    levels_of = [name for name in used.columns if name not in outcomes]

    def means(rest: Any) -> Array:
        frame = used[rest].reset_index(drop=True)
        levels = frame[levels_of]
        chances = _odds(levels, exposure, continuous, pairs, "potential_means") if odds is None else odds[rest]
        kept = _with_counterpart(frame[exposure].to_numpy(), chances, whom)[0]
        cells = cells_of(levels[kept], list(levels.columns[1:]), continuous, pairs)
        arms, values = frame.loc[kept, exposure].to_numpy(), frame.loc[kept, list(outcomes)].to_numpy()
        return augmented(arms, values, chances[kept], cells, whom)[0]

    return left_out(own, means)


def _as_odds(odds: Any, rows: int, caller: str) -> Array:
    """Odds of so many rows, infinite ones allowed."""
    if np.shape(odds) != (rows,):
        raise CvcError("E254", caller=caller, first=named(odds, "odds"), second="the table")
    column = pd.Series(odds, name=named(odds, "odds"))
    certain = (column == np.inf).to_numpy(bool, na_value=False)
    found = np.where(certain, np.inf, finite(column.mask(certain, 0.0), caller))
    if wrong := int((found < 0).sum()):
        raise CvcError("E209", caller=caller, count=wrong, column=named(odds, "odds"), expected="0 - inf")
    return np.asarray(found)


def _with_counterpart(exposed: Array, odds: Array, whom: Whom) -> tuple[Any, float]:
    """Rows that are compared, and the share of those to be compared among them.

    The bounds are a chance of exposure of .05 and .95, or as far from the overall share where that is itself extreme.
    """
    overall = exposed.sum() / max((1 - exposed).sum(), 1)
    kept = (odds <= HIGHEST_ODDS * max(1, overall)) & (odds > 0)
    if whom == "everyone":
        kept &= odds >= min(1, overall) / HIGHEST_ODDS
    return kept, float(kept[exposed == 1].mean() if whom == "exposed" else kept.mean())


def _no_overlap(
    levels: pd.DataFrame, exposure: str, continuous: Sequence[str], covered: float, least: float
) -> CvcError:
    names = list(levels.columns[1:])
    deciding = shared_levels(levels, exposure, [name for name in names if name not in continuous])
    column = deciding[1] if not deciding[0].all() else ", ".join(names)
    return CvcError("E250", caller="potential_means", percent=_percent(covered), least=_percent(least), column=column,
                    exposure=exposure)  # fmt: skip


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def balance_table(
    cohort: pd.DataFrame,
    *,
    exposure: str,
    odds: Array,
    confounders: Sequence[str] = (),
    continuous: Sequence[str] = (),
) -> pd.DataFrame:
    """Standardised mean differences between exposed and unexposed, before and after weighting.

    Args:
        cohort: One row a unit and landmark.
        exposure: 0/1 column.
        odds: Result of `exposure_odds`.
        confounders: Columns whose levels are compared; the level that differs most stands for the column.
        continuous: Columns whose means are compared.

    Returns:
        One row a confounder: `confounder`, `before`, `after` (in pooled standard deviations), `n` exposed.
        Below 0.1 in size is usually called balanced.

    Raises:
        CvcError: As `exposure_odds`; E254 odds of other rows.
    """
    caller = "balance_table"
    frame = checked(cohort, caller=caller, flags=[exposure], confounders=confounders, continuous=continuous)
    refuse_constant(frame, [exposure], caller)
    exposed, odds = frame[exposure].to_numpy(), _as_odds(odds, len(frame), caller)
    usable = np.isfinite(odds)
    weight = np.where(exposed == 1, usable, np.where(usable, odds, 0.0))
    rows = []
    for name in frame.columns.drop(exposure):
        known = frame[name].to_numpy()
        values = known[:, None] if name in continuous else (known[:, None] == np.unique(known)[None, :]).astype(float)
        sides = [_largest_gap(values, exposed, of) for of in (np.ones(len(frame)), weight)]
        rows.append((name, *sides, int(exposed.sum())))
    return pd.DataFrame(rows, columns=["confounder", "before", "after", "n"])


def _largest_gap(values: Array, exposed: Array, weight: Array) -> float:
    """Largest difference of a column's means in pooled standard deviations (those before weighting)."""
    known = np.where(np.isnan(values), np.nanmean(values, axis=0), values)
    arms = [known[exposed == arm] for arm in (1, 0)]
    weights = [weight[exposed == arm] for arm in (1, 0)]
    if min(one.sum() for one in weights) <= 0:
        return 0.0
    means = [np.average(arm, axis=0, weights=one) for arm, one in zip(arms, weights, strict=True)]
    spread = np.sqrt(sum(arm.var(axis=0) for arm in arms) / 2)
    gaps = (means[0] - means[1]) / np.where(spread > 0, spread, 1.0)
    return float(gaps[np.abs(gaps).argmax()])


def overlap_share(exposed: Any, odds: Array) -> float:
    """Share of the exposed who have somebody unexposed as likely as they were to be exposed.

    For an effect on the exposed only their side must be covered: an exposed unit counts as covered while its odds
    do not exceed the highest odds of an unexposed one, nor those of a chance of .95 (see `potential_means`).

    Args:
        exposed: 0/1 or True/False, shape (rows,).
        odds: Result of `exposure_odds`, shape (rows,).

    Returns:
        Share, 0–1.

    Raises:
        CvcError: E242 not a flag, E246 nobody or everybody exposed, E254 other rows.
    """
    caller, name = "overlap_share", named(exposed, "exposed")
    is_exposed = flag(exposed, caller)
    refuse_constant(pd.DataFrame({name: is_exposed}), [name], caller)
    found = _as_odds(odds, len(is_exposed), caller)
    mine = is_exposed == 1
    highest = min(found[~mine].max(), HIGHEST_ODDS * max(1.0, mine.mean() / (1 - mine.mean())))
    return float((found[mine] <= highest).mean())
