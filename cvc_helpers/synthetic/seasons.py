"""Time in the fictitious insurer: the panel's quarters, and how sales spread over months and days (DOMAIN §6)."""

from __future__ import annotations

import numpy as np

from cvc_helpers.contract import tables
from cvc_helpers.synthetic.arrow import Floats, Ints

QUARTERS = 18
"""Panel 2021-01-01 to 2025-06-30."""
PROGRAMME_QUARTER = 2
"""The community programme starts on 2021-07-01."""
NORMAL_YEAR = (3.0, 1.0, 1.5, 0.7, 0.7, 1.2, 0.6, 0.6, 0.8, 0.5, 0.6, 0.8)
"""FYP index of a normal year's months, Jan to Dec; sums to 12 (DOMAIN §6)."""
REGIMES = {"2023-05": 1.5, "2023-06": 1.7, "2023-07": 2.5, "2023-08": 0.45, "2023-09": 0.45, "2023-10": 0.5}
"""Surge before the 3.5 % products were withdrawn on 31 July 2023, and the slump after it."""
SECOND_CUT = {"2024-08": 2.2, "2024-09": 0.7, "2022-12": 0.7}
"""Second rate cut (surge in August 2024) and the Covid wave of December 2022."""
BANCA_BREAK = {"2023-08": 0.5, "2023-09": 0.45, "2023-10": 0.5, "2023-11": 0.55, "2023-12": 0.55}
"""Further factor on bancassurance after expense rates were aligned (P19: -40 to -60 % for some months)."""
BANCA_AFTER = 0.75
"""Factor on bancassurance from January 2024."""
WEEKDAY = (1.1, 1.0, 1.0, 1.0, 1.2, 0.35, 0.15)
"""Weight of Monday to Sunday."""
MONTH_END = 2.2
"""Weight of days 28 to 31."""

CHANNELS = [value.code for value in tables()["agent"].column("channel").values]
BANCA = CHANNELS.index("bancassurance")

MONTHS = np.arange("2021-01", "2025-07", dtype="datetime64[M]")
QUARTER_START: Ints = MONTHS[::3].astype("datetime64[D]").astype(np.int32)
"""First day of each quarter, in days since 1970-01-01, shape (18,)."""
QUARTER_END: Ints = np.append(QUARTER_START[1:], np.datetime64("2025-07-01").astype(np.int32)) - 1
"""Last day of each quarter, shape (18,)."""
QUARTER_YEAR: Ints = 2021 + np.arange(QUARTERS) // 4
PANEL_START = int(QUARTER_START[0])
PANEL_END = int(QUARTER_END[-1])


def day(date: str) -> int:
    """Days since 1970-01-01 of an ISO date."""
    return int(np.datetime64(date, "D").astype(np.int64))


def quarter_of(days: Ints) -> Ints:
    """Quarter of the panel (0 to 17) that each day falls in; -1 before the panel."""
    return np.searchsorted(QUARTER_START, days, side="right") - 1


def monthly_index(channel: int) -> Floats:
    """FYP index of the panel's 54 months in one channel; a normal year sums to 12."""
    factors = {**REGIMES, **SECOND_CUT}
    index = np.array([NORMAL_YEAR[i % 12] * factors.get(str(m), 1.0) for i, m in enumerate(MONTHS)])
    if channel != BANCA:
        return index
    after = np.arange(len(MONTHS)) >= 36
    return index * [BANCA_BREAK.get(str(month), 1.0) for month in MONTHS] * np.where(after, BANCA_AFTER, 1.0)


def quarter_factor() -> Floats:
    """Factor on purchase intentions, shape (channels, 18); 1 on average in a normal year."""
    return np.array([monthly_index(c).reshape(QUARTERS, 3).mean(axis=1) for c in range(len(CHANNELS))])


def _day_weights(channel: int) -> Floats:
    days = np.arange(PANEL_START, PANEL_END + 1).astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    of_month = (days - month).astype(int) + 1
    weight = np.array(WEEKDAY)[(days.astype(int) + 3) % 7] * np.where(of_month >= 28, MONTH_END, 1.0)
    january = month.astype(int) % 12 == 0
    # booked by the system on 1 January, nothing on the two days after
    weight = np.where(january & (of_month <= 3), np.where(of_month == 1, 2.0, 0.0), weight)
    place = (month - MONTHS[0]).astype(int)
    return np.asarray(weight / np.bincount(place, weight)[place] * monthly_index(channel)[place])


CUMULATIVE: Floats = np.array([np.append(0, np.cumsum(_day_weights(c))) for c in range(len(CHANNELS))])


def sale_days(channel: Ints, quarter: Ints, u: Floats) -> Ints:
    """Day of sale within the quarter, by inverse distribution.

    Args:
        channel: Index into `CHANNELS`, shape (n,).
        quarter: Quarter of the panel, shape (n,).
        u: Uniform draws, shape (n,).

    Returns:
        Days since 1970-01-01, shape (n,), inside the quarter.
    """
    low = CUMULATIVE[channel, QUARTER_START[quarter] - PANEL_START]
    high = CUMULATIVE[channel, QUARTER_END[quarter] + 1 - PANEL_START]
    target = low + u * (high - low)
    found = np.empty(len(u), np.int64)
    for c in range(len(CHANNELS)):
        of_channel = channel == c
        found[of_channel] = np.searchsorted(CUMULATIVE[c], target[of_channel], side="right") - 1
    return np.clip(PANEL_START + found, QUARTER_START[quarter], QUARTER_END[quarter])
