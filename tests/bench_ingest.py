"""How fast policy rows of text are taken in, and in how much memory; measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

HEADER = (
    "保单号", "投保单号", "投保人客户号", "管理机构", "销售渠道", "销售人员工号", "主险代码", "承保日期",
    "生效日期", "缴费年期", "年缴保费(元)", "保单状态", "投保人姓名",
)  # fmt: skip


def measure(rows: int, *, encoding: str = "utf-8") -> dict[str, float]:
    """Ingest a CSV of so many policy rows.

    Returns:
        `rows`, `seconds`, `cpu_seconds`, `rows_per_second` and `peak_mb` of a fresh process that only ingests.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_policies(folder / "client" / "policies.csv", rows, encoding=encoding)
        run = subprocess.run(
            [sys.executable, __file__, str(folder)], capture_output=True, text=True, encoding="utf-8", check=True
        )
        found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return found


def write_policies(path: Path, rows: int, *, encoding: str = "utf-8") -> None:
    """A policy export as text: two unique identifiers a row, dates, money with thousands, Chinese codes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    day = np.datetime64("2018-01-01") + rng.integers(0, 2800, rows)
    dates = np.char.replace(np.datetime_as_string(day, unit="D"), "-", "/")
    cents = np.exp(rng.normal(9, 1, rows)) * 100
    number = np.arange(rows)
    columns = [
        np.char.add("P88", np.char.zfill(number.astype(str), 15)),
        np.char.add("A77", np.char.zfill(number[::-1].astype(str), 15)),
        np.char.add("C", np.char.zfill(rng.integers(0, rows * 7 // 10 + 1, rows).astype(str), 11)),
        np.char.add("86", rng.integers(1100, 1400, rows).astype(str)),
        rng.choice(["个险", "银保", "收展", "经代"], rows),
        np.char.add("G", np.char.zfill(rng.integers(0, rows // 50 + 1, rows).astype(str), 8)),
        np.char.add("PR", rng.integers(100, 160, rows).astype(str)),
        dates,
        dates,
        rng.choice(["10年", "趸交", "5年", "20年"], rows),
        np.array([f"{value / 100:.2f}" for value in cents]),
        rng.choice(["有效", "失效", "退保"], rows),
        rng.choice(["张三", "李四"], rows),
    ]
    table = pa.table({name: pa.array(column) for name, column in zip(HEADER, columns, strict=True)})
    if encoding == "utf-8":
        arrow_csv.write_csv(table, path)
        return
    sink = pa.BufferOutputStream()
    arrow_csv.write_csv(table, sink)
    path.write_bytes(sink.getvalue().to_pybytes().decode("utf-8").encode(encoding))


def _ingest(folder: Path) -> dict[str, float]:
    from cvc_helpers import intake

    key = folder / "keys" / "client.key"
    key.parent.mkdir()
    key.write_text("k" * 64, encoding="utf-8")
    project = folder / "client"
    (project / "engagement.yml").write_text(
        "purpose: bench\ncontact: bench\ndeletion_date: 2099-12-31\nkey_file: ../keys/client.key\n", encoding="utf-8"
    )
    mapping = intake.propose_mapping([project / "policies.csv"])
    intake.save_mapping(mapping, project / "mapping.yml")
    started, cpu = time.perf_counter(), time.process_time()
    result = intake.ingest(project / "mapping.yml", project / "engagement.yml", folder / "curated", progress=_quiet)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    assert result.rows_ok == result.rows_in
    pace = result.rows_in / seconds
    return {
        "rows": result.rows_in,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "rows_per_second": pace,
        "peak_mb": _peak(),
    }


def _quiet(line: str) -> None:
    pass


def _peak() -> float:
    """Peak resident memory in MB of this program alone: `ru_maxrss` would count the parent's at the fork."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    import psutil

    info = psutil.Process().memory_info()
    return float(getattr(info, "peak_wset", info.rss)) / 2**20


if __name__ == "__main__":
    print(json.dumps(_ingest(Path(sys.argv[1]))))
