"""The one gate: a number with its interval, its checks and the controls beside it become a reading. Rules of ours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

import numpy as np

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
GRADES, WEIGHTS, BOUNDS = (frozenset(get_args(one)) for one in (Comparison, Weight, Bound))

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
    it lies above no effect, else cannot tell; "fund" is capped at "pilot" by a case–control comparison, a failed
    sensitivity check, or controls of which none is clean. One that is too small to tell, or that the data do not
    allow, speaks neither for nor against: if it capped beside a clean one, whoever tried fewer would be funded sooner.
    A claim holds when the whole interval satisfies it and does not
    when none of it does. A control alarms when its interval leaves no effect out, and is too small to tell when it
    could not have noticed `worth`.

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
    last, nothing = READINGS[kind][-1], NO_EFFECT.get(unit, 0.0)
    if kind == "control" and not estimate.low <= nothing <= estimate.high:
        return Judged("alarm", "interval")
    if failed := [check.key for check in checks if check.weight == "essential" and not check.passed]:
        return Judged(last, f"check_{failed[0]}")
    if kind == "control":
        return Judged(_control(estimate, worth, nothing), "interval")
    if kind == "claim":
        read = _within(estimate, worth, unit) if bound == "within" else _at_least(estimate, worth)
        weak = _weak(checks) if read == "holds" else ""
        return Judged("cannot_tell", f"capped_{weak}") if weak else Judged(read, "interval")
    if alarming := [key for key, reading in controls.items() if reading == "alarm"]:
        return Judged("cannot_tell", f"control_{alarming[0]}")
    judged = _decision(estimate, worth, nothing, comparison, checks)
    is_guarded = not controls or "clean" in controls.values()
    return judged if is_guarded or judged.reading != "fund" else Judged("pilot", f"unguarded_{next(iter(controls))}")


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


def _within(estimate: Estimate, worth: float, unit: Unit) -> Reading:
    """Whether the number lies no further than `worth` from no effect; for ratios, on their logs."""
    low, high, most = estimate.low, estimate.high, worth
    if unit == "ratio":
        low, high, most = (math.log(number) if number > 0 else -math.inf for number in (low, high, worth))
    if -most < low and high < most:
        return "holds"
    return "does_not_hold" if low > most or high < -most else "cannot_tell"


def _control(estimate: Estimate, worth: float, nothing: float) -> Reading:
    return "too_small" if (estimate.high - estimate.low) / 2 > abs(worth - nothing) else "clean"


def refuse_impossible(
    key: str, kind: Kind, unit: Unit, estimate: Estimate, worth: float, money: Money | None, is_primary: bool
) -> None:
    """Refuse what cannot be read: limits, counts, thresholds and sums of money that make no sense (E213)."""
    if problem := _odd_numbers(estimate) or _odd_threshold(kind, unit, worth, money, is_primary):
        raise CvcError("E213", key=key, reason=problem)


def _odd_numbers(estimate: Estimate) -> str:
    value, low, high, n, n_clusters = estimate
    if not all(map(math.isfinite, (value, low, high))):
        return "the estimate or an end of its interval is missing"
    if low > high:
        return f"the limits are swapped ({low:.6g} to {high:.6g})"
    if not low <= value <= high:
        return f"the estimate {value:.6g} lies outside its interval ({low:.6g} to {high:.6g})"
    return "" if 0 <= n_clusters <= n else f"{n} rows in {n_clusters} independent units"


def _odd_threshold(kind: Kind, unit: Unit, worth: float, money: Money | None, is_primary: bool) -> str:
    nothing = NO_EFFECT.get(unit, 0.0)
    if kind != "decision" and (money is not None or is_primary):
        return "only a decision has money behind it, and only a decision is the primary one"
    if kind == "decision" and (money is None or not all(0 < yuan < math.inf for yuan in money)):
        return "a decision needs a cost and a contribution in yuan, both above 0 and finite"
    if kind == "measure":
        return "a measure has no threshold" if math.isfinite(worth) else ""
    if not math.isfinite(worth) or worth < nothing or (worth == nothing and kind != "claim"):
        return f"the threshold {worth:.6g} does not lie above no effect ({nothing:g})"
    return ""


def refuse_unknown(
    key: str, comparison: Comparison | None, bound: Bound, checks: tuple[Check, ...], controls: Mapping[str, Kind]
) -> None:
    """Refuse words that the gate does not know, and what stands beside a finding and is none of its own (E213)."""
    words = {f"comparison {comparison!r}": comparison in {None, *GRADES}, f"bound {bound!r}": bound in BOUNDS}
    words |= {f"weight {check.weight!r} of check {check.key}": check.weight in WEIGHTS for check in checks}
    words |= {f"check {check.key}: {check.passed!r} at {check.value}": _is_outcome(check) for check in checks}
    own = key.split(".")[0]
    words |= {f"{other} as a control of {own}": kind == "control" and other != key and other.split(".")[0] == own
              for other, kind in controls.items()}  # fmt: skip
    if odd := [word for word, is_known in words.items() if not is_known]:
        raise CvcError("E213", key=key, reason=f"not understood: {'; '.join(odd)}")


def _is_outcome(check: Check) -> bool:
    """Whether a check has an outcome: true or false, and no passing without a number."""
    return isinstance(check.passed, (bool, np.bool_)) and not (check.passed and math.isnan(check.value))
