"""Each case's text and notebook say the same, and the notebook is executed, free of errors and fresh."""

from __future__ import annotations

import pytest

from cvc_helpers.book import fresh
from tests.conftest import ROOT


@pytest.mark.parametrize("slug", fresh.slugs(ROOT))
def test_the_case_is_fit_to_publish(slug: str) -> None:
    assert not fresh.check_case(ROOT, slug)
