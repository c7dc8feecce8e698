"""Documents as a whole: all problems at once, unions, files that cannot be read."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from policies import DocumentError, Policy, load_document, parse_document
from policies.documents import MAX_BYTES
from policies.model import Section, refuse
from tests.policies.test_slips import HEAD, complaints


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = """\
policy: x
greeting: 3
greting: Hello
noinput:
  - {count: 0, after: soon, say: ""}
noinput: []
tasks: [{id: a, when: {say: [b]}, then: {say: x, do: hangup}}]
"""
    assert complaints(text) == [
        "f.yaml:1:1: persona: is missing",
        "f.yaml:2:11: greeting: must be text, not 3; put it in quotes",
        "f.yaml:3:1: greting: unknown key",
        "f.yaml:5:13: noinput.0.count: must be at least 1, not 0",
        "f.yaml:5:23: noinput.0.after: must be a number, not 'soon'",
        "f.yaml:5:34: noinput.0.say: must not be empty",
        "f.yaml:6:1: noinput: key 'noinput' twice, first on line 4",
        "f.yaml:7:24: tasks.0.when.say: unknown key (did you mean 'says'?)",
        "f.yaml:7:54: tasks.0.then.do: must be hang_up or transfer, not 'hangup' "
        "(did you mean 'hang_up'?)",
    ]


def test_all_slips_between_sections_come_at_once() -> None:
    text = HEAD + (
        "machine: {say: x, do: transfer, to: a}\n"
        "rules:\n"
        "  - {id: r, when: {turns: 1}, say: x, do: transfer, to: b}\n"
        "  - {id: r, when: {turns: 1}, say: x}\n"
    )
    assert complaints(text) == [
        "f.yaml:4:37: machine.to: 'a' is not listed under transfer",
        "f.yaml:6:57: rules.0.to: 'b' is not listed under transfer",
        "f.yaml:7:10: rules.1.id: id 'r' is used twice",
    ]


def test_columns_count_characters_not_bytes() -> None:
    assert complaints("policy: x\npersona: {name: 小雨, nam: 2}\ngreeting: 您好\n") == [
        "f.yaml:2:21: persona.nam: unknown key (known here: name, company, brief)"
    ]


def test_a_slip_behind_an_alias_is_shown_where_it_was_written() -> None:
    text = HEAD + "fillers: [{after: 1, say: &s [7]}]\nsoothe: {agitated: *s}\n"
    assert complaints(text) == [
        "f.yaml:4:31: fillers.0.say.0: must be text, not 7; put it in quotes",
        "f.yaml:4:31: soothe.agitated.0: must be text, not 7; put it in quotes",
    ]


class Cat(Section):
    """A shape told from its sibling by a field."""

    kind: Literal["cat"]
    lives: Annotated[int, Field(le=9)]


class Dog(Section):
    """The other one."""

    kind: Literal["dog"]
    name: str


class Zoo(Section):
    """Unions of every sort that a document may have."""

    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    size: int | str | list[int] = 0
    at: tuple[int, str] | None = Field(None, strict=False)
    born: date | None = None
    really: Literal[True] | None = None

    @classmethod
    def complaints(cls, text: str) -> list[str]:
        with pytest.raises(DocumentError) as caught:
            parse_document(cls, text, "z")
        return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("pet: {kind: cow}", "z:1:6: pet: must be cat or dog, not 'cow'"),
        ("pet: {kind: cat, lives: 10}", "z:1:25: pet.lives: must be at most 9, not 10"),
        ("pet: {kind: dog, nme: A}", "z:1:18: pet.nme: unknown key (did you mean 'name'?)"),
        ("pet: {lives: 1}", "z:1:6: pet: needs kind to say what it is"),
        ("size: {a: 1}", "z:1:7: size: must be a whole number, text or a list, not a mapping"),
        ("size: [1, x]", "z:1:11: size.1: must be a whole number, not 'x'"),
        ("at: [1, 2]", "z:1:9: at.1: must be text, not 2; put it in quotes"),
        ("really: false", "z:1:9: really: must be true, not false"),
    ],
)
def test_unions_say_one_thing_per_place(text: str, line: str) -> None:
    assert Zoo.complaints(text) == [line]


def test_an_unlisted_error_is_told_in_the_words_of_pydantic() -> None:
    assert Zoo.complaints("born: today") == ["z:1:7: born: input should be a valid date"]


def test_findings_are_told_without_a_file_too() -> None:
    with pytest.raises(ValueError, match=r"a\.0: too small; here: too odd"):
        refuse([(("a", 0), "too small"), ((), "too odd")])
    refuse([])


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("policy: x\ngreeting: caf\xe9".encode("latin-1"))
    big = tmp_path / "big.yaml"
    big.write_bytes(b"#" * (MAX_BYTES + 1))
    secret = tmp_path / "loop.yaml"
    secret.symlink_to(secret)
    for path, expected in (
        (tmp_path / "nowhere.yaml", ":1:1: document: there is no such file"),
        (tmp_path / "big.yaml" / "x.yaml", ":1:1: document: there is no such file"),
        (tmp_path, ":1:1: document: is a directory, not a file"),
        (latin, ":2:14: document: is not UTF-8 text (byte 0xE9); save it as UTF-8"),
        (big, ":1:1: document: is larger than 4 MiB"),
        (Path("a\0b"), ":1:1: document: cannot be read (embedded null byte)"),
    ):
        with pytest.raises(DocumentError) as caught:
            load_document(Policy, path)
        assert str(caught.value) == f"{path}{expected}"
    with pytest.raises(DocumentError, match="cannot be read"):
        load_document(Policy, secret)


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert load_document(Policy, path).greeting == "Hello"


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.text(alphabet="abc: -[]{}\n'\"#&*!|>%@`,?0", max_size=40))
def test_no_text_makes_a_traceback(text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_document(Policy, text, "f")
    assert all(line.startswith("f:") for line in str(caught.value).splitlines())
