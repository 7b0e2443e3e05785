"""The glossary in use: the first use of a term on a page becomes a link to it, with its definition as hover text.

The terms are read from the glossary's own page, in the language of the edition. Code, headings, links, captions, cards
and generated tables are left alone. The glossary itself is put in order: by letter, in Chinese by sound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.util.nodes import clean_astext

from cvc_helpers.book.edition import edition
from cvc_helpers.wording import say

PAGE = "book/glossary"
WITHOUT_LINKS = ("book/api", "book/data_contract", "book/bibliography", PAGE)
"""Generated pages, and the glossary itself."""
LEFT_ALONE = (
    *(nodes.literal, nodes.literal_block, nodes.title, nodes.reference, nodes.caption, nodes.raw, nodes.math),
    *(nodes.math_block, nodes.emphasis, nodes.footnote, nodes.citation, addnodes.pending_xref, addnodes.desc),
)
CARDS = {"sd-card", "cvc-contract", "output", "cell_input", "cell_output"}
"""Classes of boxes whose words stay as they are."""
SHORTEST_CHINESE = 3
"""A shorter Chinese term stands inside other words too often (加保 in 增加保障)."""
FILTER_MARK = 'class="cvc-filter"'
LONGEST_HINT = 300
HAN = re.compile(r"[\u3400-\u9fff]")


class Term(NamedTuple):
    """A term of the glossary.

    Attributes:
        words: As the text may have it.
        target: Its anchor on the glossary's page.
        definition: Plain text.
    """

    words: str
    target: str
    definition: str


def link_terms(app: Any, doctree: nodes.document, docname: str) -> None:
    """Turn the first use of each term on a page into a link."""
    if docname in WITHOUT_LINKS or PAGE not in app.env.found_docs:
        return
    known = {term.words.casefold(): term for term in page_terms(app)}
    pattern, seen = pattern_of(list(known)), set[str]()
    page = app.builder.get_relative_uri(docname, PAGE)
    for text in list(doctree.findall(nodes.Text)):
        if pattern and not _is_left_alone(text):
            parts = list(_linked(str(text), pattern, known, seen, page))
            if any(isinstance(part, nodes.reference) for part in parts):
                text.parent.replace(text, parts)


def page_terms(app: Any) -> list[Term]:
    """The terms of the glossary in the language of the edition; read once a build."""
    if not hasattr(app, "cvc_terms"):
        app.cvc_terms = list(terms_of(app.env.get_doctree(PAGE)))
    found: list[Term] = app.cvc_terms
    return found


def terms_of(glossary: nodes.document) -> Iterator[Term]:
    """Each term, and each part of one that is a list; of a list only parts that no other text would have by chance."""
    for item in glossary.findall(nodes.definition_list_item):
        definition = clean_astext(next(iter(item.findall(nodes.definition))))
        for term in item.findall(nodes.term):
            words = _plain(term)
            parts = re.split(r"[,，、]\s*", words)
            for part in [words] if len(parts) == 1 else [part for part in parts if _is_compound(part)]:
                yield Term(part, term["ids"][0], definition[:LONGEST_HINT])


def pattern_of(words: Sequence[str]) -> re.Pattern[str] | None:
    """What finds any of the terms, the longest first; English ones as whole words, in the plural too."""
    found = []
    for term in sorted(words, key=len, reverse=True):
        spaced = r"\s+".join(re.escape(part) for part in term.split())
        if not HAN.search(term):
            plural = f"{spaced[:-1]}(?:y|ies)" if term.endswith("y") else f"{spaced}s?"
            found.append(rf"(?<![\w-]){plural}(?![\w-])")
        elif len(term) >= SHORTEST_CHINESE:
            found.append(spaced)
    return re.compile("|".join(found), re.IGNORECASE) if found else None


def order_glossary(app: Any, doctree: nodes.document, docname: str) -> None:
    """Put the glossary's entries in order, and a box above them in which to look for one."""
    if docname != PAGE:
        return
    language = edition(app.config)
    for entries in doctree.findall(nodes.definition_list):
        if "glossary" in entries["classes"]:
            entries.children.sort(key=lambda item: sort_key(_plain(next(iter(item.findall(nodes.term)))), language))
    for glossary in list(doctree.findall(addnodes.glossary)):
        box = nodes.raw("", filter_html(language), format="html")
        glossary.parent.insert(glossary.parent.index(glossary), box)


def sort_key(words: str, language: str) -> bytes:
    """English by letter; Chinese by sound, which is the order of the common characters in GB 18030."""
    return words.casefold().encode("gb18030" if language == "zh" else "utf-8")


def filter_html(language: str) -> str:
    """The box that the script brings to life; without a script it stays hidden, and all entries stand."""
    label, found, none = (escape(say(f"pages.glossary_{name}", language)) for name in ("label", "found", "none"))
    return (
        f'<p class="cvc-filter" data-found="{found}" data-none="{none}" hidden><label for="cvc-filter">{label}</label> '
        f'<input type="search" id="cvc-filter" autocomplete="off"> <span role="status"></span></p>'
    )


def _linked(
    text: str, pattern: re.Pattern[str], known: dict[str, Term], seen: set[str], page: str
) -> Iterator[nodes.Node]:
    """The text in pieces, each first use of a term as a link."""
    start = 0
    for hit in pattern.finditer(text):
        term = _term(hit.group(), known)
        if term is None or term.target in seen:
            continue
        seen.add(term.target)
        yield nodes.Text(text[start : hit.start()])
        link = nodes.reference("", "", nodes.Text(hit.group()), refuri=f"{page}#{term.target}", internal=True)
        link["reftitle"], link["classes"] = term.definition, ["cvc-term"]
        yield link
        start = hit.end()
    yield nodes.Text(text[start:])


def _term(words: str, known: dict[str, Term]) -> Term | None:
    """The term that a found text names, itself or in the plural."""
    plain = " ".join(words.split()).casefold()
    singular = (plain, plain.removesuffix("s"), re.sub("ies$", "y", plain))
    return next((known[form] for form in singular if form in known), None)


def _plain(term: nodes.Node) -> str:
    """The words of a term, without the marks of the index."""
    return "".join(str(text) for text in term.findall(nodes.Text)).strip()


def _is_compound(words: str) -> bool:
    """Whether a text has these words only where it means the term."""
    return len(words) >= SHORTEST_CHINESE if HAN.search(words) else bool(re.search(r"[\s-]", words))


def _is_left_alone(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, LEFT_ALONE) or CARDS & set(getattr(node, "attributes", {}).get("classes", ())):
            return True
    return False
