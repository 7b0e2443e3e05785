"""The Seven Ones card: a small typed record that travels from case to case as YAML."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import yaml

from cvc_helpers.errors import CvcError
from cvc_helpers.findings import Finding
from cvc_helpers.vocabulary import SEVEN_ONES
from cvc_helpers.wording import LANGUAGES

Text = dict[str, str]


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
        evidence: Key of the finding it rests on, with that finding's verdict.
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
        if self.evidence["verdict"] not in ("fund", "pilot"):
            raise CvcError(
                "E212",
                reason=f"the finding says {self.evidence['verdict']}",
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


def evidence(finding: Finding) -> Text:
    """What a card keeps of the finding it rests on."""
    return {"finding": finding.key, "verdict": finding.verdict, "comparison": finding.comparison}
