"""The only way from a case to a page: findings, charts, and tables whose small cells are suppressed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import display

from cvc_helpers import contract, rounding
from cvc_helpers.cards import SevenOnes
from cvc_helpers.estimate import Estimate
from cvc_helpers.findings import NUMBERS, Finding
from cvc_helpers.naming import Names
from cvc_helpers.tables import Insurer
from cvc_helpers.vocabulary import SEVEN_ONES
from cvc_helpers.wording import say, wordings

MIME = "application/vnd.cvc.table.v1+json"
WITHHELD = "application/vnd.cvc.withheld.v1+json"
FEWEST_CUSTOMERS = 10
FEWEST_STAFF = 5


@dataclass(frozen=True)
class ReleasedTable:
    """A small table that may be shown: labelled columns, text cells, a caption."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    folded: bool = False
    record: dict[str, Any] | None = None

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        content = {
            "caption": self.caption,
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
        }
        text = "\n".join(" | ".join(row) for row in (self.columns, *self.rows))
        return {MIME: {**content, "folded": self.folded, "record": self.record}, "text/plain": text}


def finding(result: Finding, insurer: Insurer, names: Names | None = None) -> None:
    """Show a finding, with the planted truth beside it where the data are ours, and glue its numbers.

    Args:
        result: What a method found.
        insurer: The open tables it was found in.
        names: What this run calls its service and its group, where the sentences speak of them.
    """
    shown = result.with_planted(insurer.planted(result.key)).with_names(names or {})
    bundle = shown._repr_mimebundle_()  # here, so that a missing wording stops the case and says which
    _show(bundle, shown.key, raw=True)
    chinese = quoted(shown, "zh")
    for name, text in quoted(shown, "en").items():
        quote(f"{shown.key}.{name}", text, chinese=chinese[name])


def quoted(result: Finding, language: str) -> dict[str, str]:
    """Every text of a finding that a chapter may quote by `{computed}`, in `"en"` or `"zh"`."""
    texts = {
        "sentence": result.sentence(language),
        "reading": say(f"findings.{result.reading}", language),
        "n": f"{result.n:,}",
    }
    texts |= {name: result.show(getattr(result, name)) for name in NUMBERS}
    if result.unit.startswith("yuan"):
        numbers = {name: getattr(result, name) for name in NUMBERS}
        texts |= {name: _money(yuan, language) for name, yuan in numbers.items()}
    sums: dict[str, float] = dict(result.money._asdict()) if result.money else {}
    if brings := result.brings():
        sums |= dict(zip(("brings", "brings_low", "brings_high"), brings[:3], strict=True))
    if result.is_primary:
        texts["decision"] = decided(result, language)
    texts |= {name: rounding.money(yuan, language) for name, yuan in sums.items()}
    return texts | rounding.told(result.values, language)


def decided(result: Finding, language: str) -> str:
    """The primary decision as a sentence that a meeting can take down, worded by `<key>.decided_<reading>`."""
    reading = "refused" if result.is_refused else result.reading
    names = (f"{result.key}.decided_{reading}", f"findings.decided_{reading}")
    return say(next(name for name in names if name in wordings()), language, **result.words(language))


def _money(yuan: float | None, language: str) -> str:
    return rounding.money(yuan, language) if yuan is not None and math.isfinite(yuan) else "–"


def chart(drawing: Any, *, name: str, narrow: Any = None) -> None:
    """Show a chart under a name, by which a chapter pastes it and a run files it.

    Args:
        drawing: An Altair chart, designed for the text column (680 units).
        name: `slug.name`, e.g. `"big_policy_backtracking.answer"`.
        narrow: The same designed for a phone (340 units); None where one design does for both.
    """
    if narrow is not None:
        drawing = drawing.properties(usermeta={"narrow": narrow.to_dict()})
    _show(drawing, name)


def withheld_states(result: Finding, states: Mapping[str, Estimate], insurer: Insurer) -> None:
    """Show what a finding's number becomes when something is withheld; nothing where the finding is refused.

    Args:
        result: The finding, with nothing withheld.
        states: What is withheld (sorted names joined by `+`, `""` for nothing) to the number and its interval, in the
            finding's unit; of real runs. Each name is worded by `<slug>.withheld_<name>`.
        insurer: The open tables it was found in; where the data are ours, the planted truth stands beside it.
    """
    if result.is_refused or not states:
        return
    planted = insurer.planted(result.key)
    content = {
        "key": result.key,
        "unit": result.unit,
        "planted": planted,
        "source": "synthetic" if insurer.is_synthetic else "client_data",
        "states": {name: [found.value, found.low, found.high] for name, found in states.items()},
    }
    bundle = {WITHHELD: rounding.plain(content), "text/plain": f"{result.key}: what is withheld"}
    _show(bundle, f"{result.key}.withheld", raw=True)


def quote(key: str, text: str, *, chinese: str = "") -> None:
    """Make a text quotable in a chapter as `{computed}`, without showing it in the case.

    Args:
        key: Under which the chapter asks for it.
        text: The text.
        chinese: What the Chinese edition says instead, where that differs.
    """
    prefix = "application/papermill.record/"
    bundle = {f"{prefix}text/plain": repr(text)}
    in_chinese = {"zh": {f"{prefix}text/plain": repr(chinese)}} if chinese and chinese != text else {}
    _show(bundle, key, raw=True, prefix=prefix, **in_chinese)


def _show(shown: Any, name: str, *, raw: bool = False, prefix: str = "", **more: Any) -> None:
    """Display something under the name by which a chapter asks for it."""
    named = {"scrapbook": {"name": name, "mime_prefix": prefix}} | more
    display(shown, raw=raw, metadata=named)  # type: ignore[no-untyped-call]  # IPython has no types


def chart_rows(results: Mapping[str, Finding], insurer: Insurer) -> pd.DataFrame:
    """What a chart of findings draws: the slide's number first, then each answer with its interval.

    Args:
        results: Name of the chart's row to the finding; the first gives the slide's number. Refusals are left out.
        insurer: The open tables; where the data are ours, each row carries its planted truth.

    Returns:
        One row a finding: `row`, `value`, `low`, `high`, `planted`.
    """
    first = next(iter(results.values()))
    found: list[tuple[str, float, float | None, float | None, float | None]] = [
        ("slide", first.on_the_slide, None, None, None)
    ]
    for name, result in results.items():
        if not result.is_refused:
            found.append((name, result.like_with_like, result.low, result.high, insurer.planted(result.key)))
    return pd.DataFrame(found, columns=["row", "value", "low", "high", "planted"])


def named(frame: pd.DataFrame, columns: Mapping[str, str], language: str) -> pd.DataFrame:
    """The frame with codes replaced by their names.

    Args:
        frame: Any table.
        columns: Column of the frame to the contract's column, e.g. `{"channel": "policy.channel"}`.
        language: `"en"` or `"zh"`.
    """
    found = frame.copy()
    for column, place in columns.items():
        names = contract.code_names(place, language)
        found[column] = [names.get(code, code) for code in frame[column]]
    return found


def worded(frame: pd.DataFrame, columns: Mapping[str, str], language: str) -> pd.DataFrame:
    """The frame with codes replaced by their wording; a code without one stands for itself.

    Args:
        frame: Any table.
        columns: Column of the frame to the beginning of its wordings, e.g. `{"who": "customer_value.who_"}`.
        language: `"en"` or `"zh"`.
    """
    known = wordings()
    return frame.assign(**{
        column: [say(f"{prefix}{code}", language) if f"{prefix}{code}" in known else code for code in frame[column]]
        for column, prefix in columns.items()
    })  # fmt: skip


def source(insurer: Insurer, language: str) -> str:
    """What stands inside every image: synthetic or a client's data."""
    return say("findings.synthetic" if insurer.is_synthetic else "findings.client_data", language)


def asked(called: pd.DataFrame, names: Names, *, service_id: str, placebo_id: str, language: str) -> ReleasedTable:
    """What a run asked, in its own words: service, use, group, the service that should do nothing, the days that count.

    Args:
        called: One row a service: `service_id`, `customers` (who used it on days that count), `first_day`, `last_day`.
        names: What this run calls its services (`service`, `use`, `placebo`) and its group.
        service_id: The service.
        placebo_id: The one that should do nothing.
        language: `"en"` or `"zh"`.
    """
    words = {**names[language], "days": _days(called, service_id, language)}
    words["placebo_days"] = _days(called, placebo_id, language)
    order = ("service", "use", "days", "group", "placebo", "placebo_days")
    rows = tuple((say(f"findings.asked_{name}", language), words[name]) for name in order)
    heading = (say("findings.asked_what", language), say("findings.asked_answer", language))
    return ReleasedTable(say("findings.asked", language), heading, rows)


def _days(called: pd.DataFrame, service_id: str, language: str) -> str:
    """The first and last day on which a use of the service counts, and how many customers that is."""
    rows = called[(called["service_id"] == service_id) & (called["customers"] >= FEWEST_CUSTOMERS)]
    if rows.empty:
        return say("findings.days_few", language, fewest=FEWEST_CUSTOMERS)
    first, last = (f"{rows.iloc[0][day]:%Y-%m-%d}" for day in ("first_day", "last_day"))
    return say("findings.days", language, first=first, last=last, customers=f"{rows.iloc[0]['customers']:,}")


def card(record: SevenOnes | None, *, name: str, caption: str, language: str) -> None:
    """Show a Seven Ones card under a name; its record travels with it, for the run to keep as YAML.

    Args:
        record: The card; None where the finding supports none, and the page says so.
        name: By which a chapter shows it, e.g. `"big_policy_backtracking.card"`.
        caption: Its heading.
        language: `"en"` or `"zh"`.
    """
    if record is None:
        shown = ReleasedTable(caption, (say("findings.no_card", language),), ())
    else:
        heading = (say("findings.card_field", language), say("findings.card_text", language))
        fields = tuple((term.name(language), getattr(record, term.key)[language]) for term in SEVEN_ONES)
        shown = ReleasedTable(caption, heading, fields, record=asdict(record))
    _show(shown._repr_mimebundle_(), name, raw=True)


def table(
    frame: pd.DataFrame,
    *,
    n: str,
    caption: str,
    labels: dict[str, str],
    fewest: int = FEWEST_CUSTOMERS,
    formats: dict[str, str] | None = None,
    groups: Sequence[str] = (),
    folded: bool = False,
) -> ReleasedTable:
    """A table for the page, with small cells withheld.

    A row whose count is below `fewest` shows no figures; if just one row of its group is withheld, the
    smallest of the others goes too, so that no figure can be found by subtraction.

    Args:
        frame: Aggregates, one row a cell.
        n: Column with the number of people behind a row.
        caption: What the table shows.
        labels: Column name to heading, in the order of the page.
        fewest: Smallest count that may be shown: 10 customers, 5 staff.
        formats: Column name to format specification, e.g. `{"share": ".1%"}`; `yuan_en`, `yuan_zh` for sums of yuan,
            in Chinese in 万元, as the heading has to say.
        groups: Columns that name a row and stay visible; default: all text columns.
        folded: Whether the page shows it folded, for the analyst.

    Returns:
        The table as text.
    """
    frame = rounding.frame(frame)
    names = list(groups) or [name for name in labels if not pd.api.types.is_numeric_dtype(frame[name])]
    hidden = withheld(frame[n], fewest=fewest)
    rows = []
    for (_, record), is_hidden in zip(frame.iterrows(), hidden, strict=True):
        row = [_cell(record[name], (formats or {}).get(name, "")) for name in labels]
        masked = ["*" if is_hidden and name not in names else cell for name, cell in zip(labels, row, strict=True)]
        rows.append(tuple(masked))
    return ReleasedTable(caption, tuple(labels.values()), tuple(rows), folded)


def withheld(counts: pd.Series, *, fewest: int = FEWEST_CUSTOMERS) -> list[bool]:
    """Which cells to withhold: the small ones, and the next smallest where one alone could be derived.

    Args:
        counts: Number of people behind each row.
        fewest: Smallest count that may be shown.

    Returns:
        One flag a row. A count of 0 discloses nobody and is shown.
    """
    sizes = counts.to_numpy()
    small = (sizes > 0) & (sizes < fewest)
    others = np.flatnonzero(~small & (sizes > 0))
    if small.sum() == 1 and len(others):
        small[others[np.argmin(sizes[others])]] = True
    return [bool(flag) for flag in small]


def rows(insurer: Insurer, table_name: str, *, columns: Sequence[str], count: int = 3) -> ReleasedTable:
    """A few rows of a canonical table on synthetic data; on a client's data none.

    Args:
        insurer: The open tables.
        table_name: Which table.
        columns: Columns to show.
        count: How many rows.

    Returns:
        The rows as text; on a client's data none, and a table without rows is not shown.
    """
    frame = rounding.frame(insurer.rows(table_name, count)) if insurer.is_synthetic else pd.DataFrame()
    cells = tuple(tuple(_cell(record[name], "") for name in columns) for _, record in frame.iterrows())
    return ReleasedTable(table_name, tuple(columns), cells)


def _cell(value: Any, specification: str) -> str:
    if value is None or pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if specification.startswith("yuan_"):
        return rounding.in_table(value, specification.removeprefix("yuan_"))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return rounding.sign(format(value, specification or (",.0f" if float(value).is_integer() else ".4g")))
    return str(value)
