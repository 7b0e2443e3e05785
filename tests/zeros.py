"""`make zeros`: the insurer again and again, with an assumption of big policies broken and nothing planted.

python -m tests.zeros [SEEDS] [--only NAME ...] [--customers N]
With nothing planted, a decision may say "fund" in at most five of a hundred seeds, whatever is broken. `planted` is the
insurer as it is: there the intervals are held against the planted truth. Prints one line a seed, and one a broken
assumption; every seed is appended to `_build/zeros.jsonl`, from which a run goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cvc_helpers import tables
from cvc_helpers.estimate import Z
from cvc_helpers.findings import Finding
from cvc_helpers.methods import big_policy_backtracking as backtracking
from cvc_helpers.methods import big_policy_backtracking__cohorts as cohorts
from cvc_helpers.methods import big_policy_backtracking__proposals as case_control
from cvc_helpers.synthetic import Switches, make
from cvc_helpers.synthetic.planted import big_policy_backtracking as planted

FILE = Path(__file__).parents[1] / "_build" / "zeros.jsonl"
FIRST_SEED = 5_000
BROKEN = {
    "planted": Switches(),
    "nothing": Switches(),
    "closing visits .4": Switches(closing_visits=0.4),
    "closing visits .8": Switches(closing_visits=0.8),
    "agents' own effects": Switches(agent_spread=0.4, agent_inviting=0.8),
    "hidden wealth": Switches(wealth_missing=1.0),
    "wealth with holes": Switches(wealth_missing=0.04),
    "missing prospects": Switches(missing_prospects=0.6),
    "missing guests": Switches(missing_guests=0.8),
    "coarse bands": Switches(wealth_two_bands=True),
    "reassigned": Switches(reassigned=0.5),
}
"""Name of the broken assumption to what is switched on; in all but `planted` nothing is planted."""
CONTROLS = {"negative_control": "placebo", "extra_policies_rest": "rest", "placebo_date": "moved"}


def answers(folder: Path) -> list[Finding]:
    """Every finding of the case, with its default parameters."""
    insurer = tables.open(folder)
    rung = insurer.rung(cohorts.SLUG)
    asked = backtracking.question(
        premium_threshold_yuan=200_000, committed_threshold_yuan=1_000_000, service_id="S9901", placebo_id="S9909"
    )
    rows = {name: insurer.query(query) for name, query in asked.items() if name not in ("list", "force")}
    group, slide = cohorts.landmarks(rows["landmark"], rows["slide"]), cohorts.slide_numbers(rows["slide"])
    money = backtracking.money_of(
        rows["cost"], group, service_id="S9901", cost_yuan_per_use=0.0, contribution_yuan=180_000.0
    )
    controls = tuple(
        backtracking.control(cohorts.landmarks(rows[query], rows["slide"]), name=name, rung=rung, money=money)
        for name, query in CONTROLS.items()
    )
    found = backtracking.answers(group, slide, rung=rung, money=money, controls=controls)
    focus = rows["exposure"][rows["exposure"]["is_focus"]].reset_index(drop=True)
    odds, size = (one(focus, rung=rung) for one in (case_control.odds_ratio, case_control.premium_ratio))
    return [found.policies, found.premium, *controls, odds, size]


def trial(name: str, seed: int, customers: int) -> list[dict[str, Any]]:
    """One seed: what each finding says, beside the truth."""
    truths = {} if name != "planted" else planted.planted()
    with tempfile.TemporaryDirectory() as folder:
        make.make_insurer(
            Path(folder), customers=customers, seed=seed, switches=BROKEN[name], nothing=name != "planted"
        )
        found = answers(Path(folder))
    about = {"broken": name, "seed": seed, "customers": customers}
    rows = []
    for one in found:
        truth = truths.get(one.key, 1.0 if one.unit == "ratio" else 0.0)
        ends = {"estimate": one.like_with_like, "low": one.low, "high": one.high, "truth": truth}
        rows.append(about | {"key": one.key.partition(".")[2], "reading": one.reading, "reason": one.reason} | ends)
    return rows


def summary(rows: pd.DataFrame) -> Iterator[str]:
    """A line a broken assumption and finding: how it reads, covers, and scatters beside its standard errors."""
    for (name, key), part in rows.groupby(["broken", "key"], sort=False):
        readings = ", ".join(f"{word} {count}" for word, count in Counter(part["reading"]).most_common())
        known = part.dropna(subset=["estimate"])
        covers = ((known["low"] <= known["truth"]) & (known["truth"] <= known["high"])).sum()
        error = (known["high"] - known["low"]).mean() / (2 * Z)
        spread = known["estimate"].std() / error if len(known) > 1 else float("nan")
        mean = known["estimate"].mean()
        numbers = f"covers {covers}/{len(known)} mean {mean:.3f} spread/error {spread:.2f}"
        yield f"{name:>20} {key:<20} {readings} | {numbers}"


def done(names: Sequence[str], customers: int) -> list[dict[str, Any]]:
    """Rows of earlier runs."""
    lines = FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else []
    rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["broken"] in names and row["customers"] == customers]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is not done yet, print the counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.zeros", description=__doc__)
    parser.add_argument("seeds", nargs="?", type=int, default=100)
    parser.add_argument("--only", nargs="*", choices=list(BROKEN), default=list(BROKEN))
    parser.add_argument("--customers", type=int, default=60_000)
    given = parser.parse_args(arguments)
    make.planted_values = lambda plan: {}  # takes minutes, and no estimate reads it
    rows = done(given.only, given.customers)
    there = {(row["broken"], row["seed"]) for row in rows}
    FILE.parent.mkdir(exist_ok=True)
    for seed in range(FIRST_SEED, FIRST_SEED + given.seeds):
        for name in given.only:
            if (name, seed) not in there:
                new = trial(name, seed, given.customers)
                with FILE.open("a", encoding="utf-8") as file:
                    file.writelines(json.dumps(row) + "\n" for row in new)
                rows += new
                print(name, seed, new[0]["reading"], new[0]["reason"], flush=True)
    print("\n".join(summary(pd.DataFrame(rows))))


if __name__ == "__main__":
    sys.exit(main())
