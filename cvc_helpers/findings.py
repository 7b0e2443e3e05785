"""One computed sentence with its number, interval, unit, limit and verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from cvc_helpers.wording import LANGUAGES, say

Comparison = Literal["randomised", "comparable_cohort", "case_control", "description_only"]
Verdict = Literal["fund", "pilot", "stop", "cannot_tell"]
Unit = Literal["per_100", "yuan_per_100", "ratio", "share", "points", "value"]

MIME = "application/vnd.cvc.finding.v1+json"
NO_EFFECT: dict[str, float] = {"ratio": 1.0}
"""The value of no effect, where it is not 0."""
FORMATS = {
    "per_100": ".1f",
    "yuan_per_100": ",.0f",
    "ratio": ".2f",
    "share": ".0%",
    "points": ".1f",
    "value": ".3g",
}


@dataclass(frozen=True)
class Check:
    """One diagnostic of a finding: a name in the wording, its value, and whether it is as it should be."""

    key: str
    value: float
    passed: bool


@dataclass(frozen=True)
class Finding:
    """A computed answer, ready to be shown as *on the slide / like with like / planted*.

    Attributes:
        key: `slug.name`; its sentences stand in the wording under the same key.
        unit: What the numbers count; see `FORMATS`.
        on_the_slide: What a typical deck would show.
        like_with_like: The honest estimate; NaN where the design gives none.
        low: Lower end of its 95 % interval.
        high: Upper end.
        worth: The decision threshold that the parameters fixed before the data were opened.
        n: Rows compared.
        n_clusters: Independent units behind the interval.
        method: Name of the method in the wording, e.g. `"landmark_att"`.
        comparison: Grade of the evidence.
        verdict: Computed by `decide`.
        limit: Name of the sentence that says what the number does not show.
        checks: Diagnostics; the first two are visible on the page.
        planted: The truth, filled in only at display and only where the data are ours.
        values: Further numbers that the sentences quote.
    """

    key: str
    unit: Unit
    on_the_slide: float
    like_with_like: float
    low: float
    high: float
    worth: float
    n: int
    n_clusters: int
    method: str
    comparison: Comparison
    verdict: Verdict
    limit: str
    checks: tuple[Check, ...] = ()
    planted: float | None = None
    values: Mapping[str, float | str] = field(default_factory=dict)

    def show(self, number: float | None) -> str:
        """A number in this finding's unit, as the page prints it."""
        if number is None or math.isnan(number):
            return "–"
        return format(number, FORMATS[self.unit]).replace("-", "−")

    def sentence(self, language: str) -> str:
        """The finding as one sentence."""
        name = "refused" if math.isnan(self.like_with_like) else "sentence"
        return say(f"{self.key}.{name}", language, **self._words(language))

    def texts(self, language: str) -> dict[str, str]:
        """Every text that the finding shows, in one language."""
        words = self._words(language)
        return {
            "title": say(f"{self.key}.title", language, **words),
            "sentence": self.sentence(language),
            "unit": say(f"{self.key}.unit", language, **words),
            "limit": say(f"{self.key}.{self.limit}", language, **words),
            "verdict": say(f"findings.{self.verdict}", language),
            "rule": say(f"findings.rule_{self.verdict}", language, worth=words["worth"]),
            "comparison": say(f"findings.{self.comparison}", language),
            "method": say(f"{self.key.split('.')[0]}.method_{self.method}", language),
            **{f"check_{check.key}": self._check_text(check, language) for check in self.checks},
        }

    def _check_text(self, check: Check, language: str) -> str:
        outcome = "ok" if check.passed else "warn"
        return say(f"{self.key.split('.')[0]}.check_{check.key}_{outcome}", language, value=check.value)

    def _words(self, language: str) -> dict[str, Any]:
        numbers = {
            name: self.show(getattr(self, name)) for name in ("on_the_slide", "like_with_like", "low", "high", "worth")
        }
        return {**numbers, "n": f"{self.n:,}", "n_clusters": f"{self.n_clusters:,}", **self.values}

    def record(self) -> dict[str, Any]:
        """The finding as plain JSON, numbers rounded to six significant digits."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        texts = {language: self.texts(language) for language in LANGUAGES}
        shown = {
            name: self.show(getattr(self, name))
            for name in ("on_the_slide", "like_with_like", "low", "high", "planted", "worth")
        }
        return {
            MIME: {"finding": self.record(), "shown": shown, "texts": texts},
            "text/plain": self.sentence("en"),
        }


def decide(*, estimate: float, low: float, high: float, worth: float, unit: Unit, comparison: Comparison) -> Verdict:
    """The verdict, against a threshold fixed in advance.

    Fund when the whole interval lies at or above the threshold and the comparison is randomised or a comparable
    cohort; stop when it lies below; pilot when it lies above no effect but reaches both sides of the threshold (or
    would say fund on a case–control comparison); cannot tell otherwise. The rule is ours.

    Args:
        estimate: The like-with-like estimate.
        low: Lower end of its interval.
        high: Upper end.
        worth: Smallest effect that pays for itself, in the same unit.
        unit: Tells where no effect lies (1 for a ratio, else 0).
        comparison: Grade of the evidence.

    Returns:
        The verdict.
    """
    if comparison == "description_only" or any(map(math.isnan, (estimate, low, high))):
        return "cannot_tell"
    if high < worth:
        return "stop"
    if low >= worth and comparison != "case_control":
        return "fund"
    return "pilot" if low > NO_EFFECT.get(unit, 0.0) else "cannot_tell"


def round_significant(number: float, digits: int = 6) -> float:
    """A number rounded to significant digits; 0, NaN and infinities as they are."""
    if number == 0 or not math.isfinite(number):
        return number
    return round(number, digits - 1 - math.floor(math.log10(abs(number))))


def _plain(value: Any) -> Any:
    """JSON-ready: floats rounded, NaN as null, containers walked through."""
    if isinstance(value, float):
        return round_significant(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
