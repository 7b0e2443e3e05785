"""The sample, opened once for the tests of all columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from cvc_helpers import tables

DATA = Path(__file__).parents[2] / "data" / "chengyue"


@pytest.fixture(scope="session")
def insurer() -> tables.Insurer:
    return tables.open(DATA)
