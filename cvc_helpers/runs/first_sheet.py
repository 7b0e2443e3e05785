"""The first sheet of the workbook: what was decided, on which number, for how much money, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from cvc_helpers.parts.decision import cells
from cvc_helpers.parts.found import Found
from cvc_helpers.runs.facts import Facts
from cvc_helpers.runs.gate import Released
from cvc_helpers.wording import say

Cell = str | float | int | bool | None
Line = tuple[str, Cell, str, str]
"""Item, value, note, number format of the value."""
FORMATS = {"share": "0%", "ratio": "0.00", "per_100": "0.0", "points": "0.0"}
NUMBERS = ("like_with_like", "low", "high", "on_the_slide", "planted", "worth")
SUMS = ("cost_yuan", "contribution_yuan")


def first_sheet(facts: Facts, found: Released) -> tuple[list[str], list[list[Cell]], list[list[str]]]:
    """Headings, rows and number formats of the sheet that says the result.

    Args:
        facts: What is known of the run.
        found: What the case may show.
    """
    primary = found.primary(facts.language)
    lines = [*(_result(primary) if primary else ()), *_provenance(facts)]
    headings = [say(f"runs.{name}", facts.language) for name in ("result", "value", "note")]
    return headings, [[item, value, note] for item, value, note, _ in lines], [["", look, ""] for *_, look in lines]


def _result(one: Found) -> list[Line]:
    """Decision, number, interval, money, limit, and what would change it."""
    strip = cells(one) if one.kind == "decision" else []
    said: list[Line] = [
        (one.text("kind"), one.text("reading"), one.text("reason"), ""),
        (say("runs.finding", one.language), one.text("sentence"), "", ""),
        *((head, strong, rest, "") for head, strong, rest in strip),
    ]
    limit: Line = (say(f"findings.{'ask_for' if one.is_refused else 'limit'}", one.language), one.text("limit"), "", "")
    evidence: Line = (say("findings.comparison", one.language), one.text("comparison"), one.text("method"), "")
    return [*said, *_numbers(one), *_money(one), limit, *([evidence] if one.text("comparison") else [])]


def _numbers(one: Found) -> list[Line]:
    """Every number that is known, in the unit of the finding."""
    known: Sequence[str] = [name for name in NUMBERS if one[name] is not None]
    cells = {name: in_unit(one[name], one["unit"], one.language) for name in known}
    return [(say(f"runs.{name}", one.language), cell, one.text("unit"), look) for name, (cell, look) in cells.items()]


def _money(one: Found) -> list[Line]:
    """What 100 cost, what one more contributes, and what 100 bring, in yuan."""
    sums = one["money"]
    if not sums:
        return []
    known = {name: sums[name] for name in SUMS}
    ends = () if one.is_refused else (("", "like_with_like"), ("_low", "low"), ("_high", "high"))
    known |= {f"brings{end}": one[name] * sums["contribution_yuan"] for end, name in ends}
    cells = {name: in_unit(yuan, "yuan", one.language) for name, yuan in known.items()}
    return [(say(f"runs.{name}", one.language), cell, "", look) for name, (cell, look) in cells.items()]


def in_unit(number: float | None, unit: str, language: str) -> tuple[float | None, str]:
    """The number of a cell and its format; sums of money in Chinese in 万元, which the format says."""
    if not unit.startswith("yuan"):
        return number, FORMATS.get(unit, "")
    return (number and number / 1e4, '#,##0.00" 万元"') if language == "zh" else (number, "#,##0")


def _provenance(facts: Facts) -> list[Line]:
    """Whose data, which run, when, with what."""
    named = {"subject": facts.subject, "data_folder": facts.data_name, "run_id": facts.run_id, "made_on": facts.day,
             "version": facts.version}  # fmt: skip
    return [(say(f"runs.{name}", facts.language), text, "", "") for name, text in named.items()]
