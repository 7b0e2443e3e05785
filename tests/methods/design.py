"""What a design is: a test cohort with a planted effect, a planted zero, an oracle and the slide's number."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import pandas as pd

import tests.methods

Z = NormalDist().inv_cdf(0.975)
BARS: dict[str, tuple[float, float]] = {
    "covers": (0.90, 1.0),
    "width_vs_oracle": (0.0, 1.25),
    "bias_share": (0.0, 0.10),
    "zero_bias": (0.0, 0.10),
    "spread_vs_error": (0.80, 1.25),
    "false_alarm": (0.0, 0.08),
    "sees_effect": (0.80, 1.0),
    "slide_outside": (0.80, 1.0),
}
"""What a method must reach on a design: each score with its least and its most."""
POWER = frozenset({"sees_effect", "slide_outside"})
"""Bars that an honest method misses where a design has too few rows."""


class Interval(NamedTuple):
    """An estimate with its 95 % interval."""

    estimate: float
    low: float
    high: float


class Design(NamedTuple):
    """One test cohort of a method.

    Attributes:
        name: `slug: design`.
        draw: Seed and effect to a cohort.
        estimate: The handbook's method on a cohort.
        oracle: The model that generated it, on the same cohort.
        slide: The naive number; None where the design plants no biased slide.
        effect: The planted effect, as the generator takes it.
        truth: The same in the estimand's unit; equal to `zero_truth` where the design plants no effect.
        zero: No effect, as the generator takes it.
        zero_truth: The same in the estimand's unit.
        enlarged: Rows, from a power calculation, at which a design short of power is run once more; `draw` then takes
            `n`. 0: it is not short of power.
        is_lesson: Whether the method is known to fail on it, and the handbook says so; a test holds that it still does.
    """

    name: str
    draw: Callable[[int, float], Any]
    estimate: Callable[[Any], Interval]
    oracle: Callable[[Any], Interval]
    slide: Callable[[Any], float] | None
    effect: float
    truth: float
    zero: float
    zero_truth: float
    enlarged: int = 0
    is_lesson: bool = False


def columns() -> list[str]:
    """Names of the columns that have designs."""
    names = sorted(name for _, name, _ in pkgutil.iter_modules(tests.methods.__path__))
    return [name.removeprefix("designs_") for name in names if name.startswith("designs_")]


def designs(column: str) -> list[Design]:
    """The `DESIGNS` of one column's module `designs_<slug>`."""
    found: list[Design] = importlib.import_module(f"tests.methods.designs_{column}").DESIGNS
    return found


def larger(design: Design) -> Design:
    """The design at its enlarged number of rows, and with that in its name."""

    def draw(seed: int, effect: float) -> Any:
        return design.draw(seed, effect, n=design.enlarged)  # type: ignore[call-arg]  # of those that can be enlarged

    return design._replace(name=f"{design.name} (enlarged to {design.enlarged:,} rows)", draw=draw, enlarged=0)


def trial(design: Design, seed: int) -> dict[str, float]:
    """One seed: the estimate beside truth, oracle and slide, and the estimate where nothing is planted."""
    cohort = design.draw(seed, design.effect)
    found, best = design.estimate(cohort), design.oracle(cohort)
    slide = design.slide(cohort) if design.slide else math.nan
    nothing = design.estimate(design.draw(seed, design.zero))
    return {
        "covers": found.low <= design.truth <= found.high,
        "width": (found.high - found.low) / (best.high - best.low),
        "sees_effect": not found.low <= design.zero_truth <= found.high,
        "slide_outside": not found.low <= slide <= found.high,
        "false_alarm": not nothing.low <= design.zero_truth <= nothing.high,
        "error": found.estimate - design.truth,
        "standard_error": (found.high - found.low) / (2 * Z),
        "zero_error": nothing.estimate - design.zero_truth,
        "slide": slide,
    }


def score(design: Design, trials: Sequence[Mapping[str, float]]) -> dict[str, float | str]:
    """The row of the truth table: the scores of `BARS` over seeds; NaN where the design plants nothing to score.

    `bias_share` is the bias as a share of the effect, `zero_bias` the same at the planted zero in standard deviations,
    `spread_vs_error` the standard deviation over seeds by the mean standard error.
    """
    rows = pd.DataFrame(trials)
    size = abs(design.truth - design.zero_truth)
    return {
        "design": design.name,
        "seeds": len(rows),
        "planted": design.truth,
        "slide": rows["slide"].mean(),
        "covers": rows["covers"].mean(),
        "width_vs_oracle": rows["width"].median(),
        "bias_share": abs(rows["error"].mean()) / size if size else math.nan,
        "zero_bias": abs(rows["zero_error"].mean()) / rows["zero_error"].std(),
        "spread_vs_error": rows["error"].std() / rows["standard_error"].mean(),
        "false_alarm": rows["false_alarm"].mean(),
        "sees_effect": rows["sees_effect"].mean() if size else math.nan,
        "slide_outside": rows["slide_outside"].mean() if design.slide else math.nan,
    }


def missed(row: Mapping[str, Any]) -> list[str]:
    """Bars that a row of scores misses; what is not scored is not missed."""
    return [
        name
        for name, (least, most) in BARS.items()
        if not (math.isnan(row[name]) or least <= round(row[name], 9) <= most)
    ]
