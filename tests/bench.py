"""`make bench`: the heavy steps against a scan of the columns they read and against pandas, in fresh processes.

python -m tests.bench [CUSTOMERS ...]      default 160000 and 1600000, about 10^6 and 10^7 service events;
                                            16000000 (10^8 events) on request
Writes `_build/bench.json` and prints it. Every figure is the median of three runs; peak is that of the process.
"""

from __future__ import annotations

import contextlib
import io
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cvc_helpers import tables

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "_build"
ASKED = {"first_day": "2021-07-01", "last_day": "2024-07-01", "service_id": "S9901"}


def insurer_of(customers: int) -> Path:
    """The fictitious insurer of that size, made once."""
    from cvc_helpers.synthetic import make_insurer

    folder = BUILD / "bench" / str(customers)
    if not (folder / "truth.json").exists():
        make_insurer(folder, customers=customers)
    return folder


def scanned(query: str) -> dict[str, list[str]]:
    """The columns that a query of big policies takes from each table, from its SQL."""
    from cvc_helpers import ladder

    found: dict[str, list[str]] = {}
    for table, column in sorted(ladder.columns_scanned(f"big_policy_backtracking__{query}")):
        found.setdefault(table, []).append(column)
    return found


def scan(folder: Path, query: str) -> int:
    """Every value of those columns, read and summed; returns the number of service events of the folder."""
    from cvc_helpers import tables

    insurer = tables.open(folder)
    for table, columns in scanned(query).items():
        types = dict(insurer.connection.execute(f"select column_name, column_type from (describe {table})").fetchall())
        sums = ", ".join(f"sum({number(name, types[name])})" for name in columns)
        insurer.connection.execute(f"select {sums} from {table}").fetchall()
    return insurer.connection.execute("select count(*) from service_event").fetchall()[0][0]


def number(name: str, kind: str) -> str:
    """A column as a number, so that every value of it is looked at."""
    if kind == "DATE":
        return f"date_diff('day', date '2020-01-01', {name})"
    return f"strlen({name})" if kind == "VARCHAR" else f"cast({name} as bigint)"


def scan_exposure(folder: Path, share: float) -> int:
    return scan(folder, "exposure")


def scan_landmark(folder: Path, share: float) -> int:
    return scan(folder, "landmark")


def asked(query: str, share: float) -> tables.Query:
    from cvc_helpers.methods.big_policy_backtracking import question

    thresholds = {"premium_threshold_yuan": 200_000, "committed_threshold_yuan": 1_000_000}
    return question(**thresholds, **ASKED, placebo_id="S9909", control_share=share)[query]


def exposure(folder: Path, share: float) -> int:
    from cvc_helpers import tables

    return len(tables.open(folder).query(asked("exposure", share)))


def landmark(folder: Path, share: float) -> int:
    from cvc_helpers import tables

    return len(tables.open(folder).query(asked("landmark", share)))


READ = {
    "attendance": ("activity_id", "party_kind", "party_id", "attended_on"),
    "proposal": ("proposal_id", "customer_id", "agent_id", "proposed_on", "product_id", "annual_premium_cents"),
    "policy": ("proposal_id", "customer_id", "issue_date", "pay_term_years", "annual_premium_cents", "status"),
}
"""Columns that a consultant would read for it."""


def pandas_exposure(folder: Path, share: float) -> int:
    """The visits before each proposal as a consultant would write it: read, merge, filter, group."""
    import pandas as pd

    read = {
        table: pd.read_parquet(folder / f"{table}.parquet", columns=list(columns)) for table, columns in READ.items()
    }
    activity = pd.read_parquet(folder / "activity.parquet", columns=["activity_id", "service_id"])
    came = read["attendance"].merge(activity, on="activity_id")
    came = came[(came["party_kind"] == "customer") & (came["service_id"] == ASKED["service_id"])]
    sold = read["policy"].dropna(subset=["proposal_id"])
    proposals = read["proposal"].merge(sold, on="proposal_id", how="left", suffixes=("", "_sold"))
    pairs = proposals.merge(came, left_on="customer_id", right_on="party_id")
    days = (pd.to_datetime(pairs["proposed_on"]) - pd.to_datetime(pairs["attended_on"])).dt.days
    counts = pairs[days.between(1, 365)].groupby("proposal_id").size().rename("visits")
    return len(proposals.merge(counts, on="proposal_id", how="left"))


def whole_case(folder: Path, share: float) -> int:
    """Every cell of the case in one process, the kernel left out; the rows are those of its cohort."""
    import jupytext

    cells = jupytext.read(ROOT / "cases" / "big_policy_backtracking.md").cells
    inside: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in (cell for cell in cells if cell.cell_type == "code"):
            exec(cell.source, inside)
            if "parameters" in cell.metadata.get("tags", ()):
                inside |= {"data": str(folder), "control_share": share}
    return len(inside["group"].cohort)


JOBS = {
    "scan_exposure": scan_exposure,
    "scan_landmark": scan_landmark,
    "exposure": exposure,
    "landmark": landmark,
    "pandas_exposure": pandas_exposure,
    "case": whole_case,
}
RUNS = {"case": 1}
"""How often a job is run, where not three times."""
MEASURED = (("exposure", 0.05), ("exposure", 1.0), ("landmark", 0.1), ("landmark", 1.0), ("case", 1.0))


def peak_megabytes() -> float:
    """High-water mark of this process; `ru_maxrss` would count the parent's memory at the fork."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def child(job: str, folder: str, share: str) -> None:
    import pandas as pd

    from cvc_helpers import tables
    from cvc_helpers.methods import big_policy_backtracking

    assert all((pd, tables, big_policy_backtracking))  # loaded before the clock starts
    start = time.perf_counter()
    rows = JOBS[job](Path(folder), float(share))
    print(json.dumps({"seconds": time.perf_counter() - start, "rows": rows, "peak_mb": peak_megabytes()}))


def measured(job: str, folder: Path, share: float, runs: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench", "--child", job, str(folder), str(share)]
    found = [
        json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
        for _ in range(runs)
    ]
    seconds = statistics.median(one["seconds"] for one in found)
    return {
        "seconds": round(seconds, 2),
        "rows": found[0]["rows"],
        "peak_mb": round(max(one["peak_mb"] for one in found)),
    }


def bench(customers: int) -> list[dict[str, object]]:
    folder = insurer_of(customers)
    slow = measured("pandas_exposure", folder, 1.0, 1 if customers > 500_000 else 3)
    rows: list[dict[str, object]] = [{"job": "pandas_exposure", "share": 1.0, **slow}]
    scans = {query: measured(f"scan_{query}", folder, 1.0, 3) for query in ("exposure", "landmark")}
    rows += [{"job": f"scan_{query}", "share": 1.0, **one, "events": one["rows"]} for query, one in scans.items()]
    for job, share in MEASURED:
        found = measured(job, folder, share, RUNS.get(job, 3))
        row: dict[str, object] = {"job": job, "share": share, **found}
        row["ratio_to_scan"] = round(found["seconds"] / scans.get(job, scans["landmark"])["seconds"], 2)
        if job == "exposure":
            row["times_faster_than_pandas"] = round(slow["seconds"] / found["seconds"], 1)
        rows.append(row)
    return [{"customers": customers, **row} for row in rows]


def generator(customers: int = 200_000) -> dict[str, object]:
    """Service events made a second, planted truths from the cache."""
    import tempfile

    from cvc_helpers import tables
    from cvc_helpers.synthetic import make_insurer

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        make_insurer(Path(folder), customers=customers)
        seconds = time.perf_counter() - start
        events = tables.open(folder).connection.execute("select count(*) from service_event").fetchall()[0][0]
    return {"job": "generator", "customers": customers, "events": events, "seconds": round(seconds, 2)}


def levels() -> dict[str, object]:
    """A confounder of 486 levels against one of five: seconds, and their ratio."""
    import numpy as np
    import pandas as pd

    from cvc_helpers.estimators.comparison import effects_on_exposed

    rng, seconds = np.random.default_rng(1), {}
    for count in (5, 486):
        cohort = pd.DataFrame({"level": rng.integers(0, count, 20_000), "is_exposed": rng.random(20_000) < 0.3})
        cohort = cohort.assign(outcome=rng.normal(size=20_000), customer_id=np.arange(20_000))
        start = time.perf_counter()
        effects_on_exposed(
            cohort, exposure="is_exposed", outcomes=["outcome"], confounders=["level"], cluster="customer_id"
        )
        seconds[count] = time.perf_counter() - start
    return {"job": "levels", "seconds": round(seconds[486], 2), "ratio_to_five": round(seconds[486] / seconds[5], 1)}


def main(sizes: list[int]) -> None:
    from tests.bench_ingest import measure

    rows = [row for customers in sizes for row in bench(customers)]
    rows += [generator(), levels(), {"job": "ingest", **measure(1_000_000)}]
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:5])
    else:
        main([int(word) for word in sys.argv[1:]] or [160_000, 1_600_000])
