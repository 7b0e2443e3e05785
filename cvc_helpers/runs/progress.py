"""Progress of a run: one plain line a step on stderr, the same as JSON lines in a file. No value of the data."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import psutil

from cvc_helpers.wording import say

MEGABYTE = 1 << 20


class Progress:
    """Counts the steps of a run.

    Args:
        file: Where the JSON lines go.
        total: How many steps there are.
        language: Of the lines on stderr.
        quiet: Whether stderr stays empty.
    """

    def __init__(self, file: Path, total: int, *, language: str = "en", quiet: bool = False) -> None:
        self._file, self._total, self._language, self._quiet = file, total, language, quiet
        self._number, self._started, self.peak = 0, time.perf_counter(), 0

    def step(self, name: str) -> None:
        """One step is done."""
        self._number += 1
        self.peak = max(self.peak, peak_memory())
        record = {
            "name": name,
            "number": self._number,
            "total": self._total,
            "seconds": round(time.perf_counter() - self._started, 1),
            "peak": self.peak // MEGABYTE,
        }
        with self._file.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(record) + "\n")
        if not self._quiet:
            print(say("runs.stage", self._language, **record), file=sys.stderr, flush=True)


def peak_memory() -> int:
    """Largest resident memory, in bytes, of this process's children (the kernel and its engine)."""
    try:
        return max((_peak(child) for child in psutil.Process().children(recursive=True)), default=0)
    except psutil.Error:
        return 0


def _peak(process: psutil.Process) -> int:
    try:
        status = Path(f"/proc/{process.pid}/status")
        for line in status.read_text(encoding="ascii", errors="replace").splitlines() if status.exists() else ():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
        memory = process.memory_info()
        return int(getattr(memory, "peak_wset", memory.rss))
    except (psutil.Error, OSError):
        return 0
