"""More published tables, one row a unit, with the column names of their publications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import pandas as pd

ALCOHOL = {
    "25-34": (1, 0, 9, 106), "35-44": (4, 5, 26, 164), "45-54": (25, 21, 29, 138),
    "55-64": (42, 34, 27, 139), "65-74": (19, 36, 18, 88), "75+": (5, 8, 0, 31),
}  # fmt: skip
"""Cancer of the oesophagus in Ille-et-Vilaine: cases who drank 80 g a day or more, cases who did not, controls who did,
controls who did not, by age (Breslow & Day 1980, table 4.1). Their Mantel–Haenszel odds ratio is 5.16."""
STONES = {("small", "A"): (81, 87), ("small", "B"): (234, 270), ("large", "A"): (192, 263), ("large", "B"): (55, 80)}
"""Kidney stones: successes and patients by size and treatment (Charig, Webb, Payne & Wickham 1986)."""
GODS = [
    *[("Rheia", 0, 0, 0), ("Kronos", 0, 0, 1), ("Demeter", 0, 0, 0), ("Hades", 0, 0, 0), ("Hestia", 0, 1, 0)],
    *[("Poseidon", 0, 1, 0), ("Hera", 0, 1, 0), ("Zeus", 0, 1, 1), ("Artemis", 1, 0, 1), ("Apollo", 1, 0, 1)],
    *[("Leto", 1, 0, 0), ("Ares", 1, 1, 1), ("Athena", 1, 1, 1), ("Hephaestus", 1, 1, 1), ("Aphrodite", 1, 1, 1)],
    *[("Cyclope", 1, 1, 1), ("Persephone", 1, 1, 1), ("Hermes", 1, 1, 0), ("Hebe", 1, 1, 0), ("Dionysus", 1, 1, 0)],
]
"""L, A and Y of twenty relatives (Hernán & Robins, Causal Inference: What If, table 2.2): standardised, no effect."""
DYES = {
    "A": (1545, 1440, 1440, 1520, 1580), "B": (1540, 1555, 1490, 1560, 1495), "C": (1595, 1550, 1605, 1510, 1560),
    "D": (1445, 1440, 1595, 1465, 1545), "E": (1595, 1630, 1515, 1635, 1625), "F": (1520, 1455, 1450, 1480, 1445),
}  # fmt: skip
"""Yield of dyestuff in grams by batch (Davies 1947, as in Davies & Goldsmith 1972): components 1764.05 and 2451.25."""
ASBESTOS = {(0, 0): 11, (1, 0): 67, (0, 1): 95, (1, 1): 450}
"""Lung cancer per 10,000 by asbestos and smoking (Hill et al., as in VanderWeele & Knol 2014, table 1)."""


def spread(counts: Mapping[Any, tuple[int, int]], columns: Sequence[str]) -> pd.DataFrame:
    """One row a unit from cells of (yes, all); the last column is 0/1."""
    rows = [(*cell, int(number < yes)) for cell, (yes, of) in counts.items() for number in range(of)]
    return pd.DataFrame(rows, columns=list(columns))


def oesophagus() -> pd.DataFrame:
    """`Age (years)`, `80+ g/day`, `Case`."""
    cells = {}
    for age, (a, b, c, d) in ALCOHOL.items():
        cells |= {(age, 1): (a, a + c), (age, 0): (b, b + d)}
    return spread(cells, ["Age (years)", "80+ g/day", "Case"])


def kidney_stones() -> pd.DataFrame:
    """`结石大小`, `Treatment A`, `Success`."""
    cells = {(size, int(treatment == "A")): counts for (size, treatment), counts in STONES.items()}
    return spread(cells, ["结石大小", "Treatment A", "Success"])


def gods() -> pd.DataFrame:
    """`Name`, `L`, `A`, `Y`."""
    return pd.DataFrame(GODS, columns=["Name", "L", "A", "Y"])


def dyestuff() -> pd.DataFrame:
    """`Batch`, `Yield (g)`."""
    rows = [(batch, grams) for batch, found in DYES.items() for grams in found]
    return pd.DataFrame(rows, columns=["Batch", "Yield (g)"])


def asbestos() -> pd.DataFrame:
    """`石棉 asbestos`, `smoker?`, `lung cancer`."""
    return spread({cell: (yes, 10_000) for cell, yes in ASBESTOS.items()}, ["石棉 asbestos", "smoker?", "lung cancer"])


def birth_weights() -> pd.DataFrame:
    """Births in Pennsylvania (Cattaneo 2010) as in the manual of Stata's teffects; shipped with statsmodels."""
    place = files("statsmodels.treatment.tests.results") / "cataneo2.csv"
    return pd.read_csv(str(place))
