"""`make truth`: 100 seeds of every design, written to the table that the appendix shows.

python -m tests.truth [SEEDS]
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd

from tests.methods.design import designs, score, trial

TABLE = Path(__file__).parents[1] / "book" / "truth_table.csv"
BARS = {
    "covers": ("at least", 0.90),
    "width_vs_oracle": ("at most", 1.25),
    "sees_effect": ("at least", 0.80),
    "slide_outside": ("at least", 0.80),
    "false_alarm": ("at most", 0.08),
    "bias_share": ("at most", 0.10),
}


def one(number_and_seed: tuple[int, int]) -> dict[str, float]:
    number, seed = number_and_seed
    return trial(designs()[number], seed)


def missed(row: dict[str, float | str]) -> list[str]:
    """Bars that a design misses."""
    outside = {"at least": lambda value, bar: value < bar, "at most": lambda value, bar: value > bar}
    return [name for name, (side, bar) in BARS.items() if outside[side](row[name], bar)]


def main(seeds: int = 100) -> int:
    rows = []
    with ProcessPoolExecutor(2) as pool:
        for number, design in enumerate(designs()):
            row = score(design, list(pool.map(one, [(number, seed) for seed in range(seeds)], chunksize=5)))
            print(
                design.name,
                {k: round(v, 3) for k, v in row.items() if k != "design"},
                "missed:",
                missed(row),
                flush=True,
            )
            rows.append(row)
    pd.DataFrame(rows).round(4).to_csv(TABLE, index=False, lineterminator="\n")
    return sum(len(missed(row)) for row in rows)


if __name__ == "__main__":
    sys.exit(min(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100), 1))
