"""Is a case fresh? Its text, its notebook, and fingerprints of all that its numbers depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat

from cvc_helpers import ladder
from cvc_helpers.errors import CvcError

KEY = "cvc"
"""Where the fingerprints stand in a notebook's metadata."""
DATA = Path("data") / "chengyue"
NOT_BEHIND_A_NUMBER = {
    "synthetic",
    "figures",
    "templates",
    "book",
    "web",
    "runs",
    "intake",
    "cli",
    "render",
    "errors",
    "spark",
}
"""Parts of `cvc_helpers` that no number of a case depends on: folders, modules, and their wording."""
TEXT_SUFFIXES = (".py", ".sql", ".yml")


def fingerprints(root: Path, slug: str) -> dict[str, str]:
    """Hashes of the data and of the helpers behind one case, by the names that an error message uses.

    What belongs to another case alone (its method, charts, queries, wording, tables) is left out, so that a new column
    of the house makes no other case stale.

    Args:
        root: Top of the repository.
        slug: Name of the case.
    """
    helpers = [path for path in _helper_files(root) if slug in (_owners(root, path) or {slug})]
    return {"data": _data_hash(root, slug), "helpers": _hash(root, helpers)}


def _owners(root: Path, path: Path) -> set[str]:
    """The cases that a helper file belongs to; empty if it is shared by all.

    A file belongs to the case it is named for, a table's contract to the cases that alone need it, and a method that
    is named for no case to those whose method imports it.
    """
    known = slugs(root)
    if named := {slug for slug in known if path.stem == slug or path.stem.startswith(f"{slug}__")}:
        return named
    if path.suffix == ".yml" and path.parent.name == "wording" and path.stem != "findings":
        return {"no case"}
    if path.parent.name == "contract":
        return _needing().get(path.stem, set())
    if path.parent.name != "methods":
        return set()
    methods = [(slug, path.with_name(f"{slug}.py")) for slug in known]
    return {
        slug for slug, module in methods if module.exists() and f"methods.{path.stem} " in module.read_text("utf-8")
    }


def _needing() -> dict[str, set[str]]:
    """Table to the cases that read it, for tables that only the cases of one column need."""
    found: dict[str, set[str]] = {}
    for slug, rungs in ladder.needs().items():
        for table in {name for rung in rungs for name in rung.asked}:
            found.setdefault(table, set()).add(slug)
    return found


def _data_hash(root: Path, slug: str) -> str:
    """Hash of the sample's tables that are not another case's alone, and of the truths of this case."""
    needing = _needing()
    tables = [
        path for path in _data_files(root) if path.suffix == ".parquet" and slug in needing.get(path.stem, {slug})
    ]
    truth = root / DATA / "truth.json"
    planted = json.loads(truth.read_text(encoding="utf-8")).get("planted", {}) if truth.exists() else {}
    own = sorted((key, value) for key, value in planted.items() if key.startswith(f"{slug}."))
    return hashlib.sha256((_hash(root, tables) + json.dumps(own)).encode()).hexdigest()[:16]


def slugs(root: Path) -> list[str]:
    """Names of all cases, from their texts and notebooks; E310 outside a repository."""
    if not (root / "cases").is_dir():
        raise CvcError("E310", folder=root.name)
    return sorted({path.stem for ending in ("*.md", "*.ipynb") for path in (root / "cases").glob(ending)})


def check_case(root: Path, slug: str) -> list[CvcError]:
    """Everything that forbids publishing a case.

    Args:
        root: Top of the repository.
        slug: Name of the case.

    Returns:
        The refusals, empty for a case that is in order.
    """
    text, notebook = root / "cases" / f"{slug}.md", root / "cases" / f"{slug}.ipynb"
    if not text.exists():
        return [CvcError("E306", case=slug)]
    if not notebook.exists():
        return [CvcError("E301", case=slug)]
    executed = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    found = [*_unsynced(slug, jupytext.read(text), executed), *_unfinished(slug, executed)]
    recorded = executed.metadata.get(KEY, {})
    changed = [name for name, value in fingerprints(root, slug).items() if recorded.get(name) != value]
    return [*found, *([CvcError("E305", case=slug, changed=" and ".join(changed))] if changed else [])]


def _unsynced(slug: str, text: nbformat.NotebookNode, executed: nbformat.NotebookNode) -> Iterator[CvcError]:
    """The first cell in which text and notebook differ."""
    left, right = ([_content(cell) for cell in notebook.cells] for notebook in (text, executed))
    for number in range(max(len(left), len(right))):
        if left[number : number + 1] != right[number : number + 1]:
            yield CvcError("E302", case=slug, cell=number + 1)
            return


def _content(cell: nbformat.NotebookNode) -> tuple[str, str, tuple[str, ...]]:
    return cell.cell_type, cell.source, tuple(cell.metadata.get("tags", ()))


def _unfinished(slug: str, executed: nbformat.NotebookNode) -> Iterator[CvcError]:
    """Cells without a run, with an error, or with words on stderr."""
    for number, cell in enumerate(executed.cells, start=1):
        if cell.cell_type != "code":
            continue
        if cell.execution_count is None:
            yield CvcError("E303", case=slug, cell=number)
        for output in cell.outputs:
            if output.output_type == "error":
                yield CvcError("E304", case=slug, cell=number, error=output.ename)
            if output.get("name") == "stderr":
                yield CvcError("E309", case=slug, cell=number, message=output.text.strip()[:80])


def _hash(root: Path, paths: list[Path]) -> str:
    """One hash of names and contents; line endings do not count in text."""
    total = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.relative_to(root).as_posix()):
        content = path.read_bytes()
        if path.suffix in TEXT_SUFFIXES:
            content = content.replace(b"\r\n", b"\n")
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()[:16]


def _data_files(root: Path) -> list[Path]:
    return [path for path in (root / DATA).rglob("*") if path.is_file() and not path.name.startswith(".")]


def _helper_files(root: Path) -> list[Path]:
    folder = root / "cvc_helpers"
    found = (path for path in folder.rglob("*") if path.suffix in TEXT_SUFFIXES)
    return [path for path in found if not {path.relative_to(folder).parts[0], path.stem} & NOT_BEHIND_A_NUMBER]
