"""What a design is: a test cohort with a planted effect, a planted zero, an oracle and the slide's number."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

import tests.methods


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
        slide: The naive number.
        effect: The planted effect, as the generator takes it.
        truth: The same in the estimand's unit.
        zero: No effect, as the generator takes it.
        zero_truth: The same in the estimand's unit.
    """

    name: str
    draw: Callable[[int, float], Any]
    estimate: Callable[[Any], Interval]
    oracle: Callable[[Any], Interval]
    slide: Callable[[Any], float]
    effect: float
    truth: float
    zero: float
    zero_truth: float


def designs() -> list[Design]:
    """All designs: the `DESIGNS` of every module `designs_<slug>` of this folder."""
    names = sorted(name for _, name, _ in pkgutil.iter_modules(tests.methods.__path__) if name.startswith("designs_"))
    modules = [importlib.import_module(f"tests.methods.{name}") for name in names]
    return [design for module in modules for design in module.DESIGNS]


def trial(design: Design, seed: int) -> dict[str, float]:
    """One seed: does the interval cover the truth, exclude no effect, leave out the slide, and hold at zero?"""
    cohort = design.draw(seed, design.effect)
    found, best, slide = design.estimate(cohort), design.oracle(cohort), design.slide(cohort)
    nothing = design.estimate(design.draw(seed, design.zero))
    return {
        "covers": found.low <= design.truth <= found.high,
        "width": (found.high - found.low) / (best.high - best.low),
        "sees_effect": not found.low <= design.zero_truth <= found.high,
        "slide_outside": not found.low <= slide <= found.high,
        "false_alarm": not nothing.low <= design.zero_truth <= nothing.high,
        "error": found.estimate - design.truth,
        "slide": slide,
    }


def score(design: Design, trials: list[dict[str, float]]) -> dict[str, float | str]:
    """The row of the truth table: shares over seeds, median width against the oracle, bias as a share of the effect."""
    rows = pd.DataFrame(trials)
    size = abs(design.truth - design.zero_truth)
    return {
        "design": design.name,
        "seeds": len(rows),
        "planted": design.truth,
        "slide": rows["slide"].mean(),
        "covers": rows["covers"].mean(),
        "width_vs_oracle": rows["width"].median(),
        "sees_effect": rows["sees_effect"].mean(),
        "slide_outside": rows["slide_outside"].mean(),
        "false_alarm": rows["false_alarm"].mean(),
        "bias_share": abs(rows["error"].mean()) / size,
    }
