"""What a policy says where it is silent."""

from __future__ import annotations

from typing import Any

import pytest

from policies import Policy, parse_document
from policies.timing import Backchannels, Ending, Hold

MINIMAL = "policy: mine\npersona: {name: Ann}\ngreeting: Hello\n"


def minimal(more: str = "") -> Policy:
    return parse_document(Policy, MINIMAL + more, "mine.yaml")


def test_three_lines_make_a_decent_bot() -> None:
    policy = minimal()
    assert [(rung.count, rung.after) for rung in policy.noinput] == [(1, 7), (2, 7), (3, 10)]
    assert [rung.do for rung in policy.noinput] == [None, None, Ending.HANG_UP]
    assert policy.noinput[0].say == "Are you still there?"
    assert policy.nomatch[0].say == "Sorry, could you say that again?"
    assert [filler.after for filler in policy.fillers] == [0.8, 4]
    assert (policy.hold.after, policy.hold.count, len(policy.hold.say)) == (20, 2, 2)
    assert "uh-huh" in policy.backchannels.caller
    assert policy.farewell is not None
    assert policy.farewell.endswith("Goodbye.")


@pytest.mark.parametrize("language", ["zh", "zh-CN", "zh-Hans-CN", "cmn-Hans"])
def test_a_chinese_bot_speaks_chinese(language: str) -> None:
    policy = minimal(f"language: {language}\n")
    spoken = [rung.say for rung in (*policy.noinput, *policy.nomatch)]
    spoken += [line for filler in policy.fillers for line in filler.say]
    spoken += [*policy.hold.say, *policy.backchannels.caller, policy.farewell or ""]
    assert len(spoken) > 15
    assert not any(char.isascii() and char.isalpha() for line in spoken for char in line)
    assert all(any("\u4e00" <= char <= "\u9fff" for char in line) for line in spoken)


def test_an_empty_list_means_none() -> None:
    policy = minimal(
        "noinput: []\nnomatch: []\nfillers: []\nbackchannels: {caller: []}\nfarewell: null\n"
        "hold: {say: []}\n"
    )
    assert policy.noinput == ()
    assert policy.nomatch == ()
    assert policy.fillers == ()
    assert policy.backchannels.caller == ()
    assert policy.hold.say == ()
    assert policy.farewell is None


def test_what_is_given_is_kept() -> None:
    policy = minimal("noinput: [{count: 1, after: 3, say: Hm?}]\nbackchannels: {caller: [ja]}\n")
    assert [rung.say for rung in policy.noinput] == ["Hm?"]
    assert policy.backchannels.caller == ("ja",)


def test_the_other_half_of_backchannels_does_not_lose_the_defaults() -> None:
    policy = minimal("backchannels: {agent: {say: [mm-hm]}}\n")
    assert "mm-hm" in policy.backchannels.caller
    assert policy.backchannels.agent is not None
    assert minimal("hold: {after: 9}\n").hold.say == minimal().hold.say


def test_misunderstandings_end_at_a_colleague_where_there_is_one() -> None:
    policy = minimal("transfer: {desk: 'sip:desk@example.invalid', shop: 'sip:x'}\n")
    assert [(rung.count, rung.do, rung.to) for rung in policy.nomatch] == [
        (1, None, None),
        (2, None, None),
        (3, Ending.TRANSFER, "desk"),
    ]
    assert all(rung.do is None for rung in minimal().nomatch)


def test_a_language_that_we_do_not_speak_has_no_defaults() -> None:
    policy = minimal("language: de\n")
    assert (policy.noinput, policy.nomatch, policy.fillers) == ((), (), ())
    assert policy.farewell is None


def test_a_policy_made_in_python_has_them_too() -> None:
    given: dict[str, Any] = {"policy": "p", "persona": {"name": "A"}, "greeting": "Hello"}
    assert Policy(**given) == Policy.model_validate(given)
    assert len(Policy(**given).noinput) == 3
    assert Policy(**given, backchannels=Backchannels()).backchannels.caller
    assert not Policy(**given, backchannels=Backchannels(caller=())).backchannels.caller
    assert Policy(**given, hold=Hold(after=9)).hold.say == Policy(**given).hold.say
    assert list(given) == ["policy", "persona", "greeting"]


def test_a_policy_survives_being_written_and_read() -> None:
    policy = minimal("language: zh\ntransfer: {a: b}\n")
    assert Policy.model_validate(policy.model_dump()) == policy
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_spoken_words_are_one_line() -> None:
    policy = parse_document(
        Policy,
        "policy: p\npersona: {name: A}\ngreeting: |\n  Hello,\n  this is   Ann.\n",
        "f",
    )
    assert policy.greeting == "Hello, this is Ann."
