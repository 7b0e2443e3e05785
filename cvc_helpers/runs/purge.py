"""`cvc purge`: delete what was processed for a client, and write down that it was."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Any

import yaml

from cvc_helpers.errors import CvcError
from cvc_helpers.runs.manifest import sha256, write_json

FOLDERS = ("curated", "quarantine", "runs")


def purge(engagement: Path, *, really: bool) -> dict[str, Any]:
    """Delete the work folders beside an engagement file.

    Args:
        engagement: The `engagement.yml`; it may have run out, so only its presence and purpose count.
        really: False only says what would be deleted.

    Returns:
        The deletion record; with `really` it also stands beside the engagement file.

    Raises:
        CvcError: E414 no engagement file, or nothing beside it.
    """
    if not engagement.is_file():
        raise CvcError("E414", reason=f"{engagement.name} is not there")
    home = engagement.resolve().parent
    found = [home / name for name in FOLDERS if (home / name).is_dir() and not (home / name).is_symlink()]
    if not found:
        raise CvcError("E414", reason="there is none of them")
    content = yaml.safe_load(engagement.read_text(encoding="utf-8-sig")) or {}
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    record = {
        "deleted_at": now if really else "",
        "engagement_sha256": sha256(engagement),
        "deletion_date": str(content.get("deletion_date", "")),
        "folders": [_counted(folder) for folder in found],
    }
    if really:
        for folder in found:
            shutil.rmtree(folder)
        write_json(home / f"deletion-{now.replace(':', '')[:15]}.json", record)
    return record


def _counted(folder: Path) -> dict[str, Any]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {"folder": folder.name, "files": len(files), "bytes": sum(path.stat().st_size for path in files)}
