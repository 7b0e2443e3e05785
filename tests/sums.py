"""Sums of money as a Chinese text tells them: from 10,000 yuan on in 万元, with three significant figures."""

from __future__ import annotations

import re

SUM = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(万元|亿元|元)")
FIGURES = 3
LEAST = 10_000


def badly_told(text: str) -> list[str]:
    """The sums of a text that stand in yuan though they reach 10,000, or with more than three figures."""
    return [hit.group() for hit in SUM.finditer(text) if _is_bad(hit.group(1).replace(",", ""), hit.group(2))]


def _is_bad(number: str, unit: str) -> bool:
    if unit == "元":
        return float(number) >= LEAST
    return len(number.replace(".", "").strip("0")) > FIGURES
