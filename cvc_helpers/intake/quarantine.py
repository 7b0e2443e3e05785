"""The rows that were not understood: where they stand and why, with masked values only."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cvc_helpers.intake.privacy import mask

HEADINGS = ("file", "sheet", "row", "table", "column", "code", "seen")


@dataclass(frozen=True)
class Quarantined:
    """One quarantined row.

    Attributes:
        file: Name of the client's file.
        sheet: Sheet of a workbook.
        row: Its number in the file, from 1.
        table: Canonical table.
        column: Canonical column that was not understood; empty if it is the row as a whole.
        code: Reason, `Q2xx`.
        seen: The masked value.
    """

    file: str
    sheet: str
    row: int
    table: str
    column: str
    code: str
    seen: str = ""


@dataclass
class Quarantine:
    """All quarantined rows of one ingest."""

    rows: list[Quarantined] = field(default_factory=list)

    def add(self, file: str, sheet: str, row: int, table: str, column: str, code: str, text: str = "") -> None:
        """Put a row down; its text is masked here, before it is kept anywhere."""
        seen = mask(text)
        safe = "'" + seen if seen[:1] in ("=", "+", "-", "@") else seen  # no spreadsheet may run it
        self.rows.append(Quarantined(file, sheet, row, table, column, code, safe))

    def counts(self) -> Counter[str]:
        """Rows by reason code."""
        return Counter(row.code for row in self.rows)

    def write(self, folder: Path) -> None:
        """Write `rows.csv`, readable in Excel, sorted by file and row."""
        folder.mkdir(parents=True, exist_ok=True)
        ordered = sorted(self.rows, key=lambda row: (row.file, row.sheet, row.row))
        with (folder / "rows.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADINGS)
            writer.writerows([getattr(row, name) for name in HEADINGS] for row in ordered)
