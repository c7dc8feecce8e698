"""What the minds say where the policy has no words of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from system1.language import Language


@dataclass(frozen=True, slots=True)
class Lines:
    """One language's lines. ``{value}``, ``{ask}``, ``{first}`` and so on are filled in."""

    confirm: str
    confirm_again: str
    reask: str
    ask_again: str
    so_far: str
    gave_up: str
    gave_up_transfer: str
    cancelled: str
    clarify_two: str
    clarify_one: str
    welcome: str
    hello: str
    well: str
    goodbye: str
    anything_else: str
    go_ahead: str
    nothing_else: str
    take_your_time: str
    automated: str
    name: str
    name_of_company: str
    colleague: str
    here: str
    missing: str
    broken_off: str
    out_of_reach: str
    done_so: str
    not_done: str
    came_back: str
    came_to_nothing: str
    set_out: str
    failed: str
    left: str


_ENGLISH = Lines(
    confirm="I have {value}. Is that right?",
    confirm_again="Sorry, was that a yes or a no? I have {value}. Is that right?",
    reask="Sorry, I didn't get that. {ask}",
    ask_again="Sorry about that. {ask}",
    so_far="I have {value} so far. Please go on.",
    gave_up="I'm sorry, I can't do this without that. Is there anything else I can help with?",
    gave_up_transfer="I'm sorry, I couldn't get that. I'll put you through to a colleague.",
    cancelled="All right, I'll leave that. What else can I do for you?",
    clarify_two='Do you mean "{first}", or "{second}"?',
    clarify_one='Do you mean "{first}"?',
    welcome="You're welcome. Is there anything else I can help with?",
    hello="Hello. How can I help?",
    well="I'm well, thank you. How can I help?",
    goodbye="Thank you for calling. Goodbye.",
    anything_else="Is there anything else I can help with?",
    go_ahead="Go ahead. What can I do for you?",
    nothing_else="All right. Thank you for calling.",
    take_your_time="Take your time.",
    automated="I'm an automated assistant.",
    name="My name is {name}.",
    name_of_company="My name is {name}, from {company}.",
    colleague="Of course. I'll put you through to a colleague.",
    here="Yes, I'm here.",
    missing="that",
    broken_off="Sorry, I lost my thread there. Could you ask me that again?",
    out_of_reach="I'm sorry, I can't look that up right now. Is there anything else I can do?",
    done_so="All right, that is done.",
    not_done="I'm sorry, that did not work.",
    came_back="About what I was looking into: {text}",
    came_to_nothing="What I was looking into did not work out, I'm sorry.",
    set_out="This takes a moment. I'll tell you as soon as I know.",
    failed="I'm sorry, that did not work just now. Is there anything else I can help with?",
    left="All right, I won't do that. Is there anything else I can help with?",
)

_CHINESE = Lines(
    confirm="您说的是{value}，对吗？",
    confirm_again="不好意思，我没听清是不是。您说的是{value}，对吗？",
    reask="不好意思，我没听清。{ask}",
    ask_again="抱歉，我记错了。{ask}",
    so_far="前面是{value}，您接着说。",
    gave_up="很抱歉，没有这个信息我办不了。还有什么可以帮您？",
    gave_up_transfer="很抱歉，我没能听清。我帮您转接同事。",
    cancelled="好的，那就先不办了。还有什么可以帮您？",
    clarify_two="您是想问“{first}”，还是“{second}”？",
    clarify_one="您是想问“{first}”吗？",
    welcome="不客气。还有什么可以帮您？",
    hello="您好，有什么可以帮您？",
    well="我很好，谢谢。有什么可以帮您？",
    goodbye="感谢您的来电，再见。",
    anything_else="还有什么可以帮您？",
    go_ahead="好的，您请说。",
    nothing_else="好的，感谢您的来电。",
    take_your_time="好的，您慢慢来。",
    automated="我是自动语音助手。",
    name="我叫{name}。",
    name_of_company="我是{company}的{name}。",
    colleague="好的，我帮您转接同事。",
    here="我在的。",
    missing="这个",
    broken_off="不好意思，我刚才断了思路。您能再问一遍吗？",
    out_of_reach="很抱歉，我现在查不了这个。还有别的可以帮您吗？",
    done_so="好的，已经办好了。",
    not_done="很抱歉，没有办成。",
    came_back="刚才帮您查的有结果了：{text}",
    came_to_nothing="很抱歉，刚才帮您查的没有结果。",
    set_out="这个要一点时间，有结果我马上告诉您。",
    failed="很抱歉，这边暂时没有成功。还有什么可以帮您？",
    left="好的，那就先不办了。还有什么可以帮您？",
)

_LINES: Mapping[str, Lines] = MappingProxyType({"en": _ENGLISH, "zh": _CHINESE})


def lines_of(language: Language) -> Lines:
    """The lines of a language."""
    return _LINES[language.code]
