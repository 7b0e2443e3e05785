"""What the cells of an executed case show: the record by which it proves its run, and what may not be shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy

import nbformat

from cvc_helpers.book.mime import CHINESE, RENDERERS
from cvc_helpers.errors import CvcError

GLUE = "application/papermill.record/text/plain"
"""The type of a text that a chapter may quote; it is shown nowhere in the case."""
SHOWN = frozenset({*RENDERERS, GLUE})


def in_chinese(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy of a case, not yet executed, that asks for Chinese in its cell of parameters."""
    found = deepcopy(notebook)
    for cell in found.cells:
        if "parameters" in cell.metadata.get("tags", ()):
            cell.source += '\nlanguage = "zh"'
    return found


def add_chinese(slug: str, english: nbformat.NotebookNode, chinese: nbformat.NotebookNode) -> None:
    """Put beside each output what it is in Chinese, where that differs: charts and tables carry words.

    Raises:
        CvcError: E336, a cell shows more or less in one language.
    """
    for number, cell in _code_cells(english):
        twins = chinese.cells[number - 1].outputs
        if len(cell.outputs) != len(twins):
            raise CvcError("E336", case=slug, cell=number, english=len(cell.outputs), chinese=len(twins))
        for output, twin in zip(cell.outputs, twins, strict=True):
            known = output.get("data", {})
            words = {kind: twin.data[kind] for kind in known if kind in SHOWN and twin.data[kind] != known[kind]}
            if words:
                output.metadata[CHINESE] = {**output.metadata.get(CHINESE, {}), **words}


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
