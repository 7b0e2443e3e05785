"""Is a case fresh? Its text, its notebook, and fingerprints of all that its numbers depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from pathlib import Path

import jupytext
import nbformat

from cvc_helpers.book.behind import behind
from cvc_helpers.book.outputs import forged, unfit
from cvc_helpers.errors import CvcError
from cvc_helpers.wording import LANGUAGES

KEY = "cvc"
"""Where the fingerprints stand in a notebook's metadata."""
OUTPUTS = "outputs"
"""Where, among them, the hashes of the stored outputs stand."""
DATA = Path("data") / "chengyue"
TEXT_SUFFIXES = (".py", ".sql", ".yml")


def fingerprints(root: Path, slug: str) -> dict[str, str]:
    """Hashes of the data and of the helpers behind one case, by the names that an error message uses.

    Args:
        root: Top of the repository.
        slug: Name of the case.
    """
    found = behind(root, slug)
    prints = {"data": _data_hash(root, slug, found.tables), "helpers": _hash(root, found.files)}
    return prints | {"languages": " ".join(LANGUAGES)}


def _data_hash(root: Path, slug: str, tables: Collection[str]) -> str:
    """Hash of the sample's tables that the case may read, and of its own truths."""
    paths = [path for path in _data_files(root) if path.relative_to(root / DATA).parts[0].split(".")[0] in tables]
    truth = root / DATA / "truth.json"
    planted = json.loads(truth.read_text(encoding="utf-8")).get("planted", {}) if truth.exists() else {}
    own = sorted((key, value) for key, value in planted.items() if key.startswith(f"{slug}."))
    return hashlib.sha256((_hash(root, paths) + json.dumps(own)).encode()).hexdigest()[:16]


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
    executed = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    recorded = executed.metadata.get(KEY, {})
    found = [*_unsynced(slug, jupytext.read(text), executed), *unfit(slug, executed)]
    found += forged(slug, executed, recorded.get(OUTPUTS, {}))
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
