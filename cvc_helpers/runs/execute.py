"""Executes a case in a kernel of this very interpreter; a failure leaves a notebook that quotes no data."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from cvc_helpers.errors import CvcError
from cvc_helpers.intake.privacy import mask_personal
from cvc_helpers.runs.cases import Literal, read_notebook
from cvc_helpers.runs.progress import MEGABYTE, Progress
from cvc_helpers.tables import SETTINGS_VARIABLE, Settings

ARGUMENTS = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=50"]
ROW_LEVEL_SAFE = ("E2", "E4")
"""Codes of errors whose message quotes no value of the data but codes of services, groups and branches."""


class OwnKernel(AsyncKernelManager):
    """A kernel of this interpreter, whatever kernels the machine has registered."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """Always the same: this interpreter."""
        return KernelSpec(argv=ARGUMENTS, display_name="cvc", language="python")


def execute(
    notebook: Path,
    given: Mapping[str, Literal],
    *,
    settings: Settings,
    work: Path,
    failed: Path,
    show_message: bool,
    progress: Progress,
) -> Any:
    """Execute one case.

    Args:
        notebook: The case.
        given: Checked parameters.
        settings: Where its queries run.
        work: Working folder of the kernel.
        failed: Where the notebook goes if a cell raises.
        show_message: Whether an error's message may be shown: only on synthetic data, since it may quote a value.
        progress: Told of each cell.

    Returns:
        The executed notebook; nothing of it is on disk.

    Raises:
        CvcError: E404 a cell raised, E405 the kernel died.
    """
    target = work / "executed.ipynb"
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    variables = {SETTINGS_VARIABLE: json.dumps(asdict(settings)), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    kept = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        papermill.execute_notebook(
            str(notebook),
            str(target),
            parameters=dict(given),
            kernel_name="python3",
            progress_bar=False,
            cwd=str(work),
            request_save_on_cell_execute=False,
            kernel_manager_class=OwnKernel,
            on_cell_executed=lambda cell, cell_index, **_: _tell(progress, cell),
        )
    except (PapermillExecutionError, DeadKernelError, CellTimeoutError) as problem:
        raise _failure(problem, notebook, target, failed, show_message, progress) from None
    finally:
        for name, value in kept.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
    executed = read_notebook(target)
    target.unlink()
    return executed


def code_cells(notebook: Path) -> int:
    """How many code cells a run of the notebook executes, the one with the parameters included."""
    cells = read_notebook(notebook).cells
    return 1 + [cell.cell_type for cell in cells].count("code")


def _tell(progress: Progress, cell: nbformat.NotebookNode) -> None:
    if cell.cell_type == "code":
        progress.step("cell")


def _failure(
    problem: Exception, notebook: Path, target: Path, failed: Path, show_message: bool, progress: Progress
) -> CvcError:
    """Keep what may be kept of a failed notebook, and say what happened."""
    source = target if target.exists() else notebook
    kept = read_notebook(source)
    number = _failing_cell(kept)
    error, message = _cause(problem, show_message)
    for cell in kept.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.metadata.pop("papermill", None)
            cell.source = _without_paths(cell.source)
    kept.cells = [cell for cell in kept.cells if "papermill-error" not in str(cell.metadata.get("tags", ""))]
    kept.metadata.pop("papermill", None)
    if isinstance(problem, PapermillExecutionError) and number <= len(kept.cells):
        kept.cells[number - 1].outputs = [
            nbformat.v4.new_output(  # type: ignore[no-untyped-call]  # nbformat has no types
                "error", ename=error, evalue=message.lstrip(": "), traceback=[f"{error}{message}"]
            )
        ]
    nbformat.write(kept, failed)  # type: ignore[no-untyped-call]  # nbformat has no types
    words: dict[str, Any] = {"case": notebook.stem, "cell": number, "file": failed.name}
    if isinstance(problem, PapermillExecutionError):
        return CvcError("E404", **words, error=error, message=message)
    return CvcError("E405", **words, peak=progress.peak // MEGABYTE)


def _failing_cell(notebook: nbformat.NotebookNode) -> int:
    """1-based number, among the cells of the case, of the cell that raised or was running."""
    cells = [cell for cell in notebook.cells if "papermill-error" not in str(cell.metadata.get("tags", ""))]
    for number, cell in enumerate(cells, start=1):
        outputs = cell.get("outputs", ())
        if any(output.output_type == "error" for output in outputs):
            return number
    waiting = (n for n, cell in enumerate(cells, 1) if cell.cell_type == "code" and cell.execution_count is None)
    return next(waiting, len(cells))


def _cause(problem: Exception, show_message: bool) -> tuple[str, str]:
    """Name and message of the error; the message only where it cannot quote a value."""
    name = str(getattr(problem, "ename", type(problem).__name__))
    text = str(getattr(problem, "evalue", "")).strip()
    is_ours = name == "CvcError" and text.startswith(ROW_LEVEL_SAFE)
    if not text or not (show_message or is_ours):
        return name, ""
    return name, ": " + mask_personal(_without_paths(text.splitlines()[0]))[:600]


def _without_paths(text: str) -> str:
    """Absolute paths cut to their last part."""
    return re.sub(r"(?:[A-Za-z]:)?(?:[\\/]+[\w.\-~ ]+){2,}", lambda hit: re.split(r"[\\/]+", hit.group())[-1], text)
