"""The verbs behind `make`: `python -m cvc_helpers.book.build VERB`, from the top of the repository."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
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

from cvc_helpers.book import fresh, messages, translations
from cvc_helpers.book.built import check_built
from cvc_helpers.book.bundles import make_bundles
from cvc_helpers.book.outputs import add_chinese, in_chinese, output_hashes
from cvc_helpers.errors import CvcError
from cvc_helpers.wording import LANGUAGES, say

SPHINX = """import json, sys
from jupyter_book.sphinx import build_sphinx
sys.exit(bool(build_sphinx(**json.loads(sys.argv[1]))))"""
EDITIONS = {"en": Path("_build"), "zh": Path("_build") / "zh"}
"""Where each edition is built; the Chinese one is then laid below the English."""
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
    chinese = in_chinese(notebook)
    for edition in (notebook, chinese):
        _execute(edition, text.parent)
        _refuse_error(slug, edition)
    add_chinese(slug, notebook, chinese)
    _strip_metadata(notebook, before)
    nbformat.write(notebook, text.with_suffix(".ipynb"))  # type: ignore[no-untyped-call]  # nbformat has no types


def _execute(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Execute all cells in place; a cell that raises holds its error."""
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CASE,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    with suppress(CellExecutionError):
        client.execute()


def check_cases(root: Path) -> list[CvcError]:
    """Why the cases may not be published: not executed, out of step with the text, in error, or stale.

    Returns:
        One refusal (E301 to E313) for each reason; empty when all is in order.
    """
    return [refusal for slug in fresh.slugs(root) for refusal in fresh.check_case(root, slug)]


def build_pages(root: Path, languages: Sequence[str] = LANGUAGES) -> Path:
    """Build all pages into `_build/html`, the Chinese edition below it in `zh`; any warning refuses the build.

    Args:
        root: Top of the repository.
        languages: Editions to build, side by side.

    Returns:
        The page to open.

    Raises:
        CvcError: E308 Sphinx warned or failed, E316 the package could not be built.
    """
    running = [_start(root, language) for language in languages]
    page = root / "_build" / "html" / "index.html"
    codes = [edition.wait() for edition in running]
    if any(codes) or not page.exists():
        raise CvcError("E308")
    if "zh" in languages:
        shutil.rmtree(page.parent / "zh", ignore_errors=True)
        shutil.copytree(root / EDITIONS["zh"] / "html", page.parent / "zh")
    pack_sample(root)
    make_bundles(root, page.parent / "_downloads")
    return page


def _start(root: Path, language: str) -> subprocess.Popen[bytes]:
    """Begin to build one edition."""
    folder = root / EDITIONS[language]
    settings: dict[str, Any] = {"external_toc_path": str(root / "_toc.yml"), "nitpicky": True}
    settings |= {"latex_individualpages": False}  # jupyter-book asks for it
    if language == "zh":
        settings |= {"language": "zh_CN", "html_title": say("book.title", "zh"), "project": say("book.title", "zh")}
        settings |= {"togglebutton_hint": say("book.unfold", "zh"), "togglebutton_hint_hide": say("book.fold", "zh")}
    options = {
        **{"sourcedir": str(root), "outputdir": str(folder / "html"), "doctreedir": str(folder / ".doctrees")},
        **{"path_config": str(root / "_config.yml"), "noconfig": True, "confoverrides": settings},
        **{"warningiserror": True, "keep_going": True, "quiet": True},
    }
    return subprocess.Popen([sys.executable, "-c", SPHINX, json.dumps(options)], cwd=root)


def noted_messages(root: Path) -> dict[str, dict[str, int]]:
    """Messages of every page, as the last build of the English edition noted them."""
    path = root / EDITIONS["en"] / ".doctrees" / messages.FILE
    found: dict[str, dict[str, int]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def check_editions(root: Path) -> list[CvcError]:
    """Why the two editions, as they were built, may not be published; see `translations.check` and `check_built`."""
    noted, late = noted_messages(root), translations.waiting(root)
    return [*translations.check(root, noted), *check_built(root / "_build" / "html", noted, late)]


def translate(root: Path) -> None:
    """Bring the catalogues of the Chinese edition in step with the pages, and say what is to be written.

    Raises:
        CvcError: E308, the English edition cannot be built.
    """
    build_pages(root, ["en"])
    for line in translations.update(root, noted_messages(root)):
        print(line)


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
    parser.add_argument("verb", choices=("cases", "check", "book", "translate"))
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
    if verb == "translate":
        translate(root)
        return []
    refusals = check_cases(root)
    if verb == "book" and not refusals:
        page = build_pages(root)
        refusals = check_editions(root)
        if not refusals:
            chinese = page.parent / "zh" / page.name
            print(f"\nThe book is built, in English and in Chinese. Open:\n  {page}\n  {chinese}")
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
