from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from speech.needs import EARS_NEED, VOICES_NEED, Needs
from speech.profiles import EARS, PROFILES, VOICES, parts

EXTRAS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]["optional-dependencies"]


def test_every_part_says_what_it_needs() -> None:
    assert set(EARS_NEED) == set(EARS)
    assert set(VOICES_NEED) == set(VOICES)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_every_profile_is_made_of_parts_that_there_are(name: str) -> None:
    ears, voice = parts(name)
    assert ears in EARS
    assert voice in VOICES


@pytest.mark.parametrize("needs", [*EARS_NEED.values(), *VOICES_NEED.values()])
def test_its_extra_brings_its_packages(needs: Needs) -> None:
    brought = " ".join(EXTRAS[needs.extra])
    if needs.extra == "smart-turn":
        brought += " ".join(EXTRAS["embedded"])
    for package in needs.packages:
        assert package in brought, f"{needs.extra} brings no {package}"
