"""Published tables, with their own column names."""

from __future__ import annotations

import pandas as pd

ADMISSIONS = {
    "A": (512, 313, 89, 19), "B": (353, 207, 17, 8), "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244), "E": (53, 138, 94, 299), "F": (22, 351, 24, 317),
}  # fmt: skip
"""Men admitted, men rejected, women admitted, women rejected (Bickel, Hammel & O'Connell 1975, six departments)."""
LOS_ANGELES = {(1, 1): 3, (1, 0): 13, (0, 1): 5, (0, 0): 42}
"""Gall-bladder disease in 63 matched pairs, case first (Breslow & Day 1980, Los Angeles endometrial cancer)."""
RATINGS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Six targets, four judges (Shrout & Fleiss 1979, table 2)."""
ORAL_CANCER = {(0, 0): (3, 20), (1, 0): (8, 18), (0, 1): (6, 12), (1, 1): (225, 166)}
"""Smoking and alcohol: cases and controls (Rothman & Keller 1972, as in Hosmer & Lemeshow 1992, table 1)."""
HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1]
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]
"""Per cent still customers after 0-7 renewals (Fader & Hardie 2007, table 1)."""


def berkeley() -> pd.DataFrame:
    """One row an applicant: `Department`, `Male`, `Admitted`."""
    kinds = [(1, 1), (1, 0), (0, 1), (0, 0)]
    rows = [(d, *kind) for d, counts in ADMISSIONS.items() for kind, n in zip(kinds, counts, strict=True)
            for _ in range(n)]  # fmt: skip
    return pd.DataFrame(rows, columns=["Department", "Male", "Admitted"])


def endometrial() -> pd.DataFrame:
    """One row a woman: `SET`, `CASE`, `GALL`, as in the book's appendix."""
    rows, number = [], 0
    for (case, control), times in LOS_ANGELES.items():
        for _ in range(times):
            rows += [(number, 1, case), (number, 0, control)]
            number += 1
    return pd.DataFrame(rows, columns=["SET", "CASE", "GALL"])


def judges() -> pd.DataFrame:
    """One row a rating: `Target`, `Judge`, `Rating`."""
    rows = [(target, judge, rating) for target, given in enumerate(RATINGS, 1) for judge, rating in enumerate(given, 1)]
    return pd.DataFrame(rows, columns=["Target", "Judge", "Rating"])


def renewals(shares: list[float]) -> pd.DataFrame:
    """One row a renewal: `Year`, `At risk`, `Renewed` (per cent of those who began)."""
    return pd.DataFrame({"Year": range(1, len(shares)), "At risk": shares[:-1], "Renewed": shares[1:]})


def oral_cancer() -> pd.DataFrame:
    """One row a person: `Smoking`, `Alcohol`, `Case`."""
    rows = [(*cell, case) for cell, counts in ORAL_CANCER.items() for case, n in zip((1, 0), counts, strict=True)
            for _ in range(n)]  # fmt: skip
    return pd.DataFrame(rows, columns=["Smoking", "Alcohol", "Case"])
