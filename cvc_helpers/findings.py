"""One computed answer with its number, interval, unit, limit and reading; every answer passes the one gate.

Findings come in four kinds. Only a decision spends money; a claim is true or not, a control should show nothing, a
measure only says how much.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cvc_helpers import rounding
from cvc_helpers.errors import CvcError
from cvc_helpers.estimate import Estimate
from cvc_helpers.gate import (
    NO_EFFECT,
    READINGS,
    Bound,
    Check,
    Comparison,
    Kind,
    Money,
    Reading,
    judge,
    refuse_impossible,
    refuse_unknown,
)
from cvc_helpers.naming import Names, general
from cvc_helpers.rounding import Unit
from cvc_helpers.wording import LANGUAGES, say, wordings

MIME = "application/vnd.cvc.finding.v1+json"
NUMBERS = ("on_the_slide", "like_with_like", "low", "high", "planted", "worth")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A computed answer, ready to be shown as *on the slide / like with like / planted*; built by `of` or `refused`.

    Attributes:
        key: `slug.name`; its sentences stand in the wording under the same key.
        kind: Decision, claim, control or measure.
        is_primary: Whether it is the one decision named in the first cell of its case.
        unit: What the numbers count; see `rounding.FORMATS`.
        on_the_slide: What a typical deck would show, in the same unit.
        like_with_like: The honest estimate; NaN where the design gives none.
        low: Lower end of its 95 % interval.
        high: Upper end.
        worth: The threshold fixed before the data were opened; NaN for a measure.
        money: What stands behind a decision's threshold.
        bound: Whether a claim is that the number is at least `worth`, or no further than `worth` from no effect.
        n: Rows compared.
        n_clusters: Independent units behind the interval.
        method: Name of the method in the wording, e.g. `"landmark_att"`.
        comparison: Grade of the evidence; None where nothing is compared.
        reading: Computed by the gate.
        reason: Why: `interval`, `grade`, `check_<key>`, `capped_<key>`, `control_<key>`,
            `unguarded_<key>` or `refused`.
        limit: Name of the sentence that says what the number does not show; for a refusal, why and what to ask for.
        checks: Diagnostics.
        controls: Key of each control that stands beside a decision, with its reading.
        planted: The truth, filled in only at display and only where the data are ours.
        values: What else the sentences quote: words and written numbers as they are, a sum of money as a number (yuan).
        names: What this run calls its service and its group, filled in only at display; general words till then.
    """

    key: str
    kind: Kind
    is_primary: bool = False
    unit: Unit
    on_the_slide: float
    like_with_like: float
    low: float
    high: float
    worth: float
    money: Money | None = None
    bound: Bound = "at_least"
    n: int = 0
    n_clusters: int = 0
    method: str
    comparison: Comparison | None = None
    reading: Reading
    reason: str
    limit: str
    checks: tuple[Check, ...] = ()
    controls: Mapping[str, Reading] = field(default_factory=dict)
    planted: float | None = None
    values: Mapping[str, str | float] = field(default_factory=dict)
    names: Names = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        key: str,
        kind: Kind,
        unit: Unit,
        estimate: Estimate,
        on_the_slide: float,
        method: str,
        worth: float = math.nan,
        money: Money | None = None,
        bound: Bound = "at_least",
        comparison: Comparison | None = None,
        checks: tuple[Check, ...] = (),
        controls: tuple[Finding, ...] = (),
        is_primary: bool = False,
        limit: str = "limit",
        values: Mapping[str, str | float] | None = None,
    ) -> Finding:
        """The finding of an estimate, read by the gate.

        A decision takes `money`, from which its threshold follows; a claim takes `worth`; a control takes as `worth`
        the effect that it must be able to notice; a measure takes neither.

        Raises:
            CvcError: E213, the limits are swapped or missing, or the threshold is missing or on the wrong side.
        """
        threshold = money.worth if money else worth
        refuse_impossible(key, kind, unit, estimate, threshold, money, is_primary)
        refuse_unknown(key, comparison, bound, checks, {control.key: control.kind for control in controls})
        readings = _readings(key, controls)
        judged = judge(kind, estimate, threshold, unit, comparison, bound, checks, readings)
        return cls(
            key=key, kind=kind, is_primary=is_primary, unit=unit, on_the_slide=float(on_the_slide),
            like_with_like=estimate.value, low=estimate.low, high=estimate.high, worth=threshold, money=money,
            bound=bound, n=estimate.n, n_clusters=estimate.n_clusters, method=method, comparison=comparison,
            reading=judged.reading, reason=judged.reason, limit=limit, checks=checks,
            controls=readings, values=values or {},
        )  # fmt: skip

    @classmethod
    def refused(
        cls,
        *,
        key: str,
        kind: Kind,
        unit: Unit,
        reason: str,
        on_the_slide: float = math.nan,
        worth: float = math.nan,
        money: Money | None = None,
        is_primary: bool = False,
        values: Mapping[str, str | float] | None = None,
    ) -> Finding:
        """The finding of data that give no answer: it says so, and what to ask for.

        Args:
            key: As for `of`, and so are the others.
            kind: Decision, claim, control or measure.
            unit: Its unit.
            reason: Name of the refusal in the wording of the column, `<slug>.refused_<reason>`.
            on_the_slide: What a deck would show all the same.
            worth: The threshold it would have been held against.
            money: The same for a decision, where it is known.
            is_primary: Whether it is the primary decision.
            values: What the sentences may still quote.
        """
        return cls(
            key=key, kind=kind, is_primary=is_primary, unit=unit, on_the_slide=float(on_the_slide),
            like_with_like=math.nan, low=math.nan, high=math.nan, worth=money.worth if money else worth, money=money,
            method="none", reading=READINGS[kind][-1], reason="refused", limit=reason, values=values or {},
        )  # fmt: skip

    @property
    def is_refused(self) -> bool:
        """Whether the data gave no answer."""
        return self.reason == "refused"

    @property
    def slug(self) -> str:
        """The column it belongs to."""
        return self.key.split(".")[0]

    def show(self, number: float | None) -> str:
        """A number in this finding's unit, as the page prints it; never as no effect where it is not none."""
        text, nothing = rounding.written(number, self.unit), NO_EFFECT.get(self.unit, 0.0)
        if number is None or number == nothing or text != rounding.written(nothing, self.unit):
            return text
        return rounding.sign(f"{rounding.significant(number - nothing, 1) + nothing:.6g}")

    def brings(self) -> Estimate | None:
        """What 100 bring a decision, in yuan, before their cost; None where there is nothing to say."""
        if self.money is None or self.is_refused:
            return None
        return Estimate(self.like_with_like, self.low, self.high).times(self.money.contribution_yuan)

    def with_planted(self, truth: float | None) -> Finding:
        """The same with the planted truth beside it."""
        return replace(self, planted=truth)

    def with_names(self, names: Names) -> Finding:
        """The same, its sentences told in the words of this run."""
        return replace(self, names=names)

    def sentence(self, language: str) -> str:
        """The finding as one sentence, worded for its reading where the wording has one of its own."""
        names = ("refused",) if self.is_refused else (f"sentence_{self.reading}", "sentence")
        return self._say(_first(f"{self.key}.{name}" for name in names), language)

    def texts(self, language: str) -> dict[str, str]:
        """Every text that the finding shows, in one language."""
        limit = f"{self.slug}.refused_{self.limit}" if self.is_refused else f"{self.key}.{self.limit}"
        found = {name: self._say(f"{self.key}.{name}", language) for name in ("title", "unit")}
        found |= {"sentence": self.sentence(language), "limit": self._say(limit, language)}
        found |= {"kind": say(f"findings.kind_{self.kind}", language)}
        found |= {"reading": say(f"findings.{self.reading}", language), "reason": self._reason(language)}
        found |= {"comparison": say(f"findings.{self.comparison}", language) if self.comparison else ""}
        method = _first((f"{self.slug}.method_{self.method}", "findings.method_none"))
        found |= {"method": self._say(method, language)}
        found |= {"money": self._money(language), "controls": self._controls(language)}
        found |= {"headline": self._headline(language)}
        found |= {f"said_{check.key}": self._said(check, language) for check in self.checks}
        return found | {f"check_{check.key}": self._check(check, language) for check in self.checks}

    def words(self, language: str) -> dict[str, Any]:
        """What the sentences may quote: the words of this run, the written numbers and the further values."""
        numbers = {name: self._quoted(getattr(self, name), language) for name in NUMBERS if name != "planted"}
        counts = {"n": f"{self.n:,}", "n_clusters": f"{self.n_clusters:,}"}
        return {**(self.names or general())[language], **rounding.told(self.values, language), **numbers, **counts}

    def _quoted(self, number: float, language: str) -> str:
        """A number as a sentence quotes it: money with its currency, in Chinese in 万元."""
        is_money = self.unit.startswith("yuan") and math.isfinite(number)
        return rounding.money(number, language) if is_money else self.show(number)

    def _say(self, key: str, language: str, **more: Any) -> str:
        """A wording filled in with what the sentences may quote."""
        return say(key, language, **self.words(language), **more)

    def record(self) -> dict[str, Any]:
        """The finding as plain JSON, numbers rounded."""
        checks = [check._asdict() for check in self.checks]
        money = self.money._asdict() if self.money else None
        found: dict[str, Any] = rounding.plain({**asdict(self), "checks": checks, "money": money})
        return found

    def _reason(self, language: str) -> str:
        """Why the finding reads as it does; names the check or the control that holds it back."""
        by, _, name = self.reason.partition("_")
        if self.is_refused or self.kind == "measure":
            return say("findings.reason_refused", language) if self.is_refused else ""
        if name:
            is_control = by in ("control", "unguarded")
            what = self._say(f"{name}.title", language) if is_control else self._check_named(name, language)
            return say(f"findings.reason_{by}", language, what=what)
        kind = f"{self.kind}_within" if self.bound == "within" else self.kind
        return self._say(f"findings.reason_{kind}_{self.reading}_{self.reason}", language)

    def _check(self, check: Check, language: str) -> str:
        name = f"{self.slug}.check_{check.key}_{'ok' if check.passed else 'warn'}"
        return self._say(name, language, value=rounding.significant(check.value))

    def _headline(self, language: str) -> str:
        """What its card asserts for this reading; the title where nothing of its own is worded."""
        by = self.reason.partition("_")[0]
        names = (f"{self.key}.headline_{self.reading}_{by}", f"{self.key}.headline_{self.reading}", f"{self.key}.title")
        return self._say(_first(names), language)

    def _said(self, check: Check, language: str) -> str:
        """What a check says in words that need no statistics; empty where the wording has none."""
        name = f"{self.slug}.said_{check.key}_{'ok' if check.passed else 'warn'}"
        return self._say(name, language) if name in wordings() else ""

    def _check_named(self, key: str, language: str) -> str:
        """A check that holds a reading back, aloud where it can be said aloud."""
        found = next(check for check in self.checks if check.key == key)
        return self._said(found, language) or self._check(found, language)

    def _controls(self, language: str) -> str:
        """The controls that stand beside a decision, each with its reading; that there is none is said."""
        if not self.controls:
            return say("findings.no_controls", language) if self.kind == "decision" and not self.is_refused else ""
        named = {key: _first((f"{key}.row", f"{key}.title")) for key in self.controls}
        words = {key: (self._say(named[key], language), say(f"findings.{reading}", language))
                 for key, reading in self.controls.items()}  # fmt: skip
        parts = [
            f"{title}（{reading}）" if language == "zh" else f"{title} ({reading})" for title, reading in words.values()
        ]
        return ("；" if language == "zh" else "; ").join(parts)

    def _money(self, language: str) -> str:
        """The arithmetic behind a decision's threshold, and what 100 bring."""
        if self.money is None:
            return ""
        sums = {"cost": self.money.cost_yuan, "contribution": self.money.contribution_yuan}
        brings = self.brings()
        if brings:
            sums |= {"brings": brings.value, "brings_low": brings.low, "brings_high": brings.high}
        words = {name: rounding.money(yuan, language) for name, yuan in sums.items()}
        is_told = brings and self.reading != "cannot_tell"
        return self._say(f"{self.key}.{'money' if is_told else 'money_refused'}", language, **words)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        texts = {language: self.texts(language) for language in LANGUAGES}
        shown = {name: self.show(getattr(self, name)) for name in NUMBERS}
        return {
            MIME: {"finding": self.record(), "shown": shown, "texts": texts},
            "text/plain": self.sentence("en"),
        }


def _readings(key: str, controls: tuple[Finding, ...]) -> dict[str, Reading]:
    """Key to reading of the controls beside a decision; two of one name are refused (E213)."""
    found = {control.key: control.reading for control in controls}
    if len(found) < len(controls):
        raise CvcError("E213", key=key, reason="two controls have the same key")
    return found


def _first(keys: Iterable[str]) -> str:
    """The first key that the wording knows, else the last one."""
    known = list(keys)
    return next((key for key in known if key in wordings()), known[-1])
