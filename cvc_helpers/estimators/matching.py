"""Case and control: matched sets, and the conditional logistic regression on them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.duration.hazard_regression import PHReg

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array
from cvc_helpers.estimators.checks import FEWEST, checked, refuse_constant, refuse_unnamed, whole
from cvc_helpers.estimators.design import cells_of, without_constant
from cvc_helpers.estimators.means import FEW_CLUSTERS, Means, as_ratio, interval, left_out
from cvc_helpers.estimators.regressions import NotIdentifiedError, refused

STEPS = 80
STEEPEST = 1e12
"""Largest condition of the information matrix; beyond it a column decides who is a case, or repeats another."""


def conditional_logit(
    sets: pd.DataFrame,
    *,
    case: str,
    stratum: Hashable | Sequence[str],
    exposures: Sequence[str],
    confounders: Sequence[str] = (),
    continuous: Sequence[str] = (),
    cluster: str | None = None,
    fewest: int = FEWEST,
) -> pd.DataFrame:
    """Conditional odds ratios: cases against all others of the same stratum, be it a matched set or a whole risk set.

    Stratified `PHReg` of statsmodels, whose partial likelihood at one common time is the conditional one: exactly for
    one case a stratum, by Efron's approximation for several (statsmodels' `ConditionalLogit` recurses too deep on
    strata of thousands). The approximation is for few cases a stratum: where half are cases it is a third too near 1,
    and the clustered errors are too small. Strata without a case, or with cases only, say nothing and are left out.

    Args:
        sets: One row a member.
        case: 0/1 column.
        stratum: Column, or columns, within whose values like is compared with like.
        exposures: Numeric columns, one odds ratio a step each: the exposure, and whatever is to be shown beside it.
        confounders: Columns compared within their levels, not shown.
        continuous: Columns compared along a curve, not shown.
        cluster: Column naming the independent unit, if members of several strata are one; by default the likelihood's
            own errors stand. Below `means.FEW_CLUSTERS` of them each is left out and the rest fitted anew.
        fewest: Fewest cases, clusters, and members whose exposure is not the commonest, 2 or more.

    Returns:
        One row an exposure: `exposure`, `odds_ratio`, `low`, `high`, `coefficient`, `standard_error`.

    Raises:
        CvcError: As `checks.checked`; E246 an exposure that does not vary, E249 too few cases, E248 too few exposed,
            E247 too few clusters, E251 not identified, E259 no stratum with a case and another.

    Source: Breslow & Day (1980), chapter VII; Efron (1977), JASA 72, 557-565.
    """
    caller, places = "conditional_logit", _places(sets, stratum)
    labels = [*places, *([cluster] if cluster is not None and cluster not in places else [])]
    frame = checked(sets, caller=caller, flags=[case], numbers=exposures, labels=labels, confounders=confounders,
                    continuous=continuous)  # fmt: skip
    group = frame.groupby([frame[name] for name in places]).ngroup()
    frame = frame[_informative(frame[case], group)]
    if frame.empty:
        raise CvcError("E259", caller=caller, stratum=", ".join(map(str, places)), case=case)
    units = None if cluster is None else frame[cluster].nunique()
    _refuse_thin(frame, case, exposures, cluster, units, fewest)
    columns = list(dict.fromkeys([*confounders, *continuous]))
    other = without_constant(cells_of(frame, columns, continuous))
    x, names = np.column_stack([frame[list(exposures)].to_numpy(), other]), [*exposures, *columns]
    own = None if cluster is None else frame[cluster]
    beta, error = _partial_likelihood(x, frame, case, group, own, names)
    if own is not None and units is not None and units < FEW_CLUSTERS:
        parts = left_out(own.to_numpy(), lambda rest: _on_the_rest(rest, x, frame, case, group, names))
        error = np.sqrt(np.diag(Means(beta, parts, len(x), units - 1).covariance))
    count = len(exposures)
    degrees = units - 1 if units else math.inf
    ends = [as_ratio(interval(beta[i], error[i], degrees), caller, name)[:3] for i, name in enumerate(exposures)]
    found = pd.DataFrame(ends, columns=["odds_ratio", "low", "high"])
    found.insert(0, "exposure", list(exposures))
    return found.assign(coefficient=beta[:count], standard_error=error[:count])


def _places(sets: pd.DataFrame, stratum: Any) -> list[Any]:
    """The columns of the strata: several where a list, or a tuple that is no column's own name, names them."""
    is_one = not isinstance(stratum, (list, tuple)) or (isinstance(stratum, tuple) and stratum in sets.columns)
    return [stratum] if is_one else list(stratum)


def _informative(case: pd.Series, group: pd.Series) -> pd.Series:
    """Members of strata that hold a case and another."""
    share = case.groupby(group).transform("mean")
    return (share > 0) & (share < 1)


def _refuse_thin(
    frame: pd.DataFrame, case: str, exposures: Sequence[str], cluster: str | None, units: int | None, fewest: int
) -> None:
    caller, least = "conditional_logit", max(fewest, 2)
    refuse_constant(frame, exposures, caller)
    if (cases := int(frame[case].sum())) < least:
        raise CvcError("E249", caller=caller, column=case, found=cases, fewest=least)
    if units is not None and units < least:
        raise CvcError("E247", caller=caller, column=case, arm="0, 1", found=units, cluster=cluster, fewest=least)
    for name in exposures:
        if (rest := len(frame) - int(frame[name].value_counts().iloc[0])) < least:
            raise CvcError("E248", caller=caller, column=case, arm="0, 1", outcome=name, found=rest, fewest=least)


def _partial_likelihood(
    x: Array, frame: pd.DataFrame, case: str, group: pd.Series, cluster: pd.Series | None, names: Sequence[str]
) -> tuple[Array, Array]:
    """Coefficients and their standard errors, on columns centred and scaled to 1."""
    spread = x.std(axis=0)
    scaled = (x - x.mean(axis=0)) / spread
    model = PHReg(np.ones(len(x)), scaled, status=frame[case].to_numpy(), ties="efron",
                  strata=group[frame.index].to_numpy())  # fmt: skip
    groups = None if cluster is None else cluster.to_numpy()
    try:
        # statsmodels' own steps overshoot where a curve is steep; it starts where these arrive
        start = _maximum(model, scaled)
        fit = model.fit(start_params=start, groups=groups, maxiter=2, warn_convergence=False)
    except (NotIdentifiedError, np.linalg.LinAlgError) as problem:
        raise refused("conditional_logit", case, names) from problem
    error = np.asarray(fit.bse)
    few = 1.0 if groups is None else math.sqrt(len(np.unique(groups)) / (len(np.unique(groups)) - 1))
    return start / spread, few * error / spread


def _on_the_rest(rest: Any, x: Array, frame: pd.DataFrame, case: str, group: pd.Series, names: Sequence[str]) -> Array:
    """Coefficients from some of the rows, those of strata that still hold a case and another."""
    kept = rest.copy()
    kept[rest] = _informative(frame.loc[rest, case], group[frame.index[rest]])
    return _partial_likelihood(x[kept], frame[kept], case, group, None, names)[0]


def _maximum(model: PHReg, x: Array) -> Array:
    """Coefficients at the maximum of a partial likelihood, by steps of at most 2 on the log scale."""
    beta: Array = np.zeros(x.shape[1])
    for _ in range(STEPS):
        information = -np.asarray(model.hessian(beta))
        if np.linalg.cond(information) > STEEPEST:
            break
        step = np.linalg.solve(information, np.asarray(model.score(beta)))
        change = float(np.abs(x @ step).max())
        beta = beta + step * min(1.0, 2.0 / max(change, 1e-300))
        if change < 1e-8:
            return beta
    raise NotIdentifiedError


def matched_sets(
    rows: pd.DataFrame, *, case: str, within: Sequence[str], like: Sequence[str], controls: int, seed: int
) -> pd.DataFrame:
    """One set a case: the case and up to `controls` others drawn from the same place.

    Args:
        rows: One row a unit, in any order.
        case: 0/1 column.
        within: Columns a case shares with its controls.
        like: Columns that the analysis uses; rows are drawn in their order, so that renamed ids draw the same sets.
        controls: Controls a case; drawn with replacement between cases, without within a set.
        seed: Of the draw.

    Returns:
        The rows of all sets, with `set_number`; a case without any control is left out.

    Raises:
        CvcError: As `checks.checked`; E209 no whole number of controls, E259 no case has a control in its place.
    """
    refuse_unnamed(rows, list(dict.fromkeys([*like, *within, case])), "matched_sets")
    is_case = checked(rows, caller="matched_sets", flags=[case], labels=within)[case].to_numpy() == 1
    whole(controls, 1, "controls", "matched_sets")
    generator = np.random.default_rng(seed)
    rows = rows.assign(**{case: is_case}).sort_values(list(like), kind="stable").reset_index(drop=True)
    pools = {key: group.index[~group[case]].to_numpy() for key, group in rows.groupby(list(within))}
    members: list[npt.NDArray[np.intp]] = []
    numbers: list[int] = []
    for number, (index, row) in enumerate(rows[rows[case]].iterrows()):
        pool = pools[tuple(row[name] for name in within)]
        if len(pool):
            drawn = generator.choice(pool, size=min(controls, len(pool)), replace=False)
            members.append(np.append([index], drawn))
            numbers += [number] * (len(drawn) + 1)
    if not members:
        raise CvcError("E259", caller="matched_sets", stratum=", ".join(within), case=case)
    return rows.loc[np.concatenate(members)].assign(set_number=numbers).reset_index(drop=True)
