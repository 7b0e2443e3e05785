"""What a case computed, on a chapter's page: a number by the role `{computed}`, all else by a directive a part.

Each takes the key under which the case glued it, e.g. `big_policy_backtracking.extra_policies.low`. An unknown key
is a warning, which the build refuses. The glue directive of myst-nb knows no renderers when it pastes across pages,
hence directives of our own.
"""

from __future__ import annotations

import ast
import json
from abc import ABC, abstractmethod
from functools import lru_cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective, SphinxRole

from cvc_helpers import parts, wording
from cvc_helpers.book.edition import edition
from cvc_helpers.book.mime import RENDERERS
from cvc_helpers.book.outputs import GLUE
from cvc_helpers.parts.compared import compared
from cvc_helpers.parts.decision import decision_strip
from cvc_helpers.parts.found import Found
from cvc_helpers.parts.guess import guess
from cvc_helpers.parts.hero import hero
from cvc_helpers.parts.journey import journey
from cvc_helpers.parts.threshold import threshold
from cvc_helpers.wording import say

FINDING = "application/vnd.cvc.finding.v1+json"
WITHHELD = "application/vnd.cvc.withheld.v1+json"


class Computed(SphinxRole):
    """Pastes the number that the case glued under that key."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Look the key up in the case that its first word names."""
        notebook = _notebook(self.env, self.text.split(".")[0])
        self.env.note_dependency(str(notebook))
        text = glued(notebook, edition(self.config)).get(self.text, {}).get(GLUE)
        if text is None:
            words = f"{notebook.name} glued nothing under {self.text!r}"
            return [], [self.inliner.reporter.warning(words, line=self.lineno)]
        return [nodes.inline(self.rawtext, ast.literal_eval(text), classes=["pasted-text"])], []


class Part(SphinxDirective, ABC):
    """A part of a page, drawn from what cases displayed."""

    required_arguments = 1
    optional_arguments = 20

    def run(self) -> list[nodes.Node]:
        """The part as HTML, or a warning that names the key that no case knows."""
        for path in [*Path(parts.__file__).parent.glob("*.py"), *Path(wording.__file__).parent.glob("*.yml")]:
            self.env.note_dependency(str(path))
        try:
            html = self.drawn()
        except LookupError as error:
            return [self.state.document.reporter.warning(f"no case shows anything under {error}", line=self.lineno)]
        return [nodes.raw(text=html, format="html", classes=["output"])]

    @abstractmethod
    def drawn(self) -> str:
        """The part."""

    @property
    def language(self) -> str:
        """Of the book."""
        return edition(self.config)

    @property
    def source(self) -> str:
        """Whose data the book's numbers are."""
        return say("findings.synthetic", self.language)

    def bundle(self, key: str) -> dict[str, Any]:
        """What the case displayed under a key, by MIME type."""
        notebook = _notebook(self.env, key.split(".")[0])
        self.env.note_dependency(str(notebook))
        return glued(notebook, self.language)[key]

    def found(self, key: str) -> Found:
        """The finding under a key."""
        return Found(self.bundle(key)[FINDING], self.language)


class Shown(Part):
    """Shows the finding, table, card, chart or picture that the case displayed under that key."""

    def drawn(self) -> str:
        """Draw the output as the case's own page does."""
        bundle = self.bundle(self.arguments[0])
        mime = next(mime for mime in [*RENDERERS, ""] if mime in bundle or not mime)
        if not mime:
            raise KeyError(self.arguments[0])
        return RENDERERS[mime](bundle[mime], self.language)


class Guess(Part):
    """Asks for the number of a finding before anything on the page gives it away."""

    def drawn(self) -> str:
        """The question, and the answer behind it."""
        return guess(self.found(self.arguments[0]))


class Decision(Part):
    """The decision strip of a finding."""

    def drawn(self) -> str:
        """Four cells; they wait for the reader's guess."""
        return decision_strip(self.found(self.arguments[0]))


class Threshold(Part):
    """A decision and its controls with the threshold as a slider."""

    def drawn(self) -> str:
        """The figure."""
        decision = self.found(self.arguments[0])
        return threshold(decision, [self.found(key) for key in decision["controls"]], source=self.source)


class Withheld(Part):
    """What a finding's number becomes when something is withheld."""

    def drawn(self) -> str:
        """The figure."""
        return RENDERERS[WITHHELD](self.bundle(f"{self.arguments[0]}.withheld")[WITHHELD], self.language)


class Compared(Part):
    """Several findings of one unit; the title is `<slug>.compared_title`, which may quote each by its name."""

    def drawn(self) -> str:
        """The figure."""
        findings = [self.found(key) for key in self.arguments]
        quoted = {found.key.partition(".")[2]: found.shown("like_with_like") for found in findings}
        title = say(f"{findings[0].slug}.compared_title", self.language, **quoted)
        return compared(findings, title=title, source=self.source)


class Journey(Part):
    """The eight steps, those named after the column filled; the title is `<slug>.journey_title`."""

    def drawn(self) -> str:
        """The figure."""
        slug, *steps = self.arguments
        return journey(steps, self.language, title=say(f"{slug}.journey_title", self.language))


class Hero(Part):
    """All findings of all cases, each a link to its chapter."""

    required_arguments = 0

    def drawn(self) -> str:
        """The figure."""
        folder = Path(self.env.srcdir) / "cases"
        columns = {path.stem: self._findings(path) for path in sorted(folder.glob("*.ipynb"))}
        contents = (Path(self.env.srcdir) / "_toc.yml").read_text(encoding="utf-8")
        ranked = sorted(columns, key=lambda slug: contents.find(f"book/{slug}"))
        return hero({slug: columns[slug] for slug in ranked}, self.language, href=self._href, source=self.source)

    def _findings(self, notebook: Path) -> list[Found]:
        self.env.note_dependency(str(notebook))
        shown = glued(notebook, self.language).values()
        return [Found(data[FINDING], self.language) for data in shown if FINDING in data]

    def _href(self, found: Found) -> str:
        """The page that shows the finding, else the chapter of its case; from its top, where the guess stands."""
        folder = Path(self.env.srcdir) / "book"
        asking = (path.stem for path in sorted(folder.glob("*.md")) if f"}} {found.key}\n" in path.read_text("utf-8"))
        page = next(asking, found.slug)
        return str(self.env.app.builder.get_relative_uri(self.env.docname, f"book/{page}"))


DIRECTIVES: dict[str, type[Part]] = {
    "shown": Shown, "guess": Guess, "decision": Decision, "threshold": Threshold, "withheld": Withheld,
    "compared": Compared, "journey": Journey, "hero": Hero,
}  # fmt: skip


def _notebook(environment: Any, slug: str) -> Path:
    return Path(environment.srcdir) / "cases" / f"{slug}.ipynb"


def glued(notebook: Path, language: str) -> dict[str, dict[str, Any]]:
    """Key to MIME bundle of everything that a stored notebook displayed under a name; empty if there is no file."""
    return _glued(notebook, language, notebook.stat().st_mtime_ns) if notebook.exists() else {}


@lru_cache(maxsize=32)
def _glued(notebook: Path, language: str, changed: int) -> dict[str, dict[str, Any]]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells if cell["cell_type"] == "code" for output in cell.get("outputs", ())]
    named = {output.get("metadata", {}).get("scrapbook", {}).get("name"): output for output in outputs}
    return {name: {**one["data"], **one["metadata"].get(language, {})} for name, one in named.items() if name}


def setup(app: Any) -> dict[str, bool]:
    """Register the role and the directives with Sphinx."""
    app.add_role("computed", Computed())
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
