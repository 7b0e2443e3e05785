"""Statistical clusters and how much of them survives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvc_helpers.errors import CvcError
from cvc_helpers.estimators.clusters import clustered, jaccard


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=5, max_size=60), st.permutations(range(5)))
def test_jaccard_of_renamed_clusters_is_one(labels, names):
    found = np.array(labels)
    assert jaccard(found, np.array(names)[found]) == 1


def test_three_islands_are_found_and_stable():
    rng = np.random.default_rng(1)
    island = np.repeat(range(3), 40)
    features = rng.normal(size=(120, 2)) + 20 * np.column_stack([island, island % 2])
    labels, stability = clustered(features, clusters=3, seed=1)
    assert jaccard(island, labels) == 1
    assert stability == pytest.approx(1)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.zeros((20, 2)), "E249"),
        (np.full((20, 2), np.nan), "E244"),
        (np.zeros(20), "E254"),
        (np.zeros((0, 2)), "E253"),
    ],
)
def test_rows_that_are_alike_or_none_are_refused(features, message):
    with pytest.raises(CvcError, match=message):
        clustered(features, clusters=3, seed=1)
