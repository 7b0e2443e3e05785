"""The Seven Ones card: a small typed record that travels from case to case as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import yaml

from cvc_helpers import contract
from cvc_helpers.errors import CvcError
from cvc_helpers.findings import Finding
from cvc_helpers.naming import Names, general
from cvc_helpers.vocabulary import SEVEN_ONES
from cvc_helpers.wording import LANGUAGES, say

Text = dict[str, str]
READY = ("fund", "pilot")
"""Readings of a decision on which a card may rest."""


@dataclass(frozen=True)
class SevenOnes:
    """One complete card. Each of the seven fields has a text in both languages.

    Attributes:
        group: Whom it is for.
        scenario: Where they are met.
        force: Who meets them.
        product: What is sold.
        services: Which services come with it.
        playbook: How it is done.
        mechanism: What keeps it running.
        status: `proposed`, `completed`, `tested` or `codified`.
        evidence: Key of the finding it rests on, with that finding's reading.
    """

    group: Text
    scenario: Text
    force: Text
    product: Text
    services: Text
    playbook: Text
    mechanism: Text
    status: str
    evidence: Text

    def __post_init__(self) -> None:
        for term in SEVEN_ONES:
            texts = getattr(self, term.key)
            if missing := [language for language in LANGUAGES if not str(texts.get(language, "")).strip()]:
                raise CvcError(
                    "E212",
                    reason=f"{term.key} is empty ({', '.join(missing)})",
                    remedy="Fill all seven fields in both languages.",
                )
        if self.evidence["reading"] not in READY:
            raise CvcError(
                "E212",
                reason=f"the finding says {self.evidence['reading']}",
                remedy="A card rests on a finding that says fund or pilot.",
            )

    def to_yaml(self) -> str:
        """The card as YAML."""
        return yaml.safe_dump(asdict(self), allow_unicode=True, sort_keys=False)


def from_yaml(text: str) -> SevenOnes:
    """The card in a YAML text; E212 if a field is missing or unknown."""
    entries: dict[str, Any] = yaml.safe_load(text) or {}
    names = {field.name for field in fields(SevenOnes)}
    if odd := sorted(names ^ set(entries)):
        raise CvcError(
            "E212",
            reason=f"fields {odd} are missing or unknown",
            remedy=f"A card has the fields {sorted(names)}.",
        )
    return SevenOnes(**entries)


def proposed(
    finding: Finding, *, codes: Mapping[str, tuple[str, str]], names: Names | None = None, **words: object
) -> SevenOnes | None:
    """The card that a decision proposes, worded by `<slug>.card.<field>`; None unless it says fund or pilot.

    Args:
        finding: The decision.
        codes: Placeholder to the contract's column and a code of it, e.g. `{"line": ("product.line", "annuity")}`.
        names: What this run calls its service and its group.
        **words: Further placeholders.
    """
    if finding.reading not in READY:
        return None
    texts: dict[str, Text] = {term.key: {} for term in SEVEN_ONES}
    for language in LANGUAGES:
        named = {name: contract.code_names(place, language).get(code, code) for name, (place, code) in codes.items()}
        named |= (names or general())[language]
        for term in SEVEN_ONES:
            texts[term.key][language] = say(f"{finding.slug}.card.{term.key}", language, **words, **named)
    return SevenOnes(**texts, status="proposed", evidence=evidence(finding))


def evidence(finding: Finding) -> Text:
    """What a card keeps of the finding it rests on."""
    return {"finding": finding.key, "reading": finding.reading, "comparison": finding.comparison or ""}
