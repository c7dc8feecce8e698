"""Thoughts and tool calls that a model writes into its text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from system2.chat.model import ChatEvent, TextDelta, ToolCall
from system2.chat.tagged import Untagged


def events(*parts: str) -> list[ChatEvent]:
    tags = Untagged()
    return [event for part in parts for event in tags.feed(part)] + list(tags.end())


def text_of(found: list[ChatEvent]) -> str:
    return "".join(one.text for one in found if isinstance(one, TextDelta))


def test_thoughts_are_not_said() -> None:
    assert text_of(events("<thi", "nk>hmm, well</th", "ink>Good morning. 3 < 4")) == (
        "Good morning. 3 < 4"
    )
    assert text_of(events("Yes. <think>and so on")) == "Yes. "


def test_calls_are_calls() -> None:
    written = '<tool_call>\n{"name": "look_up", "arguments": {"n": 1}}\n</tool_call>'
    assert events("One. ", written, "<tool_call>{broken</tool_call>") == [
        TextDelta("One. "),
        ToolCall("tagged_1", "look_up", '{"n": 1}'),
    ]


@given(st.text("<>/thinkab _ol", max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_where_a_tag_is_cut_does_not_matter(text: str, cuts: list[int]) -> None:
    places = sorted({min(one, len(text)) for one in cuts})
    parts = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    assert text_of(events(*parts)) == text_of(events(text))
