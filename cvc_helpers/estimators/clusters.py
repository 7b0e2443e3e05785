"""Statistical clusters, and how much of them survives when other rows are drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans

from cvc_helpers.estimate import Array, Codes


def clustered(features: Array, *, clusters: int, seed: int, resamples: int = 10) -> tuple[Codes, float]:
    """k-means clusters, and how much of them survives when other rows are drawn.

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
