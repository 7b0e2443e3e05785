"""What differs between the stored and the new outputs of a case, by name: `…, cell 14, extra_policies.low: 0.9 → 1.0`.

As a plugin of pytest (`-p tests.differences`) it says so below every cell that nbval refuses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import pytest

from cvc_helpers import charts, findings, release

GLUE = "application/papermill.record/text/plain"
FOLLOWS = re.compile(r"^(shown|texts|quoted)\.|\.?data\.name$")
"""Parts of an output that follow from its numbers: told only where no number differs."""
BEFORE, LONGEST = 20, 80
"""Of a long text, how many letters before the first that differs are shown, and how many in all."""
Contents = dict[str, dict[str, str]]


def differences(slug: str, stored_cells: Sequence[Any], new_cells: Sequence[Any]) -> list[str]:
    """What differs between two executions of a case.

    Args:
        slug: The case.
        stored_cells: All cells of its stored notebook, prose included.
        new_cells: The same cells, executed anew.

    Returns:
        One line a number or text, with its cell (counted from 1), the finding, table or chart, and both values.
    """
    found = []
    for number, (stored, new) in enumerate(zip_longest(stored_cells, new_cells, fillvalue={}), start=1):
        old, fresh = contents(slug, stored), contents(slug, new)
        for label in old | fresh:
            lines = _changed(label, old.get(label), fresh.get(label))
            found += [f"{slug}, cell {number}, {line}" for line in lines]
    return found


def contents(slug: str, cell: Mapping[str, Any]) -> Contents:
    """What a cell shows: name of each finding, chart, table or stream to its numbers and texts by their names."""
    found: Contents = {}
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        released_as = output.get("metadata", {}).get("scrapbook", {}).get("name", "")
        label, _, rest = released_as.removeprefix(f"{slug}.").partition(".")
        if GLUE in data:
            found.setdefault(label, {})[f"quoted.{rest}"] = _text(data[GLUE])
            continue
        label, parts = _parts(output, data, label)
        while label in found and findings.MIME not in data:
            label += " again"
        found.setdefault(label, {}).update(parts)
    return found


def _parts(output: Mapping[str, Any], data: Mapping[str, Any], label: str) -> tuple[str, dict[str, str]]:
    """Name and contents of one output."""
    if findings.MIME in data:
        content = data[findings.MIME]
        others = {name: part for name, part in content.items() if name != "finding"}
        return label, dict([*_flat(content["finding"]), *_flat(others)])
    if charts.MIME in data:
        return label or "chart", dict(_chart(data[charts.MIME]))
    if release.MIME in data:
        return "table", dict(_table(data[release.MIME]))
    if output["output_type"] == "stream":
        return output["name"], {"text": _text(output["text"])}
    if output["output_type"] == "error":
        return "error", {"name": output["ename"], "message": output["evalue"]}
    return label or "output", dict(_flat(data))


def _chart(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The rows of a chart's tables first, then the rest of it."""
    sets = dict(spec.get("datasets", {}))
    for number, name in enumerate(sorted(sets), start=1):
        place = "" if len(sets) == 1 else f"data {number}, "
        for at, row in enumerate(sets[name], start=1):
            yield from _flat(row, f"{place}row {at}")
    yield from _flat({name: part for name, part in spec.items() if name != "datasets"})


def _table(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The cells of a released table by row and heading, then the rest of it."""
    for at, row in enumerate(content["rows"], start=1):
        yield from _flat(dict(zip(content["columns"], row, strict=False)), f"row {at}")
    yield from _flat({name: part for name, part in content.items() if name != "rows"})


def _flat(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of a JSON tree with their paths; items of a list go by their `key` or number."""
    if isinstance(node, Mapping):
        for name, child in node.items():
            yield from _flat(child, f"{path}.{name}" if path else str(name))
    elif isinstance(node, list):
        for number, child in enumerate(node, start=1):
            name = child.get("key", number) if isinstance(child, Mapping) else number
            yield from _flat(child, f"{path}.{name}")
    else:
        yield path, _text(node)


def _text(value: Any) -> str:
    """A leaf as text; a text kept in lines is one text."""
    if isinstance(value, list):
        return "".join(value)
    return value if isinstance(value, str) else json.dumps(value)


def _changed(label: str, old: dict[str, str] | None, new: dict[str, str] | None) -> list[str]:
    """One line for each part of an output that differs."""
    if old is None or new is None:
        return [f"{label}: {'not there' if old is None else 'there'} → {'not there' if new is None else 'there'}"]
    names = [name for name in old | new if old.get(name) != new.get(name)]
    told = [name for name in names if not FOLLOWS.search(name)] or names
    return [f"{label}.{name}: {' → '.join(_shortened(old.get(name, '–'), new.get(name, '–')))}" for name in told]


def _shortened(*texts: str) -> Iterator[str]:
    """Long texts cut to where they begin to differ."""
    same = next((at for at, letters in enumerate(zip(*texts, strict=False)) if len(set(letters)) > 1), 0)
    start = max(same - BEFORE, 0)
    for text in texts:
        cut = text if len(text) <= LONGEST else f"{'…' * (start > 0)}{text[start : start + LONGEST]}…"
        yield cut.replace("\n", " ")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Below a cell that nbval refuses, say which numbers changed."""
    report = yield
    outputs = getattr(item, "test_outputs", None)
    if report.failed and outputs is not None:
        ours: Any = item  # nbval has no types: its items carry `cell`, their parents `nb`
        stored = ours.parent.nb.cells
        new = [cell | {"outputs": outputs} if cell is ours.cell else cell for cell in stored]
        report.sections.append(("what changed", "\n".join(differences(item.path.stem, stored, new))))
    return report
