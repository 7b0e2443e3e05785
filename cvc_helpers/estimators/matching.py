"""Case and control: matched sets, and the conditional logistic regression on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Codes, Z
from cvc_helpers.estimators import require_columns


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
    rows: pd.DataFrame, *, case: str, within: Sequence[str], like: Sequence[str], controls: int, seed: int
) -> pd.DataFrame:
    """One set a case: the case and up to `controls` others drawn from the same place.

    Args:
        rows: One row a unit, in any order.
        case: Flag column.
        within: Columns a case shares with its controls.
        like: Columns that the analysis uses; rows are drawn in their order, so that renamed ids draw the same sets.
        controls: Controls a case; drawn with replacement between cases, without within a set.
        seed: Of the draw.

    Returns:
        The rows of all sets, with `set_number`; a case without any control is left out.
    """
    generator = np.random.default_rng(seed)
    rows = rows.sort_values(list(like), kind="stable").reset_index(drop=True)
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
        raise CvcError(
            "E210",
            caller="matched_sets",
            reason="no case has a control in its place",
            remedy="Match within a wider place, or bring those that did not become cases.",
        )
    return rows.loc[np.concatenate(members)].assign(set_number=numbers).reset_index(drop=True)
