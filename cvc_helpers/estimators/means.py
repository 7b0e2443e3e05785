"""Adjusted means with their joint errors: any difference, ratio or interaction of them is a line of arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import t as t_distribution

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Estimate

FEW_CLUSTERS = 40
"""Below so many clusters each is left out in turn: linearised errors are then too small."""
MOST_LOG = 300.0
"""Largest log of a ratio."""


class Means(NamedTuple):
    """Adjusted means of one data set, in an order that the estimator states.

    Attributes:
        means: Shape (k,).
        influence: One row a cluster (its name is the index), one column a mean: the cluster's share in that mean's
            error. Sums of squares and products over the clusters are the covariance.
        n: Rows.
        degrees: Degrees of freedom of the t distribution: clusters in the smallest arm, less one.
    """

    means: Array
    influence: pd.DataFrame
    n: int
    degrees: float

    @property
    def n_clusters(self) -> int:
        """Independent units behind the covariance."""
        return len(self.influence)

    @property
    def covariance(self) -> Array:
        """Covariance of the means, shape (k, k), with the usual factor clusters / (clusters - 1)."""
        parts = self.influence.to_numpy(float)
        return np.asarray(parts.T @ parts * (len(parts) / max(len(parts) - 1, 1)))


def summed(influence: Array, clusters: Any) -> pd.DataFrame:
    """Influence of rows, shape (rows, k), added up by cluster."""
    return pd.DataFrame(influence).groupby(np.asarray(clusters)).sum()


def left_out(own: Any, estimate: Callable[[Any], Array]) -> pd.DataFrame:
    """Each cluster's share in the error of estimates, by leaving it out and fitting anew: the jackknife.

    Scaled so that the covariance of `Means`, made of these, is that of the jackknife.

    Args:
        own: Cluster of each row, shape (rows,).
        estimate: Which rows to keep, shape (rows,), to the estimates from them, shape (k,).
    """
    names = pd.unique(own)
    left = np.array([estimate(own != name) for name in names])
    return pd.DataFrame((left.mean(axis=0) - left) * (len(left) - 1) / len(left), index=names)


def joined(first: Means, second: Means) -> Means:
    """Both sets of means as one, so that numbers of one can be compared with numbers of the other.

    Clusters are matched by name: one that stands in both ties the two together. Rows without a cluster are named by
    their place, so two different tables need a cluster column.
    """
    influence = pd.concat([first.influence, second.influence], axis=1).fillna(0.0)
    influence.columns = pd.RangeIndex(influence.shape[1])
    degrees = min(first.degrees, second.degrees)
    return Means(np.concatenate([first.means, second.means]), influence, first.n + second.n, degrees)


def combination(of: Means, weights: Sequence[float] | Array) -> Estimate:
    """A weighted sum of the means with its interval: `[1, -1]` is a difference, `[1, -1, -1, 1]` an interaction.

    Raises:
        CvcError: E254 not one weight a mean.
    """
    w = _weights(of, weights)
    return interval(float(w @ of.means), _error(w, of.covariance), of.degrees).counted(of.n, of.n_clusters)


def ratio_combination(of: Means, weights: Sequence[float] | Array) -> Estimate:
    """A product of powers of the means, interval on the log scale: `[1, -1]` is a ratio.

    `[1, -1, -1, 1]` is a ratio of ratios.

    Raises:
        CvcError: E254 not one weight a mean, E255 a mean that is not above zero.
    """
    w = _weights(of, weights)
    used = w != 0
    if (of.means[used] <= 0).any():
        column = f"mean {int(np.flatnonzero(used & (of.means <= 0))[0]) + 1}"
        raise CvcError("E255", caller="ratio_combination", column=column)
    logs = np.log(np.where(used, of.means, 1.0))
    slope = np.divide(w, of.means, out=np.zeros_like(w), where=used)
    found = interval(float(w @ logs), _error(slope, of.covariance), of.degrees)
    return as_ratio(found, "ratio_combination", "means").counted(of.n, of.n_clusters)


def risk_ratio(of: Means, there: int, without: int) -> Estimate:
    """Ratio of two of the means, by their numbers, with its interval on the log scale; E255 where one is zero."""
    weights = np.zeros(len(of.means))
    weights[there] += 1
    weights[without] -= 1
    return ratio_combination(of, weights)


def interval(value: float, standard_error: float, degrees: float) -> Estimate:
    """An estimate with the interval of a t distribution: wider than the normal one where clusters are few."""
    half = float(t_distribution.ppf(0.975, degrees)) * standard_error
    return Estimate(float(value), float(value - half), float(value + half))


def as_ratio(of: Estimate, caller: str, column: str) -> Estimate:
    """A log ratio as a ratio; E209 where it is beyond every number, because the column's unit is too large."""
    if max(abs(of.low), abs(of.high)) > MOST_LOG:
        raise CvcError("E209", caller=caller, count=1, column=column, expected="a unit in which a step is small")
    return of.exponential()


def _weights(of: Means, weights: Sequence[float] | Array) -> Array:
    w = np.asarray(weights, float)
    if w.shape != of.means.shape:
        raise CvcError("E254", caller="combination", first="weights", second="means")
    return w


def _error(slope: Any, covariance: Array) -> float:
    return math.sqrt(max(float(slope @ covariance @ slope), 0.0))
