"""Statistical clusters, and how much of them survives when other rows are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Array, Codes
from cvc_helpers.estimators.checks import finite, label, whole


def clustered(features: Any, *, clusters: int, seed: int, resamples: int = 10) -> tuple[Codes, float]:
    """k-means clusters, and how much of them survives when other rows are drawn.

    Args:
        features: Standardised, shape (rows, features).
        clusters: How many.
        seed: Of the starts and resamples.
        resamples: Bootstrap samples.

    Returns:
        Cluster of each row, and the mean over clusters of the best Jaccard similarity to a cluster of the resample, to
        two decimals: rows as near to one centre as to another fall to either by the processor's last digit.

    Raises:
        CvcError: E243, E244, E253 no finite features; E254 no table of rows and features; E249 fewer different rows
            than clusters in the data or a resample; E209 a setting out of range.

    Source: Hennig (2007), Computational Statistics & Data Analysis 52, 258–271.
    """
    features, caller = _table(features), "clustered"
    whole(clusters, 2, "clusters", caller)
    whole(resamples, 1, "resamples", caller)
    whole(seed, 0, "seed", caller)
    _refuse_alike(features, clusters)
    labels = KMeans(clusters, n_init=3, random_state=seed).fit_predict(features)
    rng, found = np.random.default_rng(seed), []
    for number in range(resamples):
        drawn = np.unique(rng.integers(0, len(features), len(features)))
        _refuse_alike(features[drawn], clusters)
        again = KMeans(clusters, n_init=1, random_state=seed + 1 + number).fit_predict(features[drawn])
        found.append(jaccard(labels[drawn], again))
    return labels, round(float(np.mean(found)), 2)


def _table(features: Any) -> Array:
    """Features as finite numbers, shape (rows, features)."""
    found = np.asarray(features)
    if found.ndim != 2:
        raise CvcError("E254", caller="clustered", first="features", second="a table of rows and features")
    return finite(pd.Series(found.ravel(), name="features"), "clustered").reshape(found.shape)


def _refuse_alike(features: Array, clusters: int) -> None:
    """Refuse fewer different rows than clusters (E249)."""
    different = len(np.unique(features, axis=0))
    if different < clusters:
        raise CvcError("E249", caller="clustered", column="features", found=different, fewest=clusters)


def jaccard(one: Codes, other: Codes) -> float:
    """Mean over the clusters of `one` of the best Jaccard similarity to a cluster of `other`, 0–1.

    Raises:
        CvcError: E244 a row without a cluster, E253 no rows, E254 other rows.
    """
    if len(one) != len(other):
        raise CvcError("E254", caller="jaccard", first="one", second="other")
    one, other = label(pd.Series(one, name="one"), "jaccard"), label(pd.Series(other, name="other"), "jaccard")
    if not len(one):
        raise CvcError("E253", caller="jaccard", columns=["one", "other"])
    both = pd.crosstab(one, other).to_numpy()
    union = both.sum(axis=1, keepdims=True) + both.sum(axis=0) - both
    return float((both / union).max(axis=1).mean())
