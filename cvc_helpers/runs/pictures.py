"""Charts as SVG and as CSV, under stable names."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import vl_convert

from cvc_helpers.render import VEGA_LITE
from cvc_helpers.runs.gate import Released, chart_rows

RISKY = tuple("=+-@\t\r＝＋－＠")


def write_charts(folder: Path, slug: str, found: Released) -> None:
    """Write `<slug>-01-<name>.svg` and `.csv` for each chart."""
    folder.mkdir()
    for number, chart in enumerate(found.of("chart"), start=1):
        stem = f"{slug}-{number:02}-{chart['name']}"
        drawing = vl_convert.vegalite_to_svg(json.dumps(chart["spec"]), vl_version=VEGA_LITE)
        (folder / f"{stem}.svg").write_text(str(drawing), encoding="utf-8", newline="\n")
        write_csv(folder / f"{stem}.csv", chart_rows(chart["spec"]))


def write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    """Rows as CSV with a byte-order mark; text that a spreadsheet would take for a formula gets a `'` before it."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([safe(row.get(name)) for name in names] for row in rows)


def safe(value: Any) -> Any:
    """A cell that no spreadsheet runs; numbers stay numbers."""
    if not isinstance(value, str) or not value.lstrip(" \"'").startswith(RISKY):
        return value
    return "'" + value
