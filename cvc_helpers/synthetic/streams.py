"""Random streams: each table has its own, so that a new table never changes the bytes of another."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def stream(seed: int, table: str, chunk: int = 0) -> np.random.Generator:
    """The random stream of one table in one chunk of customers.

    Args:
        seed: Seed of the whole insurer, >= 0.
        table: Name of the table (or of the shared behaviour) the numbers are for.
        chunk: Number of the chunk of customers; 0 for tables made whole.

    Returns:
        A fresh generator; the same three arguments always give the same numbers.
    """
    return np.random.default_rng([seed, crc32(table.encode()), chunk])
