"""Sphinx extension: two editions of one book, a switch between them on every page, and a search that reads Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.search.en import SearchEnglish

from cvc_helpers import web
from cvc_helpers.book.translations import waiting
from cvc_helpers.errors import CvcError
from cvc_helpers.wording import say, wordings

LANGUAGE = {"en": "en", "zh": "zh-CN"}
"""Language of a page as HTML names it."""
NAMED = re.compile(r"author = \{(\w+),.*?note = \{[^}]*?Authors?: ([\u3400-\u9fff、]+)", re.DOTALL)
"""An entry's first surname, and its authors in Chinese."""
WORDS = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")


def _script(name: str) -> str:
    return (web.FOLDER / name).read_text(encoding="utf-8")


def edition(config: Any) -> str:
    """Language of the edition under construction, `"en"` or `"zh"`."""
    return "zh" if str(config.language).startswith("zh") else "en"


class ChineseSearch(SearchEnglish):
    """Every pair of neighbouring Chinese characters is a word, in the index and in the query alike.

    A dictionary (jieba) cuts a phrase of the index and the same phrase of a query differently, and knows none of the
    report's terms; pairs need none, and find every phrase of two characters or more.
    """

    lang = "zh"
    language_name = "Chinese"
    js_splitter_code = _script("cvc-search-zh.js")

    def split(self, text: str) -> list[str]:
        """Words of a text: pairs and single characters where it is Chinese."""
        found: list[str] = []
        for run in WORDS.findall(text):
            if re.match(r"[\u3400-\u9fff]", run):
                found += [run[at : at + 2] for at in range(len(run) - 1)] + list(run)
            else:
                found.append(run)
        return found

    def word_filter(self, word: str) -> bool:
        """Chinese words all count; of the others those that count in English."""
        return re.match(r"[\u3400-\u9fff]", word) is not None or bool(super().word_filter(word))


def other_page(pagename: str, language: str) -> str:
    """The same page of the other edition, as seen from this one.

    Args:
        pagename: E.g. `"book/methods"`.
        language: Edition of the page that links.
    """
    up = "../" * pagename.count("/")
    return f"{up}../{pagename}.html" if language == "zh" else f"{up}zh/{pagename}.html"


def _switch(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """What the template of the switch shows; a page that waits for its Chinese says so."""
    language = edition(app.config)
    if language == "zh" and pagename in waiting(Path(app.srcdir)):
        context["body"] = f'<p class="cvc-waiting">{escape(say("book.waiting", "zh"))}</p>{context.get("body", "")}'
    other = "en" if language == "zh" else "zh"
    context["edition"] = {
        "url": other_page(pagename, language),
        "language": LANGUAGE[other],
        "label": say("book.switch", other),
        "tooltip": say("book.switch_to", other),
    }


def _chinese_captions(app: Any, doctree: nodes.document) -> None:
    """Headings of the table of contents, which Sphinx does not translate."""
    if edition(app.config) == "en":
        return
    known = {texts["en"]: texts["zh"] for key, texts in wordings().items() if key.startswith("book.caption_")}
    for toctree in doctree.findall(addnodes.toctree):
        if caption := toctree.get("caption"):
            if caption not in known and caption not in known.values():
                raise CvcError("E337", caption=caption)
            toctree["caption"] = known.get(caption, caption)


def chinese_authors(entries: str) -> dict[str, str]:
    """Surname, as a citation has it, to the Chinese name of the first author, with 等 where there are more.

    Args:
        entries: A bibliography in BibTeX; the `note` of an entry may say `Author: 名` or `Authors: 名、名`.
    """
    hits = (NAMED.search(entry) for entry in entries.split("\n@"))
    listed = {hit[1]: hit[2].split("、") for hit in hits if hit}
    return {surname: names[0] + ("等" if len(names) > 1 else "") for surname, names in listed.items()}


def _chinese_citations(app: Any, doctree: nodes.document, docname: str) -> None:
    """In the Chinese edition a Chinese author is cited in Chinese: 杨本心等，2024."""
    if edition(app.config) == "en":
        return
    files = (Path(app.srcdir) / name for name in app.config.bibtex_bibfiles)
    known = chinese_authors("\n".join(path.read_text(encoding="utf-8") for path in files if path.is_file()))
    for cited in doctree.findall(nodes.inline):
        if "bibtex-citation" in cited["classes"]:
            for text in list(cited.findall(nodes.Text)):
                _in_chinese(text, known)


def _in_chinese(text: nodes.Text, known: Mapping[str, str]) -> None:
    """Replace the surname with which a part of a citation begins, and the "et al." that follows it."""
    surname = re.match(r"\w+", text)
    if not surname or surname[0] not in known:
        return
    parent, place = text.parent, text.parent.index(text)
    rest = str(text)[surname.end() :].replace(", ", "，")
    others = parent[place + 1 : place + 3]
    if others and others[0].astext() == "et al.":
        parent.remove(others[0])
        rest = rest.strip()
        for year in others[1:]:
            parent.replace(year, nodes.Text(year.astext().replace(", ", "，")))
    parent.replace(text, nodes.Text(known[surname[0]] + rest))


def _add_switch(app: Any, config: Any) -> None:
    """The switch stands at the top right of every page."""
    config.templates_path = [*config.templates_path, str(Path(__file__).parent)]
    buttons = ["edition.html", "article-header-buttons.html"]
    config.html_theme_options = {**config.html_theme_options, "article_header_end": buttons}


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_search_language(ChineseSearch)
    app.add_js_file(None, body=_script("cvc-edition.js"))
    app.connect("config-inited", _add_switch)
    app.connect("doctree-read", _chinese_captions, priority=900)
    app.connect("doctree-resolved", _chinese_citations)
    app.connect("html-page-context", _switch)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
