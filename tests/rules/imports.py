"""Rules of who may import whom: floors, circles, rooms, and estimators without a word of insurance."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from cvc_helpers.book import imports
from tests.rules.tree import columns, here, read, tree_of

# From the face of the house down to its ground; an import points down, or stays within one room.
FLOORS = [
    ("__main__",),
    ("cli",),
    ("book",),
    ("runs",),
    ("intake",),
    ("synthetic",),
    ("charts", "figures"),
    ("methods",),
    ("estimators",),
    ("release", "web"),
    ("render",),
    ("parts",),
    ("cards",),
    ("findings",),
    ("gate",),
    ("naming",),
    ("tables",),
    ("spark",),
    ("ladder",),
    ("queries",),
    ("contract",),
    ("vocabulary",),
    ("wording",),
    ("estimate",),
    ("rounding", "design"),
    ("errors",),
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
KNOWS_NOTHING_OF = {
    "methods": ("wording", "cards", "charts", "release"),
    "estimators": ("wording", "cards", "charts", "release", "tables", "contract", "vocabulary"),
}
"""Besides the floors: a method and an estimator know no chart, no page, no wording and no card."""
INSURANCE = {
    *("policy", "policies", "premium", "premiums", "insurer", "insurers", "insurance", "insured", "underwriting"),
    *("customer", "customers", "agent", "agents", "branch", "branches", "visit", "visits", "visitor", "visitors"),
    *("quote", "quotes", "proposal", "proposals", "surrender", "salesforce"),
}


def graph(root: Path) -> dict[str, list[str]]:
    """Every module with the modules that it imports, at its top, later, or for types only."""
    known = imports.modules(root)
    found = {}
    for name, path in known.items():
        package = name if path.stem == "__init__" else name.rpartition(".")[0]
        found[name] = sorted(imports.named_modules(tree_of(read(path)), known, package) - {name, imports.PACKAGE})
    return found


def room(name: str) -> str:
    """`cvc_helpers.methods.service_model` stands in `methods`."""
    return name.split(".")[1] if "." in name else ""


def arrows_up(root: Path) -> list[str]:
    """Imports that do not point down the floors."""
    unknown = [
        f"cvc_helpers/{new}: no floor; say in tests/rules/imports.py on which it stands"
        for new in sorted({room(name) for name in imports.modules(root)} - set(FLOOR) - {""})
    ]
    return unknown + [
        f"{name} imports {other}, which stands on no lower floor: move what both need down to where both may reach it"
        for name, others in graph(root).items()
        for other in others
        if {room(name), room(other)} <= set(FLOOR)
        and room(name) != room(other)
        and FLOOR[room(other)] <= FLOOR[room(name)]
    ]


def circles(root: Path) -> list[str]:
    """Circles of imports, deferred ones and those for types included; each by one of its ways round."""
    edges, found = graph(root), []
    while True:
        try:
            TopologicalSorter(edges).prepare()
        except CycleError as error:
            way = error.args[1][::-1]
            edges[way[0]].remove(way[1])
            found.append(f"{' -> '.join(way)}: a circle; move what they share into a module of its own below them")
        else:
            return found


def forbidden_neighbours(root: Path) -> list[str]:
    """Methods and estimators that import what they should not know."""
    return [
        f"{name} imports {other}: {room(name)} know no {room(other)}; let the case or the release do it"
        for name, others in graph(root).items()
        for other in others
        if room(other) in KNOWS_NOTHING_OF.get(room(name), ())
    ]


def rooms_that_import_rooms(root: Path) -> list[str]:
    """Methods that import a method of another subject."""
    slugs = columns(root)
    return [
        f"{name} imports {other}: what two methods need is an estimator; move it to cvc_helpers/estimators"
        for name, others in graph(root).items()
        for other in others
        if room(name) == room(other) == "methods" and _subject(other, slugs) not in ("", _subject(name, slugs))
    ]


def _subject(name: str, slugs: list[str]) -> str:
    """The subject of a method: its slug (`service_model` of `service_model_values`), else its own name."""
    stem = name.split(".")[2] if name.count(".") > 1 else ""
    return max((slug for slug in slugs if f"{stem}_".startswith(f"{slug}_")), key=len, default=stem)


def words_of_insurance(root: Path) -> list[str]:
    """Names, docstrings and comments of estimators that speak of insurance."""
    found = []
    for path in sorted((root / "cvc_helpers" / "estimators").rglob("*.py")):
        for number, line in enumerate(read(path).splitlines(), start=1):
            words = {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Za-z][a-z]+", line)} & INSURANCE
            if words:
                found.append(
                    f"{here(root, path)}:{number}: {', '.join(sorted(words))}: an estimator serves any table; "
                    "name what the argument is to the estimator (unit, outcome, group)"
                )
    return found
