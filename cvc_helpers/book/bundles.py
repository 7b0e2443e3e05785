"""Runnable from the page: one ZIP file a case, with its notebook, the tables that it reads, and the package.

Each holds its own tables and no others, so that all of them together are smaller than the sample once for each.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes

from cvc_helpers.book import fresh
from cvc_helpers.book.behind import behind
from cvc_helpers.book.edition import edition
from cvc_helpers.errors import CvcError
from cvc_helpers.tables import TRUTH
from cvc_helpers.wording import LANGUAGES, say

SOURCES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "cvc_helpers", "cases", "locale")
"""What the wheel is made of."""
READ_ME = {"en": "README.md", "zh": "README.zh_CN.md"}
INTO_THE_BOOK = re.compile(r"\[([^\]]+)\]\(\.\./[^)]*\)")
ZIP = re.compile(r'(href=")(?:\.\./)*_downloads/(?=[\w.-]+\.zip")')
ZIP_BUTTON = {"type": "link", "text": ".zip", "icon": "fas fa-file-zipper", "label": "download-bundle-button"}
BORN = (2024, 1, 1, 0, 0, 0)
"""A fixed date for all members, so that the bytes repeat."""


def make_bundles(root: Path, target: Path) -> list[Path]:
    """Write `<slug>.zip` for every case; one that is newer than all it holds is left alone.

    Args:
        root: Top of the repository.
        target: Folder of the downloads.

    Raises:
        CvcError: E316, the package could not be built.
    """
    wanted = {slug: target / f"{slug}.zip" for slug in fresh.slugs(root)}
    newest = max(path.stat().st_mtime for path in _sources(root))
    if stale := [slug for slug, path in wanted.items() if not path.exists() or path.stat().st_mtime < newest]:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            wheel = build_wheel(root, Path(folder))
            for slug in stale:
                _write_bundle(root, slug, wheel, wanted[slug])
    return list(wanted.values())


def build_wheel(root: Path, folder: Path) -> Path:
    """Build the package from a copy of its sources, without a network.

    Args:
        root: Top of the repository; nothing is written there.
        folder: An empty folder for the copy and the wheel.

    Raises:
        CvcError: E316, with the last line of what pip said.
    """
    copy = folder / "source"
    copy.mkdir()
    for name in SOURCES:
        if (root / name).is_dir():
            shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(root / name, copy / name)
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder)]
    command = [sys.executable, "-m", "pip", "wheel", *options, str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    found = sorted(folder.glob("*.whl"))
    if done.returncode or not found:
        raise CvcError("E316", message=(done.stderr.strip().splitlines() or ["?"])[-1])
    return found[0]


def install_lines(slug: str, wheel: str) -> list[str]:
    """The three lines that run a case from its unpacked bundle."""
    return ["python3 -m venv env", f"env/bin/pip install {wheel} notebook", f"env/bin/jupyter notebook {slug}.ipynb"]


def windows_lines(slug: str, wheel: str) -> list[str]:
    """The same three on Windows."""
    lines = install_lines(slug, wheel)
    return [line.replace("python3 ", "py ").replace("env/bin/", "env\\Scripts\\") for line in lines]


def offer_bundle(app: Any, doctree: nodes.document, docname: str) -> None:
    """Offer the bundle on a case's page, below its first paragraphs, and at the end of its chapter."""
    folder, _, slug = docname.rpartition("/")
    root = Path(app.srcdir)
    if folder not in ("book", "cases") or not (root / "cases" / f"{slug}.ipynb").exists():
        return
    box = nodes.raw("", offer_html(root, slug, edition(app.config)), format="html")
    page = next(iter(doctree.findall(nodes.section)), None)
    if page is not None:
        inner = next((place for place, node in enumerate(page) if isinstance(node, nodes.section)), len(page))
        page.insert(inner if folder == "cases" else len(page), box)


def choose_downloads(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """At the top of a page: a case as its bundle, and every page as PDF; no source that opens as text.

    The bundles lie once, in the English edition; the pages of another one lead up to them.
    """
    up = "../" * (pagename.count("/") + (edition(app.config) == "zh"))
    context["body"] = ZIP.sub(rf"\1{up}_downloads/", context.get("body") or "")
    for group in context.get("header_buttons", ()):
        if group.get("label") == "download-buttons":
            group["buttons"] = [button for button in group["buttons"] if button["type"] == "javascript"]
            if (slug := pagename.removeprefix("cases/")) != pagename:
                group["buttons"].insert(0, ZIP_BUTTON | {"url": f"{up}_downloads/{slug}.zip"})


def offer_html(root: Path, slug: str, language: str) -> str:
    """What stands on a page: what is in the bundle, its size, and the three lines."""
    size = sum(path.stat().st_size for path in _tables(root, slug)) / 1e6
    words = {name: escape(say(f"pages.take_{name}", language)) for name in ("title", "lines")}
    about = escape(say("pages.take_about", language, size=f"{size:.0f}" if size >= 1 else "1"))
    lines = "\n".join(escape(line) for line in install_lines(slug, wheel_name(root)))
    return (
        f'<aside class="cvc-take" aria-label="{words["title"]}"><p class="cvc-title">{words["title"]}</p>'
        f'<p>{about}</p><p><a class="cvc-get" href="../_downloads/{slug}.zip" download>{slug}.zip</a></p>'
        f'<p>{words["lines"]}</p><pre class="cvc-lines"><code>{lines}</code></pre></aside>'
    )


def wheel_name(root: Path) -> str:
    """Name of the wheel that the project file describes."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['name'].replace('-', '_')}-{project['version']}-py3-none-any.whl"


def _write_bundle(root: Path, slug: str, wheel: Path, target: Path) -> None:
    notebook = _without_links_into_the_book(root / "cases" / f"{slug}.ipynb")
    members = {f"{slug}.ipynb": notebook.encode(), wheel.name: wheel.read_bytes()}
    for language in LANGUAGES:
        members[READ_ME[language]] = read_me(slug, wheel.name, language).encode()
    for path in _tables(root, slug):
        members[path.relative_to(root).as_posix()] = path.read_bytes()
    members[(fresh.DATA / TRUTH).as_posix()] = _sealed(root / fresh.DATA / TRUTH, members).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(f"{slug}/{name}", BORN), content, zipfile.ZIP_DEFLATED)


def _without_links_into_the_book(path: Path) -> str:
    """A notebook whose links to chapters, which it leaves behind, are plain words."""
    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = INTO_THE_BOOK.sub(r"\1", cell.source)
    return str(nbformat.writes(notebook))  # type: ignore[no-untyped-call]  # nbformat has no types


def read_me(slug: str, wheel: str, language: str) -> str:
    """What the bundle holds and how to run it."""
    lines = {
        "lines": "\n".join(f"    {line}" for line in install_lines(slug, wheel)),
        "windows": "\n".join(f"    {line}" for line in windows_lines(slug, wheel)),
    }
    return say("pages.take_readme", language, title=say(f"{slug}.name", language), slug=slug, wheel=wheel, **lines)


def _tables(root: Path, slug: str) -> list[Path]:
    """Tables of the sample that the case may read."""
    paths = [root / fresh.DATA / f"{table}.parquet" for table in sorted(behind(root, slug).tables)]
    return [path for path in paths if path.exists()]


def _sealed(truth: Path, members: Mapping[str, bytes]) -> str:
    """The planted truths with the checksums of the tables that are in the bundle; all or none must agree."""
    content = json.loads(truth.read_text(encoding="utf-8"))
    kept = {Path(name).name for name in members if name.endswith(".parquet")}
    content["tables"] = {name: value for name, value in content.get("tables", {}).items() if name in kept}
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)


def _sources(root: Path) -> Iterator[Path]:
    """All files that a bundle is made of."""
    for name in (*SOURCES, str(fresh.DATA)):
        found = [root / name] if (root / name).is_file() else (root / name).rglob("*")
        yield from (path for path in found if path.is_file() and "__pycache__" not in path.parts)
