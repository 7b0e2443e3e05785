"""Numpy columns to a canonical Arrow table: fictitious ids, codes, dates, and the contract's order and types."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cvc_helpers import rounding
from cvc_helpers.contract import Kind, tables

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]

ARROW_TYPE: dict[Kind, pa.DataType] = {
    "id": pa.string(),
    "code": pa.string(),
    "text": pa.string(),
    "date": pa.date32(),
    "cents": pa.int64(),
    "count": pa.int64(),
    "share": pa.float64(),
    "flag": pa.bool_(),
}
"""What each kind of column is in Arrow; the twin of `contract.SQL_TYPE`."""


def ids(prefix: str, numbers: Ints, *, base: int) -> pa.Array:
    """Ids as text: `prefix` and `base + number`, so that `base = 99 * 10**8` gives C99 and eight digits."""
    digits = pc.cast(pa.array(numbers.astype(np.int64) + base), pa.string())
    return digits if not prefix else pc.binary_join_element_wise(prefix, digits, "")


def codes(table: str, column: str, index: Ints) -> pa.Array:
    """Code values as text; `index` counts in the order of the contract's allowed values."""
    return named([value.code for value in tables()[table].column(column).values], index)


def named(names: list[str], index: Ints) -> pa.Array:
    """The name at each index, as text; a negative index gives a missing value."""
    positions = pa.array(index.astype(np.int32), mask=index < 0)
    return pa.DictionaryArray.from_arrays(positions, pa.array(names, pa.string())).cast(pa.string())


def dates(days: Ints, *, missing: Flags | None = None) -> pa.Array:
    """Dates from whole days since 1970-01-01; `missing` marks rows without one."""
    return pa.array(days.astype(np.int32), pa.int32(), mask=missing).cast(pa.date32())


def cents(yuan: Floats | Ints, *, missing: Flags | None = None) -> pa.Array:
    """Money in whole cents from yuan."""
    return pa.array(np.rint(np.asarray(yuan, float) * 100).astype(np.int64), mask=missing)


def blanked(column: pa.Array, missing: Flags) -> pa.Array:
    """The column with the marked rows missing."""
    return pc.if_else(pa.array(missing), pa.scalar(None, column.type), column)


ONLY_SWITCHED = {"customer": ("income_cents", "assets_cents")}
"""Columns of the contract that the insurer has only if it is asked for them."""


def schema(table: str, *more: str) -> pa.Schema:
    """Arrow schema of a canonical table: the contract's columns in the contract's order.

    Args:
        table: Name of the table.
        *more: Those of `ONLY_SWITCHED` that are there.
    """
    absent = set(ONLY_SWITCHED.get(table, ())) - set(more)
    columns = [column for column in tables()[table].columns if column.name not in absent]
    return pa.schema([(column.name, ARROW_TYPE[column.kind]) for column in columns])


def canonical(table: str, columns: dict[str, Any]) -> pa.Table:
    """An Arrow table with the contract's columns, order and types, shares rounded; `KeyError` if one is absent."""
    wanted = schema(table, *columns)
    return pa.Table.from_arrays([_typed(columns[field.name], field.type) for field in wanted], schema=wanted)


def _typed(values: Any, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    """A column in its type; floating-point numbers in six digits, the same on any processor."""
    array = (values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)).cast(kind)
    if not pa.types.is_floating(kind):
        return array
    return pa.array(rounding.column(array.to_numpy(zero_copy_only=False)), kind, from_pandas=True)
