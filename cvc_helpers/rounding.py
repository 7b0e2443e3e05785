"""The one place where a number that leaves is rounded and written: the same bytes on any processor.

Machines of another make give other last digits. Whatever leaves (findings, charts, tables, `truth.json`) passes through
here first, and is written as words only afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Unit = Literal["per_100", "yuan", "yuan_per_100", "ratio", "share", "points", "value"]
DIGITS = 6
"""Significant digits of every number that leaves."""
PAGE_DIGITS = 3
"""Significant digits of money on a page."""
NOISE = 1e-9
"""A number smaller than this share of its column's largest is zero."""
FORMATS: dict[str, str] = {
    "per_100": ".1f",
    "yuan": ",.0f",
    "yuan_per_100": ",.0f",
    "ratio": ".2f",
    "share": ".0%",
    "points": ".1f",
    "value": ".3g",
    "count": ",.0f",
    "times": ".1f",
    "tenth": ".1f",
    "share_tenth": ".1%",
    "decimal": ".2f",
}
"""How a page writes a number of each unit; money is first rounded to three significant figures."""


def significant(number: float, digits: int = DIGITS) -> float:
    """A number rounded to significant digits; NaN and infinities as they are, no negative zero."""
    if number == 0 or not math.isfinite(number):
        return number + 0.0
    return round(float(number), digits - 1 - math.floor(math.log10(abs(number)))) + 0.0


def column(values: npt.ArrayLike, digits: int = DIGITS) -> npt.NDArray[np.float64]:
    """Numbers of one column rounded to significant digits, those below `NOISE` of its scale to zero; same shape."""
    found = np.asarray(values, dtype=np.float64)
    known = np.abs(found[np.isfinite(found)])
    floor = NOISE * float(known.max()) if known.size else 0.0
    rounded = [0.0 if abs(number) < floor else significant(number, digits) for number in found.ravel().tolist()]
    return np.array(rounded, dtype=np.float64).reshape(found.shape)


def frame(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every column of floating-point numbers rounded; other columns as they are."""
    floats = [name for name in table.columns if pd.api.types.is_float_dtype(table[name].dtype)]
    return table.assign(**{name: column(table[name].to_numpy(float, na_value=np.nan)) for name in floats})


def records(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a chart's data, their floating-point numbers rounded column by column."""
    names = {name for row in rows for name, value in row.items() if isinstance(value, float)}
    rounded = {name: column([_number(row.get(name)) for row in rows]).tolist() for name in names}
    return [
        {name: rounded[name][at] if isinstance(value, float) else value for name, value in row.items()}
        for at, row in enumerate(rows)
    ]


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan


def plain(value: Any) -> Any:
    """JSON-ready: floating-point numbers rounded, NaN and infinities as null, NumPy's own types as Python's."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return significant(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def written(number: float | None, unit: str) -> str:
    """A number as a page prints it, in its unit; `–` where there is none.

    Args:
        number: Any number.
        unit: A key of `FORMATS`.
    """
    if number is None or not math.isfinite(number):
        return "–"
    kept = significant(number, PAGE_DIGITS if unit.startswith("yuan") else DIGITS)
    return sign(format(kept, FORMATS[unit]))


def sign(text: str) -> str:
    """A written number with a true minus sign, and none before a zero."""
    return text.lstrip("-") if not text.strip("-0.,%") else text.replace("-", "−")


def signed(number: float) -> str:
    """A number with its sign and one decimal."""
    return sign(format(significant(number), "+.1f"))


def told(values: Mapping[str, str | float], language: str) -> dict[str, str]:
    """Values as a sentence quotes them: words stay; a number is a sum of yuan, in Chinese with its 万元.

    An English sentence names the currency itself: `85,600`.
    """
    write = money if language == "zh" else written
    unit = "zh" if language == "zh" else "yuan"
    return {name: value if isinstance(value, str) else write(value, unit) for name, value in values.items()}


def in_table(yuan: float, language: str) -> str:
    """A sum in a column of sums, whose heading names the unit: yuan, in Chinese 万元; three significant figures."""
    return sign(f"{significant(yuan, PAGE_DIGITS) / 1e4:,.10g}") if language == "zh" else written(yuan, "yuan")


def money(yuan: float, language: str) -> str:
    """A sum of money with three significant figures: `¥90,000`, `¥1.2 m`; in Chinese in 元, 万元 or 亿元."""
    kept = significant(yuan, PAGE_DIGITS)
    minus = "−" if kept < 0 else ""
    size = abs(kept)
    if language == "zh":
        scale, name = (1e8, "亿元") if size >= 1e8 else (1e4, "万元") if size >= 1e4 else (1.0, "元")
        return f"{minus}{size / scale:.10g} {name}"
    return f"{minus}¥{size / 1e6:.10g} m" if size >= 1e6 else f"{minus}¥{size:,.10g}"
