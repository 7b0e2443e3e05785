"""`engagement.yml`: why, for whom and until when a client's data are processed, where, and with which key."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from cvc_helpers.errors import CvcError

ENGINES = ("duckdb", "spark")
FIELDS = ("purpose", "contact", "deletion_date", "key_file")
OPTIONAL = ("legal_basis", "engine", "memory", "threads", "pia_reference", "client")


@dataclass(frozen=True)
class Engagement:
    """The terms on which data are processed.

    Attributes:
        purpose: Agreed purpose.
        contact: Who answers on the client's side.
        deletion_date: Day by which everything is deleted.
        key_file: File of the pseudonym key, outside the project's folder.
        legal_basis: What the processing rests on.
        engine: `duckdb` or `spark`.
        memory: Memory limit of the engine, e.g. `2GB`; empty for its default.
        threads: Threads of the engine; 0 for all.
        pia_reference: Reference of the impact assessment, for sensitive columns.
        client: Name by which the client is called in the report.
    """

    purpose: str
    contact: str
    deletion_date: datetime.date
    key_file: Path
    legal_basis: str = ""
    engine: str = "duckdb"
    memory: str = ""
    threads: int = 0
    pia_reference: str = ""
    client: str = ""


def load_engagement(path: Path | None) -> Engagement:
    """Read and check the engagement file.

    Raises:
        CvcError: E131 it is missing or lacks an entry, E132 the key lies inside the project, E134 its time is over.
    """
    if path is None or not path.is_file():
        raise CvcError("E131", missing="engagement.yml")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError) as problem:
        raise CvcError("E131", missing=type(problem).__name__) from None
    if not isinstance(content, dict):
        raise CvcError("E131", missing=list(FIELDS))
    wrong = [name for name in FIELDS if not content.get(name)]
    wrong += [str(name) for name in content if name not in (*FIELDS, *OPTIONAL)]
    if not re.fullmatch(r"(\d+(\.\d+)?\s?[KMGT]i?B)?", str(content.get("memory", ""))):
        wrong.append("memory")
    if content.get("engine", "duckdb") not in ENGINES:
        wrong.append("engine")
    if not isinstance(content.get("threads", 0), int):
        wrong.append("threads")
    if wrong:
        raise CvcError("E131", missing=wrong)
    return _checked(content, path.resolve().parent)


def _checked(content: dict[str, object], folder: Path) -> Engagement:
    try:
        until = datetime.date.fromisoformat(str(content["deletion_date"]))
    except ValueError:
        raise CvcError("E131", missing="deletion_date: YYYY-MM-DD") from None
    if until < datetime.date.today():
        raise CvcError("E134", date=until.isoformat())
    key_file = (folder / str(content["key_file"])).resolve()
    if key_file.is_relative_to(folder):
        raise CvcError("E132")
    rest = {name: str(content[name]) for name in OPTIONAL if name in content and name != "threads"}
    threads = content.get("threads", 0)
    return Engagement(
        purpose=str(content["purpose"]),
        contact=str(content["contact"]),
        deletion_date=until,
        key_file=key_file,
        threads=threads if isinstance(threads, int) else 0,
        **rest,
    )
