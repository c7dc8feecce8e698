"""Minds by name."""

from __future__ import annotations

import pytest

from system2.errors import ModelError
from system2.grounded import Grounded
from system2.models import open_mind
from tests.system2.talking import BROADBAND, WEDNESDAY


def test_grounded() -> None:
    assert isinstance(open_mind("grounded", BROADBAND, today=WEDNESDAY), Grounded)


@pytest.mark.parametrize("name", ["openai:gpt-4o-mini", "transformers:/models/tiny", "clever", ""])
def test_other_names_give_one_clear_line(name: str) -> None:
    with pytest.raises(ModelError, match="available: grounded") as raised:
        open_mind(name, BROADBAND, today=WEDNESDAY)
    assert "\n" not in str(raised.value)
    assert repr(name) in str(raised.value)
