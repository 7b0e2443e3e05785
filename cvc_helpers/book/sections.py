"""Search results that name and quote the section: an index of each page's sections, which the search page reads.

Sphinx knows in which page a word stands, not where. The script `cvc-search.js` looks the words of a query up here, in
the same form, leads to the section that holds most of them, and shows the words around the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.search import IndexBuilder, WordCollector

FILE = "cvc-sections.js"
SCRIPT = "cvc-search.js"
LONGEST = 4_000
"""Characters of a section that can be quoted."""


def write_sections(app: Any, environment: Any) -> list[str]:
    """Leave the index among the static files, as one script that sets `window.cvcSections`.

    Sections are kept in the environment until their page is read again: to stem a whole book takes seconds.

    Returns:
        Pages to write again because of it: none.
    """
    lang = IndexBuilder(environment, app.config.html_search_language or app.config.language, {}, "").lang
    kept = _kept(environment)
    for name in environment.found_docs - set(kept):
        kept[name] = list(sections_of(environment.get_doctree(name), lang))
    index = {name: kept[name] for name in sorted(environment.found_docs)}
    text = f"window.cvcSections={json.dumps(index, ensure_ascii=False, separators=(',', ':'))};\n"
    folder = Path(app.doctreedir).parent / ".cvc_static"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / FILE).exists() or (folder / FILE).read_text(encoding="utf-8") != text:
        (folder / FILE).write_text(text, encoding="utf-8")
    return []


def forget_sections(app: Any, environment: Any, docname: str) -> None:
    """Of a page that is read again, or gone."""
    _kept(environment).pop(docname, None)


def _kept(environment: Any) -> dict[str, list[tuple[str, str, str, str]]]:
    """Page to its sections."""
    if not hasattr(environment, "cvc_sections"):
        environment.cvc_sections = {}
    kept: dict[str, list[tuple[str, str, str, str]]] = environment.cvc_sections
    return kept


def sections_of(document: nodes.document, lang: Any) -> Iterator[tuple[str, str, str, str]]:
    """Anchor, title, words and text of every section of a page, each with what is in it and in no section below it.

    The terms of the glossary count as sections of their page.

    Args:
        document: The page as it was read, in the language of the edition.
        lang: Sphinx's language of the search, which cuts and stems.

    Yields:
        The anchor of the page's first section is empty: it is the page. Words are stems between blanks.
    """
    for number, found in enumerate(document.findall(nodes.section)):
        stems = " ".join(sorted(set(_stems(found, lang))))
        yield (f"#{found['ids'][0]}" if number else "", str(found[0].astext()), f" {stems} ", text_of(found))
    for item in document.findall(nodes.definition_list_item):
        term = item[0]
        if term.get("ids"):
            words = "".join(str(text) for text in term.findall(nodes.Text)).strip()
            yield f"#{term['ids'][0]}", words, f" {' '.join(sorted(set(_stems(item, lang))))} ", text_of(item)


def text_of(found: nodes.Element) -> str:
    """What can be quoted of a section or an entry: its own paragraphs, in one line.

    Args:
        found: The section; its heading, its code and the sections below it are left out.
    """
    kept = (child for child in found.children[1:] if not isinstance(child, (nodes.section, addnodes.glossary)))
    texts = (text for child in kept for text in _paragraphs(child))
    return " ".join(" ".join(texts).split())[:LONGEST]


def _paragraphs(node: nodes.Node) -> Iterator[str]:
    return (found.astext() for found in node.findall(nodes.paragraph))


def add_scripts(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """The index and the script that reads it, on the search page alone."""
    if pagename == "search":
        for name in (FILE, SCRIPT):
            app.add_js_file(name, loading_method="defer")


def _stems(found: nodes.Element, lang: Any) -> Iterator[str]:
    for child in found.children:
        if not isinstance(child, (nodes.section, addnodes.glossary)):
            collector = WordCollector(found.document, lang)
            child.walk(collector)
            for word in [*collector.found_words, *collector.found_title_words]:
                if lang.word_filter(word.lower()):
                    yield lang.stem(word.lower())
