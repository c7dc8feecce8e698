"""YAML 1.2: what scalars mean, and what is refused."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import yaml12
from policies.problems import DocumentError


def content(text: str) -> yaml12.Plain:
    document = yaml12.read(text, "f")
    assert not document.problems
    return None if document.root is None else yaml12.plain(document.root)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("2026-11-21", "2026-11-21"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("Null", None),
        ("0", 0),
        ("-12", -12),
        ("+7", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("010", "010"),
        ("007.5", "007.5"),
        ("1234567890123456789", "1234567890123456789"),
        ("123456789012345678", 123456789012345678),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("5.", 5.0),
        ("-.inf", -math.inf),
        ("'3'", "3"),
        ('"true"', "true"),
        ("!!str 3", "3"),
        ("喂，您还在吗？", "喂，您还在吗？"),
    ],
)
def test_scalars_follow_the_core_schema(written: str, meant: yaml12.Atom) -> None:
    value = content(f"key: {written}")
    assert value == {"key": meant}
    assert isinstance(value, dict)
    assert type(value["key"]) is type(meant)


def test_keys_are_text() -> None:
    assert content("{on: 1, 2: 2, true: 3}") == {"on": 1, "2": 2, "true": 3}


def test_nan_is_a_float() -> None:
    value = content("[.nan]")
    assert isinstance(value, list)
    assert isinstance(value[0], float)
    assert math.isnan(value[0])


def test_aliases_stand_for_equal_but_separate_values() -> None:
    value = content("a: &x {b: [1, 2]}\nc: *x")
    assert value == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}
    assert isinstance(value, dict)
    assert value["a"] is not value["c"]


def test_aliases_that_explode_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    with pytest.raises(DocumentError) as caught:
        yaml12.read("\n".join(lines), "f")
    assert str(caught.value) == "f:6:15: a5: unfolds to more than 100000 values"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_any_depth_is_one_clear_line(opening: str) -> None:
    with pytest.raises(DocumentError) as caught:
        yaml12.read(opening * 5000, "f")
    assert "\n" not in str(caught.value)


def test_fifty_levels_are_fine() -> None:
    assert content("[" * 50 + "1" + "]" * 50) is not None
    with pytest.raises(DocumentError, match="nested more than 50 levels deep"):
        content("[" * 51 + "1" + "]" * 51)


def test_a_control_character_is_told_with_its_place() -> None:
    with pytest.raises(DocumentError) as caught:
        yaml12.read("a: 1\nb: x\x07y", "f")
    assert str(caught.value) == "f:2:5: document: the character U+0007 cannot be in a text file"


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        yaml12.read(text, "f")
    except DocumentError as error:
        problems = error.problems
    else:
        return
    assert len(problems) == 1


_ATOMS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=8)
_TREES = st.recursive(
    _ATOMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.dictionaries(st.text(max_size=5), _TREES, min_size=1))
def test_what_is_dumped_in_quotes_is_read_back(tree: dict[str, yaml12.Plain]) -> None:
    text = yaml.safe_dump(tree, default_style='"', allow_unicode=False)
    # The dumper tags what is no text, such as !!int "3"; the core schema needs no tags.
    for tag in ("!!int ", "!!bool ", "!!null "):
        text = text.replace(tag, "!!str ")
    assert content(text) == _as_text(tree)


def _as_text(value: yaml12.Plain) -> yaml12.Plain:
    match value:
        case dict():
            return {key: _as_text(inner) for key, inner in value.items()}
        case list():
            return [_as_text(inner) for inner in value]
        case None | bool():
            return "null" if value is None else str(value).lower()
        case _:
            return str(value)
