"""The truth tables on the methods page: what `make truth` wrote to `book/truth`, one table a column of the house."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from cvc_helpers.book.edition import edition
from cvc_helpers.book.nodes import paragraph, table
from cvc_helpers.wording import say, wordings

FIRST = ("covers", "false_alarm")
"""Scores that everybody reads."""
FOLDED = ("width_vs_oracle", "bias_share", "zero_bias", "spread_vs_error", "sees_effect", "slide_outside")
SHARES = ("covers", "false_alarm", "sees_effect", "slide_outside")
USUAL = "100"
"""Runs of a first try."""
ENLARGED = re.compile(r"(.+) \(enlarged to ([\d,]+) rows\)")
"""Name of a design run at more rows than written."""
Row = Mapping[str, str]


class TruthTable(SphinxDirective):
    """`{cvc-truth-table}`: for each column of the house what everybody reads, and folded what an analyst asks for."""

    def run(self) -> list[nodes.Node]:
        """The tables, in alphabetical order of their files."""
        paths = sorted((Path(self.env.srcdir) / "book" / "truth").glob("*.csv"))
        for path in [*paths, Path(__file__)]:
            self.env.note_dependency(str(path))
        language = edition(self.config)
        return [node for path in paths for node in _tables(path.stem, truth_rows(path), language)]


def truth_rows(path: Path) -> list[dict[str, str]]:
    """Rows of one truth table, as text."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def number(text: str) -> str:
    """A number as the page shows it, three significant figures; empty stays empty."""
    return f"{float(text):.3g}" if text else ""


def how_often(share: str, runs: str, language: str) -> str:
    """A share of all runs in words: `0.9375` of 400 is "375 of 400"; empty stays empty."""
    return say("pages.truth_of", language, count=round(float(share) * int(runs)), runs=runs) if share else ""


def _tables(slug: str, rows: Sequence[Row], language: str) -> list[nodes.Node]:
    title = say(f"{slug}.name", language)
    heads = [say(f"pages.truth_{name}", language) for name in ("design", *FIRST, "missed")]
    shown = table(heads, [_first(row, language) for row in rows])
    shown.insert(0, nodes.title(title, title, translatable=False))
    folded = [say(f"pages.truth_{name}", language) for name in ("design", "planted", *FOLDED)]
    summary = escape(say("pages.truth_fold", language, title=title))
    return [
        shown,
        nodes.raw("", f'<details class="cvc-fold"><summary>{summary}</summary>', format="html"),
        table(folded, [_rest(row, language) for row in rows]),
        nodes.raw("", "</details>", format="html"),
    ]


def _first(row: Row, language: str) -> list[str]:
    scores = [_score(name, row, language) for name in FIRST]
    return [_design(row, language), *scores, _missed(row.get("missed", ""), language)]


def _missed(bars: str, language: str) -> str:
    """Bars missed, in words; `(short of power as written)` behind them says that the design is judged enlarged."""
    names, is_short, _ = bars.partition(" (")
    said = "; ".join(say(f"pages.truth_missed_{name}", language) for name in names.split())
    return say("pages.truth_short", language, missed=said) if is_short else said or say("pages.truth_none", language)


def _rest(row: Row, language: str) -> list[str | list[nodes.Node]]:
    planted: list[nodes.Node] = [paragraph(number(row.get("planted", "")))]
    if slide := number(row.get("slide", "")):
        planted.append(paragraph(say("pages.truth_slide", language, slide=slide)))
    return [_design(row, language), planted, *(_score(name, row, language) for name in FOLDED)]


def _score(name: str, row: Row, language: str) -> str:
    text = row.get(name, "")
    return how_often(text, row["seeds"], language) if name in SHARES else number(text)


def _design(row: Row, language: str) -> str:
    name = row["design"].partition(": ")[2] or row["design"]
    enlarged = ENLARGED.fullmatch(name)
    name = enlarged[1] if enlarged else name
    known = {texts["en"]: texts[language] for key, texts in wordings().items() if key.startswith("pages.design_")}
    name = known.get(name, name)
    name = say("pages.truth_enlarged", language, name=name, rows=enlarged[2]) if enlarged else name
    return name if row["seeds"] == USUAL else say("pages.truth_again", language, name=name)
