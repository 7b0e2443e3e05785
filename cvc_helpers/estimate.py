"""A number with its 95 % interval: the one record that estimators hand up and findings take."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.integer[Any]]
Z = NormalDist().inv_cdf(0.975)
"""Half-width of a 95 % interval in standard errors."""


class Estimate(NamedTuple):
    """A number with its 95 % interval.

    Attributes:
        value: The estimate.
        low: Lower end.
        high: Upper end.
        n: Rows behind it; 0 where it was not counted.
        n_clusters: Independent units behind the interval.
    """

    value: float
    low: float
    high: float
    n: int = 0
    n_clusters: int = 0

    def times(self, factor: float) -> Estimate:
        """The same in another unit, e.g. per 100; the factor is positive."""
        return self._replace(value=factor * self.value, low=factor * self.low, high=factor * self.high)

    def exponential(self) -> Estimate:
        """A log ratio as a ratio."""
        return self._replace(value=math.exp(self.value), low=math.exp(self.low), high=math.exp(self.high))

    def counted(self, n: int, n_clusters: int) -> Estimate:
        """The same with its counts."""
        return self._replace(n=int(n), n_clusters=int(n_clusters))


def normal(value: float, standard_error: float) -> Estimate:
    """An estimate with the interval of a normal distribution around it."""
    half = Z * standard_error
    return Estimate(float(value), float(value - half), float(value + half))
