"""Runs a case, or makes an insurer, in a child process as another machine would, and says what comes out otherwise.

An older processor is stood in for by the switches of the libraries: kernels of OpenBLAS, dispatched code of numpy,
the C library's mathematics, the vector width of Arrow. Run `python -m tests.machines <case>` to see one case on all.
"""

from __future__ import annotations

import ast
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pyarrow.parquet as pq
from jupyter_client.jsonutil import json_default

from cvc_helpers.book import fresh
from cvc_helpers.contract import tables
from cvc_helpers.synthetic.make import make_insurer, seal
from cvc_helpers.tables import SETTINGS_VARIABLE
from tests.conftest import ROOT

AT_ONCE = 2
"""Child processes at a time."""
ROWS_EACH = 20_000
"""Rows of a row group in shuffled tables, so that four threads have parts to share."""
FIXED = "OPENBLAS_CORETYPE"
"""Where the environment fixes the kernel, others may compute wrongly on that processor: it is kept."""
WITHOUT_AVX512 = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR", "ARROW_USER_SIMD_LEVEL": "AVX2"}
WITHOUT_AVX2 = {
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    "ARROW_USER_SIMD_LEVEL": "SSE4_2",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA",
}

GLUED = "application/papermill.record/"
"""MIME type of a number that a chapter quotes."""

Bundle = dict[str, Any]
"""One output: its `name`, and its `data` by MIME type."""


@dataclass(frozen=True)
class Machine:
    """Another machine.

    Attributes:
        name: What a test calls it.
        kernel: OpenBLAS kernel.
        threads: Threads of DuckDB, OpenBLAS and OpenMP.
        environment: Further variables of its processes.
        is_shuffled: Whether the rows of its tables lie in another order.
    """

    name: str
    kernel: str
    threads: int
    environment: Mapping[str, str]
    is_shuffled: bool

    def variables(self) -> dict[str, str]:
        """Everything that its processes find in their environment."""
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), str(self.threads))
        own = {FIXED: self.kernel, SETTINGS_VARIABLE: json.dumps({"threads": self.threads}), **threads}
        fixed = {FIXED: os.environ[FIXED]} if FIXED in os.environ else {}
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        return {**os.environ, "PYTHONPATH": path, **own, **self.environment, **fixed}


PLAIN = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"}
"""An ASCII console, as Python finds it where nobody chose UTF-8."""
SHANGHAI = {"TZ": "Asia/Shanghai"}
MACHINES = (
    Machine("haswell", "Haswell", 1, {**WITHOUT_AVX512, "PYTHONHASHSEED": "1"}, is_shuffled=False),
    Machine("zen", "Zen", 4, {**SHANGHAI, "PYTHONHASHSEED": "2"}, is_shuffled=True),
    Machine("sandybridge", "Sandybridge", 4, {**WITHOUT_AVX2, **PLAIN, "PYTHONHASHSEED": "3"}, is_shuffled=True),
    Machine("nehalem", "Nehalem", 1, {**WITHOUT_AVX2, **SHANGHAI, **PLAIN, "PYTHONHASHSEED": "4"}, is_shuffled=False),
)


def shuffle(sample: Path, out: Path) -> Path:
    """A sealed copy of an insurer in which the rows of every table lie in another order; returns `out`."""
    shutil.copytree(sample, out)
    for path in sorted(out.glob("*.parquet")):
        table = pq.read_table(path)
        order = np.random.default_rng(0).permutation(table.num_rows)
        pq.write_table(table.take(order), path, row_group_size=ROWS_EACH, compression="zstd")
    seal(out)
    return out


def case_differences(slug: str, shuffled: Path) -> dict[str, list[str]]:
    """What each machine gives otherwise than the stored notebook of a case.

    Args:
        slug: The case.
        shuffled: Result of `shuffle` on the sample.

    Returns:
        Name of the machine to lines such as `<slug>, cell 14, extra_policies.low: 0.912 → 0.913`.
    """
    stored = _stored(slug)

    def on(machine: Machine) -> list[str]:
        data = str(shuffled) if machine.is_shuffled else fresh.DATA.as_posix()
        found = json.loads(_child(machine, "case", slug, data))
        return [line for cell, outputs in found.items() for line in difference_lines(slug, cell, stored[cell], outputs)]

    return _on_all(on)


def insurer_differences(customers: int) -> dict[str, list[str]]:
    """Name of the machine to the files of a small insurer that it makes otherwise than this one: contents and truth."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "here"
        make_insurer(here, customers=customers)

        def on(machine: Machine) -> list[str]:
            there = Path(folder) / machine.name
            _child(machine, "insurer", str(there), str(customers))
            names = [f"{name}.parquet" for name in tables()]
            other = [name for name in names if not pq.read_table(here / name).equals(pq.read_table(there / name))]
            same = (here / "truth.json").read_text("utf-8") == (there / "truth.json").read_text("utf-8")
            return other if same else [*other, "truth.json"]

        return _on_all(on)


def _on_all(work: Callable[[Machine], list[str]]) -> dict[str, list[str]]:
    """What the work gives for each machine, by its name; a machine on which it fails gives its last words."""

    def tried(machine: Machine) -> list[str]:
        try:
            return work(machine)
        except RuntimeError as problem:
            return [str(problem)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip((machine.name for machine in MACHINES), pool.map(tried, MACHINES), strict=True))


def _child(machine: Machine, *words: str) -> str:
    """What a child process writes, run as that machine; `RuntimeError` with its last words if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [sys.executable, "-m", "tests.machines", *words, str(result)]
        done = subprocess.run(command, cwd=ROOT, env=machine.variables(), capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{machine.name}: {done.stderr.decode('utf-8', 'replace')[-2000:]}")
        return result.read_text(encoding="utf-8") if result.exists() else ""


def _notebook(slug: str) -> Any:
    return nbformat.read(ROOT / "cases" / f"{slug}.ipynb", as_version=4)


def _stored(slug: str) -> dict[str, list[Bundle]]:
    """Number of each code cell, counted from 1 among all cells, to its stored outputs."""
    cells = enumerate(_notebook(slug).cells, start=1)
    return {str(number): [_bundle(o) for o in cell.outputs] for number, cell in cells if cell.cell_type == "code"}


def _bundle(output: Mapping[str, Any]) -> Bundle:
    data = output.get("data", {output.get("name", ""): output.get("text", "")})
    return {"name": output.get("metadata", {}).get("scrapbook", {}).get("name", ""), "data": data}


def execute(slug: str, data: str) -> dict[str, list[Bundle]]:
    """Outputs of each code cell of a case, executed in this process on the tables in `data`.

    A shell without a kernel shows what a kernel would show, and starts in a tenth of the time.
    """
    from IPython.core.displayhook import CapturingDisplayHook
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    shell.display_pub = CapturingDisplayPublisher()
    found: dict[str, list[Bundle]] = {}
    for number, cell in enumerate(_notebook(slug).cells, start=1):
        if cell.cell_type == "code":
            shell.display_pub.outputs = []
            shell.display_trap.hook = CapturingDisplayHook(shell, shell.display_pub.outputs)
            with redirect_stdout(io.StringIO()) as stdout, redirect_stderr(io.StringIO()) as stderr:
                shell.run_cell(cell.source).raise_error()
            if "parameters" in cell.metadata.get("tags", ()):
                shell.user_ns["data"] = data
            words = {"stdout": stdout.getvalue(), "stderr": stderr.getvalue()}
            printed = [{"name": name, "text": text} for name, text in words.items() if text]
            found[str(number)] = [_bundle(output) for output in [*shell.display_pub.outputs, *printed]]
    return found


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each number or text inside a JSON value, with its place."""
    if isinstance(value, Mapping | list) and value:
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, item in items:
            yield from _leaves(item, f"{path}.{key}".removeprefix("."))
    else:
        yield path, value


def _named(slug: str, outputs: list[Bundle]) -> dict[str, Any]:
    """All that a cell shows, by a name that a person can find again."""
    found = {}
    for number, output in enumerate(outputs, start=1):
        name = output["name"].removeprefix(f"{slug}.") or f"output {number}"
        for mime, value in output["data"].items():
            if mime.startswith(GLUED):
                found[name] = ast.literal_eval(value)
            else:
                found |= dict(_leaves(value, name if mime.endswith("json") else f"{name} as {mime}"))
    return found


def difference_lines(slug: str, cell: str, stored: list[Bundle], outputs: list[Bundle]) -> Iterator[str]:
    """One line for each number or text in which the outputs of a cell differ from the stored ones."""
    left, right = _named(slug, stored), _named(slug, outputs)
    for name in dict.fromkeys([*left, *right]):
        one, two = left.get(name, "–"), right.get(name, "–")
        if repr(one) != repr(two):
            yield f"{slug}, cell {cell}, {name}: " + " → ".join(_parts(str(one), str(two)))


def _parts(one: str, two: str, length: int = 30) -> tuple[str, str]:
    """The two texts from a little before the place where they part."""
    pairs = enumerate(zip(one, two, strict=False))
    same = next((place for place, (left, right) in pairs if left != right), min(len(one), len(two)))
    start = max(same - length // 2, 0) if max(len(one), len(two)) > 2 * length else 0
    return one[start : start + 2 * length], two[start : start + 2 * length]


def main(words: list[str]) -> None:
    """A child's work (`case` or `insurer`), or one case on all machines for a person to read."""
    if words[0] == "case":
        Path(words[3]).write_text(json.dumps(execute(words[1], words[2]), default=json_default), encoding="utf-8")
    elif words[0] == "insurer":
        make_insurer(Path(words[1]), customers=int(words[2]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            found = case_differences(words[0], shuffle(ROOT / fresh.DATA, Path(folder) / fresh.DATA.name))
        for name, lines in found.items():
            print(f"{name}: {len(lines)} differences", *lines, sep="\n  ")


if __name__ == "__main__":
    main(sys.argv[1:])
