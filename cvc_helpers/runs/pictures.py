"""Charts as SVG and as CSV, under stable names."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import vl_convert

from cvc_helpers.design import FONT, INK, QUIET, fixed
from cvc_helpers.render import VEGA_LITE
from cvc_helpers.runs.gate import Released, chart_rows
from cvc_helpers.wording import say, wordings

MARGIN, LEADING = 24, 24
COLUMN = "runs.column_"
RISKY = tuple("=+-@\t\r＝＋－＠")


def write_charts(folder: Path, slug: str, found: Released, language: str) -> None:
    """Write `<slug>-01-<name>.svg` and `.csv` for each chart."""
    folder.mkdir()
    for number, chart in enumerate(found.of("chart"), start=1):
        stem = f"{slug}-{number:02}-{chart['name']}"
        (folder / f"{stem}.svg").write_text(alone(chart["spec"]), encoding="utf-8", newline="\n")
        write_csv(folder / f"{stem}.csv", *worded(chart_rows(chart["spec"]), language))


def alone(spec: Mapping[str, Any]) -> str:
    """A chart as SVG for a slide: its title above it, in light colours on white.

    The title is set here and not by Vega, which takes Chinese words for wider than they are and leaves a margin.
    """
    bare = {name: part for name, part in spec.items() if name not in ("title", "usermeta")}
    drawing = str(vl_convert.vegalite_to_svg(json.dumps(bare), vl_version=VEGA_LITE))
    width, height = (math.ceil(float(re.findall(rf'\b{side}="([\d.]+)"', drawing)[0])) for side in ("width", "height"))
    words, top = _title(spec.get("title") or {})
    wide, high = width + 2 * MARGIN, top + height + MARGIN
    moved = drawing.replace("<svg ", f'<svg x="{MARGIN}" y="{top}" ', 1)
    return fixed(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'font-family="{FONT}"><rect width="{wide}" height="{high}" fill="#ffffff"/>{words}{moved}</svg>\n'
    )


def _title(title: Mapping[str, Any]) -> tuple[str, int]:
    """The lines of title and subtitle as text, and where the drawing begins."""
    y, found = MARGIN, []
    for part, look in (
        ("text", f'font-size="18" font-weight="600" fill="{INK}"'),
        ("subtitle", f'font-size="16" fill="{QUIET}"'),
    ):
        for line in title.get(part, ()):
            y += LEADING
            found.append(f'<text x="{MARGIN}" y="{y - 6}" {look}>{escape(line)}</text>')
    return "".join(found), y + 12


def worded(rows: Sequence[Mapping[str, Any]], language: str) -> tuple[list[str], list[list[Any]]]:
    """The numbers of a chart as headings in words, and rows; what serves only its drawing is left out.

    Args:
        rows: The table that the chart draws.
        language: Of the headings, which stand in the wording as `runs.column_<name>`, in the order of their columns.
    """
    there = {name for row in rows for name, cell in row.items() if cell is not None}
    known = [key.removeprefix(COLUMN) for key in wordings() if key.startswith(COLUMN)]
    names = [name for name in known if name in there]
    return [say(f"{COLUMN}{name}", language) for name in names], [[row.get(name) for name in names] for row in rows]


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows as CSV with a byte-order mark; text that a spreadsheet would take for a formula gets a `'` before it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows([safe(cell) for cell in row] for row in rows)


def safe(value: Any) -> Any:
    """A cell that no spreadsheet runs; numbers stay numbers."""
    if not isinstance(value, str) or not value.lstrip(" \"'").startswith(RISKY):
        return value
    return "'" + value
