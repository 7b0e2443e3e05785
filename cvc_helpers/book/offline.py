"""Sphinx extension: pages that need nothing from outside, and say on each that the data are synthetic."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from docutils import nodes

from cvc_helpers import web
from cvc_helpers.book import bundles, data_contract, fitted, reference, sections, terms, truths
from cvc_helpers.wording import say

BUNDLE = "vega-bundle.js"
CHART_MARK = 'class="cvc-chart '
ARROW_NAME = "Pages below"
APPENDICES = ("cvc-appendix.css", "cvc-glossary.js", "cvc-parts.js", sections.SCRIPT)
"""Style and scripts of parts that only some pages have."""


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("cvc_pages", "", "html")
    app.add_directive("cvc-data-contract", data_contract.DataContract)
    app.add_directive("cvc-data-ladders", data_contract.DataLadders)
    app.add_directive("cvc-table-map", data_contract.TableMap)
    app.add_directive("cvc-truth-table", truths.TruthTable)
    app.add_directive("cvc-api", reference.ApiReference)
    app.connect("autodoc-skip-member", _skip_member)
    app.connect("config-inited", _add_footer)
    app.connect("builder-inited", _add_static_files)
    app.connect("doctree-resolved", _drop_thebe_nodes, priority=900)
    app.connect("doctree-resolved", terms.order_glossary)
    app.connect("doctree-resolved", terms.link_terms, priority=890)
    app.connect("doctree-resolved", bundles.offer_bundle, priority=905)
    app.connect("doctree-resolved", fitted.fit_tables, priority=910)
    app.connect("env-purge-doc", sections.forget_sections)
    app.connect("env-updated", sections.write_sections)
    app.connect("html-page-context", sections.add_scripts)
    app.connect("html-page-context", bundles.choose_downloads, priority=902)
    app.connect("html-page-context", _choose_scripts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}


def footer_html() -> str:
    """The line at the foot of every page, in both languages."""
    english, chinese = (escape(say("findings.synthetic", language)) for language in ("en", "zh"))
    return f'<p class="cvc-synthetic"><span lang="en">{english}</span> · <span lang="zh">{chinese}</span></p>'


def _add_footer(app: Any, config: Any) -> None:
    """Footer of all pages; a fingerprint of code, style and script makes Sphinx write all pages when one changes."""
    sources = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    glossary = Path(app.srcdir) / f"{terms.PAGE}.md"
    looks = glossary.read_text(encoding="utf-8") if glossary.exists() else ""
    looks += "".join(path.read_text(encoding="utf-8") for path in sorted(web.FOLDER.glob("cvc*")))
    config.cvc_pages = hashlib.sha256(sources + looks.encode()).hexdigest()
    config.html_theme_options = {**config.html_theme_options, "extra_footer": footer_html()}


def _add_static_files(app: Any) -> None:
    """Lay out stylesheet, script and Vega bundle in one folder that Sphinx copies to `_static`."""
    folder = Path(app.doctreedir).parent / ".cvc_static"
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "cvc.css", web.stylesheet())
    _write(folder / "cvc-charts.js", web.script())
    for name in APPENDICES:
        _write(folder / name, (web.FOLDER / name).read_text(encoding="utf-8"))
    stamp, current = folder / ".bundle-version", version("vl-convert-python")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != current:
        _write(folder / BUNDLE, web.vega_bundle())
        stamp.write_text(current, encoding="utf-8")
    app.config.html_static_path.append(str(folder))
    app.add_css_file("cvc.css", priority=900)
    app.add_css_file("cvc-appendix.css", priority=901)
    # In the head and not deferred, or the answer would flash before the guess.
    app.add_js_file("cvc-parts.js", loading_method=None)


def _write(path: Path, text: str) -> None:
    """Write only what changed, so that Sphinx copies only what changed."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _choose_scripts(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Drop Thebe, which loads from a network; add the chart scripts only where there is a chart."""
    for kind in ("script_files", "css_files"):
        context[kind][:] = [file for file in context.get(kind, []) if not _is_thebe(file)]
    # A list may not hold the back links that docutils puts into each entry.
    context["body"] = (context.get("body") or "").replace(
        '<div role="list" class="citation-list">', '<div class="citation-list">'
    )
    context["body"] = fitted.break_names(context["body"])
    if original := context.get("generate_toctree_html"):
        context["generate_toctree_html"] = partial(_named_toctree, original)
    if terms.FILTER_MARK in context["body"]:
        app.add_js_file("cvc-glossary.js", loading_method="defer")
    if CHART_MARK in context["body"]:
        app.add_js_file(BUNDLE, loading_method="defer")
        app.add_js_file("cvc-charts.js", loading_method="defer")


def _named_toctree(original: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """The theme's table of contents, with a name for each of its folding arrows (for screen readers)."""
    found = original(*arguments, **options)
    if isinstance(found, str):
        return found.replace("<summary>", f'<summary aria-label="{ARROW_NAME}">')
    for summary in found.find_all("summary") if hasattr(found, "find_all") else ():
        summary["aria-label"] = ARROW_NAME
    return found


def _skip_member(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Leave out the fields of named tuples: their class says what they are."""
    return True if str(getattr(thing, "__doc__", "")).startswith("Alias for field number") else None


def _is_thebe(file: Any) -> bool:
    name = str(getattr(file, "filename", file) or "")
    body = str((getattr(file, "attributes", None) or {}).get("body") or "")
    return "thebe" in name.lower() or "THEBE_JS_URL" in body


def _drop_thebe_nodes(app: Any, doctree: nodes.document, docname: str) -> None:
    for node in list(doctree.findall(nodes.raw)):
        text = node.astext()
        if node.parent is not None and ("text/x-thebe-config" in text or ("kernelName" in text and "script" in text)):
            node.parent.remove(node)
