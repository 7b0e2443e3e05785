"""`cvc verify`: is a run folder as the run left it?"""

from __future__ import annotations

import json
from pathlib import Path

from cvc_helpers.errors import CvcError
from cvc_helpers.runs.manifest import NAME, outputs, sealed


def verify(folder: Path) -> int:
    """Recompute the hashes of a run folder.

    Args:
        folder: A folder that `cvc run` wrote.

    Returns:
        Number of files checked.

    Raises:
        CvcError: E409 no manifest, E408 a file was changed, removed or added.
    """
    try:
        record = json.loads((folder / NAME).read_text(encoding="utf-8"))
        expected: dict[str, str] = record["outputs"]
    except (OSError, ValueError, KeyError, TypeError):
        if (folder / NAME).is_file():
            raise CvcError("E408", folder=folder.name, odd=f"{NAME} unreadable") from None
        raise CvcError("E409", folder=folder.name) from None
    found = outputs(folder)
    odd = [f"{name} changed" for name in expected if name in found and found[name] != expected[name]]
    odd += [f"{name} missing" for name in expected if name not in found]
    odd += [f"{name} added" for name in found if name not in expected]
    odd += [] if sealed(record) == record else [f"{NAME} changed"]
    if odd:
        raise CvcError("E408", folder=folder.name, odd="; ".join(odd))
    return len(found) + 1
