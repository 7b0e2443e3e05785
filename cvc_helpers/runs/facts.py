"""What is known of a run besides its results: the data, the intake, the parameters, the versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cvc_helpers import ladder, tables
from cvc_helpers.runs.cases import Literal
from cvc_helpers.wording import say, wordings

COUNTS = ("rows_in", "rows_ok", "rows_quarantined", "rows_excluded")
SUMS = ("premium_in", "premium_ok", "premium_quarantined", "premium_excluded")


@dataclass(frozen=True)
class Facts:
    """One run.

    Attributes:
        slug: The case.
        language: Of report, charts and workbook.
        run_id: Name of the run.
        day: Date of the run.
        subject: Whose data.
        data_name: Last part of the data folder's path.
        source: What stands at the foot.
        version: Version and hash of the code.
        parameters: Name to value and default.
        data_lines: Sentences about the data.
        intake: Record of the intake; empty if there is none.
    """

    slug: str
    language: str
    run_id: str
    day: str
    subject: str
    data_name: str
    source: str
    version: str
    parameters: Mapping[str, tuple[Literal, Literal]]
    data_lines: tuple[str, ...] = ()
    intake: Mapping[str, Any] = field(default_factory=dict)

    def conservation(self) -> list[list[str]]:
        """The table of rows and premium, heading first; empty where the data were not taken in here."""
        rows = self.intake.get("conservation", [])
        if not rows:
            return []
        headings = [say(f"runs.{name}", self.language) for name in ("file", "table", *COUNTS, *SUMS)]
        return [headings, *(_conservation_row(row, self.language) for row in rows)]

    def rows_line(self) -> list[str]:
        """One sentence on all rows that came in; none where the data were not taken in here."""
        rows = self.intake.get("conservation", [])
        totals = {name: f"{sum(row[name] for row in rows):,}" for name in COUNTS}
        return [say("runs.rows_line", self.language, **totals)] if rows else []

    def label(self, parameter: str) -> str:
        """What a parameter means, in words; empty where the wording has none."""
        keys = (f"{self.slug}.parameter_{parameter}", f"runs.parameter_{parameter}")
        return next((say(key, self.language) for key in keys if key in wordings()), "")

    def codes(self) -> list[tuple[str, str]]:
        """Codes of the intake: code with its count, and what it means."""
        known = wordings()
        counts: Mapping[str, int] = self.intake.get("codes", {})
        means = {code: say(f"intake.{code}", self.language) if f"intake.{code}" in known else "" for code in counts}
        return [(f"{code} × {count:,}", means[code]) for code, count in counts.items()]


def _conservation_row(row: Mapping[str, Any], language: str) -> list[str]:
    """What became of the rows of a file: counts, and premium to the yuan, in Chinese in 万元 to a hundred yuan."""
    name = row["file"] + (f" / {row['sheet']}" if row.get("sheet") else "")
    has_premium = any(row.get(f"{part}_cents") for part in SUMS)
    unit, places = (1e6, 2) if language == "zh" else (1e2, 0)
    sums = [f"{row.get(f'{part}_cents', 0) / unit:,.{places}f}" if has_premium else "–" for part in SUMS]
    return [name, row["table"], *(f"{row[part]:,}" for part in COUNTS), *sums]


def intake_record(folder: Path) -> dict[str, Any]:
    """What the intake wrote about its files; empty if the tables were not taken in here."""
    path = folder / "ingest.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def data_lines(insurer: tables.Insurer, slug: str, language: str, intake: Mapping[str, Any]) -> tuple[str, ...]:
    """Whose data these are, which rung they reach, and what the next rung would buy."""
    lines = []
    if insurer.is_synthetic:
        lines.append(say("runs.synthetic_insurer", language))
    elif insurer.settings.answers:
        lines.append(say("runs.answered", language))
    elif not intake:
        lines.append(say("runs.client_tables", language))
    rungs = ladder.rungs(slug)
    names = [rung.name for rung in rungs]
    reached = insurer.rung(slug)
    if reached:
        lines.append(say("runs.rung", language, rung=say(f"runs.rung_{reached}", language)))
    above = names.index(reached) + 1 if reached else 0
    if above < len(rungs):
        lines.append(say("runs.next_rung", language, buys=rungs[above].buys[language]))
    return tuple(lines)
