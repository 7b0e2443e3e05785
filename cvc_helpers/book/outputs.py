"""What the cells of an executed case show: the record by which it proves its run, and what may not be shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

import nbformat

from cvc_helpers.book.mime import RENDERERS
from cvc_helpers.errors import CvcError

GLUE = "application/papermill.record/text/plain"
"""The type of a text that a chapter may quote; it is shown nowhere in the case."""
SHOWN = frozenset({*RENDERERS, GLUE})


def output_hashes(executed: nbformat.NotebookNode) -> dict[str, str]:
    """Number of a cell to the hash of all that it shows; cells that show nothing are left out."""
    return {
        str(number): hashlib.sha256(json.dumps(cell.outputs, sort_keys=True).encode()).hexdigest()[:16]
        for number, cell in _code_cells(executed)
        if cell.outputs
    }


def forged(slug: str, executed: nbformat.NotebookNode, recorded: Mapping[str, str]) -> Iterator[CvcError]:
    """E312 where stored outputs are not those that `make cases` recorded."""
    found = output_hashes(executed)
    numbers = sorted({int(cell) for cell, _ in set(found.items()) ^ set(recorded.items())})
    if numbers:
        yield CvcError("E312", case=slug, cells=", ".join(map(str, numbers)))


def unfit(slug: str, executed: nbformat.NotebookNode) -> Iterator[CvcError]:
    """Cells without a run (E303), with an error (E304), with words on stderr (E309), with a raw output (E313)."""
    for number, cell in _code_cells(executed):
        if cell.execution_count is None:
            yield CvcError("E303", case=slug, cell=number)
        for output in cell.outputs:
            if output.output_type == "error":
                yield CvcError("E304", case=slug, cell=number, error=output.ename)
            elif output.get("name") == "stderr":
                yield CvcError("E309", case=slug, cell=number, message=output.text.strip()[:80])
            elif raw := _raw(output):
                yield CvcError("E313", case=slug, cell=number, kind=raw)


def _raw(output: nbformat.NotebookNode) -> str:
    """What an output shows beside the house's own types and their plain text; empty if nothing."""
    if output.output_type == "stream":
        return "print"
    types = set(output.data)
    return ", ".join(sorted(types - SHOWN - ({"text/plain"} if types & SHOWN else set())))


def _code_cells(executed: nbformat.NotebookNode) -> Iterator[tuple[int, nbformat.NotebookNode]]:
    return ((number, cell) for number, cell in enumerate(executed.cells, start=1) if cell.cell_type == "code")
