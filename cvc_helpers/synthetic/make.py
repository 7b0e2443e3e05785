"""Writes a fictitious insurer: one Parquet file a table, and the planted truth beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cvc_helpers import rounding
from cvc_helpers.contract import tables
from cvc_helpers.synthetic import planted
from cvc_helpers.synthetic.records import NOTHING, Plan, Switches, Truth, World
from cvc_helpers.synthetic.world import chunk, chunks, world
from cvc_helpers.tables import TRUTH, checksums

Progress = Callable[[str], None]
"""Called with a short line of text after each table made whole and each chunk of customers."""


def makers() -> dict[str, ModuleType]:
    """Table name to the module of this package that makes it, for every canonical table that has one."""
    names = [f"{__package__}.{name}" for name in tables()]
    return {name.rpartition(".")[2]: import_module(name) for name in names if find_spec(name)}


def whole_tables(of: World) -> Iterator[tuple[str, pa.Table]]:
    """The tables made whole, in alphabetical order."""
    for name, module in makers().items():
        if hasattr(module, "whole"):
            yield name, module.whole(of)


def chunk_tables(of: World, index: int) -> Iterator[tuple[str, pa.Table]]:
    """The tables of one chunk of customers, in alphabetical order."""
    made = chunk(of, index)
    for name, module in makers().items():
        if hasattr(module, "chunk_rows"):
            yield name, module.chunk_rows(of, made)


def _writer(out: Path, name: str, columns_of: pa.Schema) -> pq.ParquetWriter:
    columns = [tables()[name].column(column) for column in columns_of.names]
    # keys rise from row to row, so that the difference to the row before is shorter than a dictionary
    keys = [column.name for column in columns[:1] if column.kind == "id"]
    return pq.ParquetWriter(
        out / f"{name}.parquet",
        columns_of,
        compression="zstd",
        compression_level=3,
        use_dictionary=[column.name for column in columns if column.name not in keys],
        column_encoding=dict.fromkeys(keys, "DELTA_BYTE_ARRAY"),
    )


def planted_values(plan: Plan) -> dict[str, float]:
    """Planted value of every finding, by its key: what each module of `planted/` gives."""
    return {key: value for subject in subjects().values() for key, value in subject.planted(plan).items()}


def subjects() -> dict[str, ModuleType]:
    """Slug to its module of `planted/`."""
    names = sorted(module.name for module in iter_modules(planted.__path__))
    return {name: import_module(f"{planted.__name__}.{name}") for name in names}


def planted_for() -> dict[str, dict[str, Any]]:
    """Slug to the parameters of its case for which the planted values are the truth: `HOLDS_FOR`, where it has one."""
    return {name: subject.HOLDS_FOR for name, subject in subjects().items() if hasattr(subject, "HOLDS_FOR")}


def seal(folder: Path) -> None:
    """Write the checksums of a folder's tables into its `truth.json` again, for tests that alter tables."""
    content = json.loads((folder / TRUTH).read_text(encoding="utf-8"))
    _write_truth(folder, content | {"tables": checksums(folder)})


def _truth(out: Path, of: World) -> dict[str, Any]:
    """What is planted, and the checksums of the tables that were made; a file that lay there before breaks the seal."""
    made = {f"{name}.parquet" for name in makers()}
    switched = {"plan": _named(of.plan)} if of.plan != Plan(of.plan.truth) else {}
    return switched | {
        "asked": planted_for(),
        "customers": of.customers,
        "planted": planted_values(of.plan),
        "seed": of.seed,
        "tables": {name: checksum for name, checksum in checksums(out).items() if name in made},
        "truth": of.plan.truth._asdict(),
    }


def _named(of: Any) -> Any:
    """A record of records as dictionaries."""
    if hasattr(of, "_asdict"):
        return {name: _named(value) for name, value in of._asdict().items()}
    return [_named(value) for value in of] if isinstance(of, tuple) else of


def _write_truth(out: Path, content: dict[str, Any]) -> None:
    draft = out / f"{TRUTH}.part"
    draft.write_text(json.dumps(rounding.plain(content), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(out / TRUTH)


def make_insurer(
    out: Path,
    *,
    customers: int,
    seed: int = 20260101,
    truth: Truth = Truth(),  # noqa: B008 - an immutable NamedTuple
    switches: Switches = Switches(),  # noqa: B008 - an immutable NamedTuple
    nothing: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write the fictitious insurer Chengyue Life to a folder.

    Args:
        out: Folder, made if absent; receives `<table>.parquet` and, last, `truth.json`.
        customers: Customer numbers, >= 1; about eight service events each.
        seed: Same seed, same bytes in one environment.
        truth: What a visit to the community does.
        switches: Assumptions of the cases that this insurer breaks.
        nothing: Plant nothing that any case asks for, whatever `truth` says.
        progress: Called with a line of text now and then.
    """
    tell = progress or (lambda _: None)
    out.mkdir(parents=True, exist_ok=True)
    (out / TRUTH).unlink(missing_ok=True)
    plan = NOTHING if nothing else Plan(truth)
    of = world(seed, customers, plan._replace(switches=switches))
    for name, table in whole_tables(of):
        with _writer(out, name, table.schema) as writer:
            writer.write_table(table)
        tell(f"{name}: {table.num_rows:,} rows")
    _write_chunks(out, of, tell)
    _write_truth(out, _truth(out, of))


def _write_chunks(out: Path, of: World, tell: Progress) -> None:
    writers: dict[str, pq.ParquetWriter] = {}
    try:
        for index in chunks(of.customers):
            for name, table in chunk_tables(of, index):
                if name not in writers:
                    writers[name] = _writer(out, name, table.schema)
                writers[name].write_table(table)
            tell(f"customers: chunk {index + 1} of {len(chunks(of.customers))}")
    finally:
        for writer in writers.values():
            writer.close()
