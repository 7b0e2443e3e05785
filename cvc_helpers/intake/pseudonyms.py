"""Keyed pseudonyms: HMAC-SHA256 of an identifier under the client's key, cut to 16 hex digits.

Same key, same pseudonym, so tables join; another key, another pseudonym. The key is never written anywhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from cvc_helpers import contract
from cvc_helpers.errors import CvcError

LEAST_BYTES = 32
CHUNK = 20_000
"""Identifiers that one thread of the engine hashes at a time."""
_QUERY = "select substr(sha256($outer || unhex(sha256($inner || encode(v)))), 1, 16) as h from ids"


class Key:
    """A pseudonym key in memory. Its representation shows the key's id only."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        padded = (secret if len(secret) <= 64 else hashlib.sha256(secret).digest()).ljust(64, b"\0")
        self._inner = bytes(byte ^ 0x36 for byte in padded)
        self._outer = bytes(byte ^ 0x5C for byte in padded)

    @property
    def id(self) -> str:
        """Eight hex digits by which a key is recognised; they do not lead back to it."""
        return hmac.digest(self._secret, b"cvc key id", "sha256").hex()[:8]

    def pseudonym(self, identifier: str) -> str:
        """The pseudonym of one identifier: 16 hex digits."""
        return hmac.digest(self._secret, identifier.encode(), "sha256").hex()[:16]

    def pseudonyms(self, identifiers: Any, connection: duckdb.DuckDBPyConnection) -> Any:
        """The pseudonyms of a text column; a missing identifier stays missing."""
        parts = [identifiers.slice(at, CHUNK) for at in range(0, len(identifiers), CHUNK)]
        connection.register("ids", pa.table({"v": pa.chunked_array(parts, pa.string())}))
        relation: Any = connection.sql(_QUERY, params={"inner": self._inner, "outer": self._outer})
        result = relation.to_arrow_table()
        connection.unregister("ids")
        return pa.array([], pa.string()) if result.num_rows == 0 else result["h"].combine_chunks()

    def __repr__(self) -> str:
        return f"Key(id={self.id})"


def load_key(path: Path) -> Key:
    """Read a key file; E133 if it is missing or shorter than 32 bytes."""
    try:
        secret = path.read_bytes().strip()
    except OSError:
        secret = b""
    if len(secret) < LEAST_BYTES:
        raise CvcError("E133", least=LEAST_BYTES)
    return Key(secret)


def new_key(path: Path) -> None:
    """Write a new random key of 64 hex digits; refuses to overwrite one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(secrets.token_hex(32) + "\n")


def is_open(table: str, column: contract.Column) -> bool:
    """Whether an identifier names no person: codes of units, products, services and groups, as the contract says."""
    return contract.tables()[column.refers_to.split(".")[0] or table].is_open
