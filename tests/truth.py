"""`make truth COLUMN=<slug>`: a hundred seeds of every design of a column, written to the table of the appendix.

python -m tests.truth [COLUMN] [SEEDS]

A design that misses a bar is run once more, on four hundred fresh seeds, and judged there; both rows are published. One
that misses there for want of power alone, and says from a power calculation how many rows it takes, is run enlarged,
and judged so; the rows as written stay, with what they miss.
With fewer seeds the scores are printed and nothing is written. Without a column, all are run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd

from tests.methods.design import POWER, Design, columns, designs, larger, missed, score, trial

FOLDER = Path(__file__).parents[1] / "book" / "truth"
SEEDS = range(100)
FRESH = range(1_000, 1_400)
Trials = Callable[[Design, range], list[dict[str, float]]]
SHORT = "short of power as written"


def one(place: tuple[str, int, bool, int]) -> dict[str, float]:
    """The trial of a column's design, by its number, as written or enlarged, on one seed."""
    column, number, is_enlarged, seed = place
    design = designs(column)[number]
    return trial(larger(design) if is_enlarged else design, seed)


def judged(design: Design, trials: Trials, seeds: range) -> list[dict[str, Any]]:
    """The rows of a design; the last one counts.

    Where it misses a bar on the hundred seeds, a second row on fresh seeds; where it misses there for want of power
    alone, the same of the design enlarged.
    """
    rows = scored(design, trials, seeds)
    misses = set(rows[-1]["missed"].split())
    if misses and misses <= POWER and design.enlarged and seeds == SEEDS:
        rows[-1]["missed"] += f" ({SHORT})"
        rows += scored(larger(design), trials, seeds)
    return rows


def scored(design: Design, trials: Trials, seeds: range) -> list[dict[str, Any]]:
    """The row of a design on these seeds; where it misses a bar on the hundred, a second one on fresh seeds."""
    rows = [score(design, trials(design, seeds))]
    if missed(rows[0]) and seeds == SEEDS:
        rows.append(score(design, trials(design, FRESH)))
    return [row | {"missed": " ".join(missed(row))} for row in rows]


def run(column: str, seeds: range, pool: ProcessPoolExecutor) -> int:
    """Run the designs of a column, print their rows, write the full ones; returns how many designs miss a bar."""
    found, misses = [], 0
    for number, design in enumerate(designs(column)):

        def trials(
            of: Design, chosen: range, number: int = number, written: str = design.name
        ) -> list[dict[str, float]]:
            places = [(column, number, of.name != written, seed) for seed in chosen]
            return list(pool.map(one, places, chunksize=5))

        rows = judged(design, trials, seeds)
        print(pd.DataFrame(rows).round(3).to_string(index=False), flush=True)
        found += rows
        misses += bool(rows[-1]["missed"])
    if seeds == SEEDS:
        write(column, found)
    return misses


def write(column: str, rows: Sequence[dict[str, Any]]) -> None:
    """The table of one column, and of no other."""
    FOLDER.mkdir(exist_ok=True)
    pd.DataFrame(rows).round(4).to_csv(FOLDER / f"{column}.csv", index=False, lineterminator="\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one column, or all; the exit code says whether a design misses a bar where it is judged."""
    parser = argparse.ArgumentParser(prog="python -m tests.truth", description=__doc__)
    parser.add_argument("column", nargs="?", choices=columns(), help="one column; default: all")
    parser.add_argument("seeds", nargs="?", type=int, default=len(SEEDS), help="fewer than 100: print, write nothing")
    given = parser.parse_args(arguments)
    chosen = [given.column] if given.column else columns()
    with ProcessPoolExecutor(2) as pool:
        return min(sum(run(column, range(given.seeds), pool) for column in chosen), 1)


if __name__ == "__main__":
    sys.exit(main())
