"""The verbs behind `make`: `python -m cvc_helpers.book.build cases | check | book`, from the top of the repository."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from cvc_helpers.book import fresh
from cvc_helpers.book.bundles import make_bundles
from cvc_helpers.book.outputs import output_hashes
from cvc_helpers.errors import CvcError

SPHINX = "from jupyter_book.cli.main import main; main()"
SECONDS_PER_CASE = 600


def make_cases(root: Path, chosen: Sequence[str] = (), *, all_cases: bool = False) -> None:
    """Turn each case's text into its executed notebook; a case that is fresh is left alone.

    Args:
        root: Top of the repository.
        chosen: Names of cases; empty for all.
        all_cases: Execute the fresh ones too.

    Raises:
        CvcError: E307 a cell raises, E311 an unknown name.
    """
    known = fresh.slugs(root)
    for slug in chosen or known:
        if slug not in known:
            raise CvcError("E311", case=slug, known=", ".join(known))
        if not all_cases and not fresh.check_case(root, slug):
            print(f"{slug}: fresh")
            continue
        execute_case(root, slug)
        print(f"{slug}: executed")


def execute_case(root: Path, slug: str) -> None:
    """Write `cases/<slug>.ipynb`: the cells of the text, executed, without timings, so that its bytes repeat.

    Raises:
        CvcError: E306 there is no text, E307 a cell raises; the notebook is then left as it was.
    """
    text = root / "cases" / f"{slug}.md"
    if not text.exists():
        raise CvcError("E306", case=slug)
    notebook = jupytext.read(text)
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number:02}"
    before = fresh.fingerprints(root, slug)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CASE,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(text.parent)}},
    )
    with suppress(CellExecutionError):  # the cell holds its error, which is read below
        client.execute()
    _refuse_error(slug, notebook)
    _strip_metadata(notebook, before)
    nbformat.write(notebook, text.with_suffix(".ipynb"))  # type: ignore[no-untyped-call]  # nbformat has no types


def check_cases(root: Path) -> list[CvcError]:
    """Why the cases may not be published: not executed, out of step with the text, in error, or stale.

    Returns:
        One refusal (E301 to E313) for each reason; empty when all is in order.
    """
    return [refusal for slug in fresh.slugs(root) for refusal in fresh.check_case(root, slug)]


def build_pages(root: Path) -> Path:
    """Build all pages into `_build/html`; any warning refuses the build.

    Returns:
        The page to open.

    Raises:
        CvcError: E308 Sphinx warned or failed, E316 the package could not be built.
    """
    command = [sys.executable, "-c", SPHINX, "build", str(root), "-W", "-n", "--keep-going", "--quiet"]
    done = subprocess.run(command, cwd=root, check=False)
    page = root / "_build" / "html" / "index.html"
    if done.returncode or not page.exists():
        raise CvcError("E308")
    pack_sample(root)
    make_bundles(root, page.parent / "_downloads")
    return page


def pack_sample(root: Path) -> None:
    """Put the sample data beside the pages as one ZIP file, for readers without the repository."""
    files = sorted(path for path in (root / fresh.DATA).rglob("*") if path.is_file())
    target = root / "_build" / "html" / "_downloads" / "chengyue.zip"
    if target.exists() and all(path.stat().st_mtime <= target.stat().st_mtime for path in files):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in files:
            archive.write(path, path.relative_to(root / "data"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m cvc_helpers.book.build", description=__doc__)
    parser.add_argument("verb", choices=("cases", "check", "book"))
    parser.add_argument("case", nargs="*", help="names of cases (verb `cases`); default: all")
    parser.add_argument("--all", action="store_true", help="execute fresh cases too")
    given = parser.parse_args(arguments)
    if sys.platform == "win32":
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    try:
        refusals = _run(given.verb, Path.cwd(), given.case, all_cases=given.all)
    except CvcError as error:
        refusals = [error]
    for refusal in refusals:
        print(refusal, file=sys.stderr)
    return max((refusal.exit_code for refusal in refusals), default=0)


def _run(verb: str, root: Path, chosen: Sequence[str], *, all_cases: bool) -> list[CvcError]:
    if verb == "cases":
        make_cases(root, chosen, all_cases=all_cases)
        return []
    refusals = check_cases(root)
    if verb == "book" and not refusals:
        print(f"\nThe book is built. Open:\n  {build_pages(root)}")
    elif not refusals:
        print("All cases are executed, in step with their texts, and fresh.")
    return refusals


def _refuse_error(slug: str, notebook: nbformat.NotebookNode) -> None:
    """Refuse a notebook in which a cell raised, or showed something that cannot be shown (E307)."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                raise CvcError("E307", case=slug, cell=number, error=output.ename, message=output.evalue)


def _strip_metadata(notebook: nbformat.NotebookNode, prints: dict[str, str]) -> None:
    """Keep what the pair and the kernel need, drop what differs between machines, add the fingerprints."""
    for cell in notebook.cells:
        cell.metadata = _node({"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {})
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    record = {**prints, fresh.OUTPUTS: output_hashes(notebook)}
    notebook.metadata = _node({"kernelspec": kernel, "language_info": {"name": "python"}, fresh.KEY: record})


def _node(content: dict[str, Any]) -> nbformat.NotebookNode:
    node: nbformat.NotebookNode = nbformat.from_dict(content)  # type: ignore[no-untyped-call]  # nbformat has no types
    return node


if __name__ == "__main__":
    sys.exit(main())
