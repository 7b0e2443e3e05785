"""What a case computed, on a chapter's page: a number by the role `{computed}`, a finding or chart by `{shown}`.

Both take the key under which the case glued it, e.g. `big_policy_backtracking.extra_policies.low`. An unknown key
is a warning, which the build refuses. The glue directive of myst-nb knows no renderers when it pastes across pages,
hence a directive of our own.
"""

from __future__ import annotations

import ast
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective, SphinxRole

from cvc_helpers.book.edition import edition
from cvc_helpers.book.mime import RENDERERS
from cvc_helpers.book.outputs import GLUE


class Computed(SphinxRole):
    """Pastes the number that the case glued under that key."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Look the key up in the case that its first word names."""
        notebook = Path(self.env.srcdir) / "cases" / f"{self.text.split('.')[0]}.ipynb"
        self.env.note_dependency(str(notebook))
        text = glued(notebook, edition(self.config)).get(self.text, {}).get(GLUE)
        if text is None:
            words = f"{notebook.name} glued nothing under {self.text!r}"
            return [], [self.inliner.reporter.warning(words, line=self.lineno)]
        return [nodes.inline(self.rawtext, ast.literal_eval(text), classes=["pasted-text"])], []


class Shown(SphinxDirective):
    """Shows the finding, table or chart that the case displayed under that key."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Draw the output as the case's own page does."""
        key = self.arguments[0]
        notebook = Path(self.env.srcdir) / "cases" / f"{key.split('.')[0]}.ipynb"
        self.env.note_dependency(str(notebook))
        language = edition(self.config)
        for mime, content in glued(notebook, language).get(key, {}).items():
            if mime in RENDERERS:
                return [nodes.raw(text=RENDERERS[mime](content, language), format="html", classes=["output"])]
        return [self.state.document.reporter.warning(f"{notebook.name} shows nothing under {key!r}", line=self.lineno)]


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
    """Register the role and the directive with Sphinx."""
    app.add_role("computed", Computed())
    app.add_directive("shown", Shown)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
