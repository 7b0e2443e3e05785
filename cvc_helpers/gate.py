"""The one gate: a number with its interval, its checks and the controls beside it become a reading. Rules of ours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Estimate
from cvc_helpers.rounding import Unit

Kind = Literal["decision", "claim", "control", "measure"]
Reading = Literal[
    "fund", "pilot", "stop", "cannot_tell", "holds", "does_not_hold", "clean", "alarm", "too_small", "none"
]
Comparison = Literal["randomised", "comparable_cohort", "case_control", "description_only"]
Weight = Literal["essential", "sensitivity", "note"]
Bound = Literal["at_least", "within"]

READINGS: dict[Kind, tuple[Reading, ...]] = {
    "decision": ("fund", "pilot", "stop", "cannot_tell"),
    "claim": ("holds", "does_not_hold", "cannot_tell"),
    "control": ("clean", "alarm", "too_small"),
    "measure": ("none",),
}
NO_EFFECT: dict[str, float] = {"ratio": 1.0}
"""The value of no effect, where it is not 0."""


class Check(NamedTuple):
    """One diagnostic of a finding.

    Attributes:
        key: Its name in the wording of the column, `<slug>.check_<key>_ok` and `_warn`.
        value: Its number.
        passed: Whether it is as it should be.
        weight: A failed `essential` check holds a decision or claim back to "cannot tell"; a failed `sensitivity`
            check caps "fund" at "pilot" and "holds" at "cannot tell"; a `note` only informs.
    """

    key: str
    value: float
    passed: bool
    weight: Weight = "note"


class Money(NamedTuple):
    """What a decision costs and what one success contributes; its threshold follows.

    Attributes:
        cost_yuan: What is spent on 100 (uses, talks, customers), yuan.
        contribution_yuan: What one success contributes, yuan; 1 where the finding itself is in yuan.
    """

    cost_yuan: float
    contribution_yuan: float

    @property
    def worth(self) -> float:
        """How many successes per 100 pay for the cost; NaN where a success contributes nothing."""
        return self.cost_yuan / self.contribution_yuan if self.contribution_yuan > 0 else math.nan


class Judged(NamedTuple):
    """A reading, and the name of its true reason."""

    reading: Reading
    reason: str


def judge(
    kind: Kind,
    estimate: Estimate,
    worth: float,
    unit: Unit,
    comparison: Comparison | None,
    bound: Bound,
    checks: tuple[Check, ...],
    controls: Mapping[str, Reading],
) -> Judged:
    """The gate: one reading for every finding, with its true reason.

    Whatever fails an essential check, and a decision beside an alarming control, cannot be told. A decision is then
    read against its threshold: fund when the whole interval lies at or above it, stop when it lies below, pilot when
    it lies above no effect, else cannot tell; "fund" is capped at "pilot" by a case–control comparison or a failed
    sensitivity check. A claim holds when the whole interval satisfies it and does not when none of it does. A control
    is clean when its interval holds no effect, and too small to tell when it could not have noticed `worth`.

    Args:
        kind: Decision, claim, control or measure.
        estimate: The number and its interval.
        worth: The threshold.
        unit: Tells where no effect lies.
        comparison: Grade of the evidence.
        bound: See `Finding`.
        checks: Of the finding.
        controls: Key of each control beside a decision, with its reading.
    """
    if kind == "measure":
        return Judged("none", "interval")
    last = READINGS[kind][-1]
    if failed := [check.key for check in checks if check.weight == "essential" and not check.passed]:
        return Judged(last, f"check_{failed[0]}")
    nothing = NO_EFFECT.get(unit, 0.0)
    if kind == "control":
        return Judged(_control(estimate, worth, nothing), "interval")
    if kind == "claim":
        read = _within(estimate, worth, nothing) if bound == "within" else _at_least(estimate, worth)
        weak = _weak(checks) if read == "holds" else ""
        return Judged("cannot_tell", f"capped_{weak}") if weak else Judged(read, "interval")
    if alarming := [key for key, reading in controls.items() if reading == "alarm"]:
        return Judged("cannot_tell", f"control_{alarming[0]}")
    return _decision(estimate, worth, nothing, comparison, checks)


def _decision(
    estimate: Estimate, worth: float, nothing: float, comparison: Comparison | None, checks: tuple[Check, ...]
) -> Judged:
    if comparison in (None, "description_only"):
        return Judged("cannot_tell", "grade")
    if estimate.high < worth:
        return Judged("stop", "interval")
    if estimate.low >= worth:
        if comparison == "case_control":
            return Judged("pilot", "grade")
        weak = _weak(checks)
        return Judged("pilot", f"capped_{weak}") if weak else Judged("fund", "interval")
    return Judged("pilot" if estimate.low > nothing else "cannot_tell", "interval")


def _weak(checks: tuple[Check, ...]) -> str:
    """The first sensitivity check that fails; empty if none does."""
    return next((check.key for check in checks if check.weight == "sensitivity" and not check.passed), "")


def _at_least(estimate: Estimate, worth: float) -> Reading:
    return "holds" if estimate.low >= worth else "does_not_hold" if estimate.high < worth else "cannot_tell"


def _within(estimate: Estimate, worth: float, nothing: float) -> Reading:
    low, high = estimate.low - nothing, estimate.high - nothing
    if -worth < low and high < worth:
        return "holds"
    return "does_not_hold" if low > worth or high < -worth else "cannot_tell"


def _control(estimate: Estimate, worth: float, nothing: float) -> Reading:
    if not estimate.low <= nothing <= estimate.high:
        return "alarm"
    return "too_small" if (estimate.high - estimate.low) / 2 > abs(worth - nothing) else "clean"


def refuse_impossible(key: str, kind: Kind, unit: Unit, estimate: Estimate, worth: float, money: Money | None) -> None:
    """Refuse what cannot be read: missing or swapped limits, a threshold missing or on the wrong side (E213)."""
    nothing = NO_EFFECT.get(unit, 0.0)
    ends = estimate[:3]
    problem = ""
    if not all(map(math.isfinite, ends)):
        problem = "the estimate or an end of its interval is missing"
    elif estimate.low > estimate.high:
        problem = f"the limits are swapped ({estimate.low:.6g} to {estimate.high:.6g})"
    elif kind == "decision" and (money is None or not money.cost_yuan > 0 or not money.contribution_yuan > 0):
        problem = "a decision needs a cost and a contribution in yuan, both above 0"
    elif kind != "measure" and not (worth > nothing or (kind == "claim" and worth == nothing)):
        problem = f"the threshold {worth:.6g} does not lie above no effect ({nothing:g})"
    elif kind == "measure" and math.isfinite(worth):
        problem = "a measure has no threshold"
    if problem:
        raise CvcError("E213", key=key, reason=problem)
