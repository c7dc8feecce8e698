"""What machines say on the telephone and people hardly ever do, by language and kind of machine."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from system1.language.language import Language
from system1.language.words import covered, listed, longest_at, phrase_set


class Telltale(StrEnum):
    """What kind of machine speaks like that."""

    VOICEMAIL = "voicemail"
    MENU = "menu"
    QUEUE = "queue"
    AUTOMATON = "automaton"


_ENGLISH: Mapping[Telltale, frozenset[str]] = {
    Telltale.VOICEMAIL: phrase_set(
        "leave a message after, leave your message, leave me a message, leave us a message",
        "please leave a message, leave your name, leave a brief message, after the tone",
        "after the beep, at the tone, at the beep, record your message, not available right now",
        "unable to take your call, can not take your call, can not come to the phone",
        "unable to come to the phone, you have reached the voicemail, reached the mailbox",
        "the person you are calling, the number you have dialed, the number you have dialled",
        "the mailbox is full",
    ),
    Telltale.MENU: phrase_set(
        *(
            f"press {key}, dial {key} for"
            for key in "zero one two three four five six seven eight nine pound star 1 2 3".split()
        ),
        "press the pound key, press the star key, press the hash key, main menu",
        "following options, menu options have changed, to repeat these options",
        "to speak to an operator press, if you know your party's extension",
    ),
    Telltale.QUEUE: phrase_set(
        "your call is important, all our agents are busy, all of our agents are busy",
        "all our operators are busy, all our lines are busy, next available agent",
        "next available operator, next available representative, next available advisor",
        "you are in a queue, your position in the queue, you are number, calls in front of you",
        "your call will be answered, stay on the line and your call, thank you for holding",
    ),
    Telltale.AUTOMATON: phrase_set(
        *(
            f"i am {one}, this is {one}"
            for one in (
                "an automated",
                "an automatic",
                "a virtual assistant",
                "your virtual assistant",
                "an ai",
                "an artificial",
                "a language model",
                "a digital assistant",
                "a voice assistant",
                "a robot",
                "a bot",
                "a machine",
                "a recorded message",
                "a recorded announcement",
            )
        ),
        "as an ai, this is a recording, call may be recorded, calls may be recorded",
        "call is being recorded, call will be recorded, calls are recorded",
    ),
}
_CHINESE: Mapping[Telltale, frozenset[str]] = {
    Telltale.VOICEMAIL: phrase_set(
        "请留言, 请在提示音后, 请在滴声后, 请在嘀声后, 听到提示音, 滴声后, 嘀声后, 语音信箱",
        "留下您的口信, 录制留言, 结束请挂机, 留下您的姓名, 留下您的留言",
        "您所拨打的, 您拨打的电话, 暂时无法接听, 暂时无人接听, 无法接听您的电话, 不方便接听",
    ),
    Telltale.MENU: phrase_set(
        *(
            f"请按{key}, 按{key}号键, 按{key}键, 查询按{key}"
            for key in "零一二三四五六七八九0123456789"
        ),
        "请按井号, 请按星号, 按井号键, 按星号键, 人工服务请按, 返回主菜单, 返回上一级, 重听请按",
        "请输入您的, 以井号键结束, 直拨分机号, 查号请拨",
    ),
    Telltale.QUEUE: phrase_set(
        "您的来电对我们, 坐席全忙, 座席全忙, 坐席正忙, 座席正忙, 坐席忙, 客服代表正忙",
        "目前线路繁忙, 正在为您转接请稍候, 请耐心等候, 前面还有, 排队人数",
    ),
    Telltale.AUTOMATON: phrase_set(
        "我是智能助手, 我是智能客服, 我是智能语音, 我是语音助手, 我是自动, 我是机器人",
        "我是人工智能, 我是虚拟, 我是一个人工智能, 我是一个机器人, 这里是智能客服, 我是语音机器人",
        "我是智能机器人, 作为人工智能, 这是一段录音, 这是自动语音, 通话可能会录音",
        "通话将被录音, 通话可能会被录音",
    ),
}
_TABLES = {"en": _ENGLISH, "zh": _CHINESE}

_LINES: Mapping[str, tuple[str, ...]] = {
    "en": (
        *listed(
            "please leave a message after the tone, please leave a message after the beep",
            "leave a message after the tone, leave your name and number after the tone",
            "please leave your name and number after the beep, please leave your message",
            "please record your message after the tone, at the tone please record your message",
            "you have reached the voicemail of, you have reached the mailbox",
            "the person you are calling is not available right now",
            "i am unable to take your call right now, i can't take your call right now",
            "i can't come to the phone right now, the number you have dialed is not available",
            "the mailbox is full, press the pound key, press the star key, main menu",
            "please listen to the following options, our menu options have changed",
            "to repeat these options press nine, to speak to an operator press zero",
            "your call is important to us, your call will be answered shortly",
            "all our agents are busy, all of our agents are busy, all our lines are busy",
            "please hold for the next available agent, thank you for holding",
            "you are number two in the queue, you are in a queue, this is a recording",
            "i'm an automated assistant, i am an automated assistant, i'm an automatic assistant",
            "i'm a virtual assistant, i'm your virtual assistant, i'm a digital assistant",
            "this is an automated message, this is an automated call, this is a recorded message",
            "this call may be recorded, calls may be recorded, this call is being recorded",
        ),
        *(
            f"for {thing} press {key}"
            for thing, key in (
                ("sales", "one"),
                ("support", "two"),
                ("billing", "three"),
                ("english", "one"),
                ("all other questions", "four"),
                ("service", "five"),
                ("an operator", "zero"),
            )
        ),
        *(f"press {key}" for key in ("one", "two", "three", "four", "five", "zero")),
    ),
}

_ASSURANCES: Mapping[str, frozenset[str]] = {
    "en": phrase_set(
        "you are, i am, i am a person, i am a human, i am human, i am real, i am a real person",
        "a person, a real person, a human, a human being, i am a human being, speaking, this is",
        "you are speaking with, you are speaking to, you are talking to, you are talking with, me",
        "this is a person, this is a real person, i am not a robot, i am not a machine, what",
        "i am not a recording, i am here, it is me, hello, here, still here, why",
    ),
    "zh": phrase_set(
        "我是人, 我是真人, 我是活人, 真人, 是真人, 我是人类, 是我, 我在, 我是本人, 本人, 在, 在的",
        "我不是机器人, 不是机器人, 不是录音, 我不是录音, 什么, 你说什么, 怎么了, 喂, 你好",
        "您好, 啊",
    ),
}


def telltales(language: Language, text: str) -> tuple[tuple[Telltale, str], ...]:
    """The tell-tale phrases in ``text``, one of each kind, with the kind; in the tables' order."""
    said = language.folded(text)
    found: list[tuple[Telltale, str]] = []
    for kind, phrases in _TABLES.get(language.code, {}).items():
        for at in range(len(said)):
            if taken := longest_at(said, at, phrases):
                space = "" if language.code == "zh" else " "
                found.append((kind, space.join(said[at : at + taken])))
                break
    return tuple(found)


def lines_of_machines(language: str) -> tuple[str, ...]:
    """What machines say, line by line, in a language (its code): ears have to expect it."""
    return _LINES.get(language, ())


def only_assures(language: Language, text: str) -> bool:
    """Whether the text only says that a person is speaking ("yes of course I am"), or wonders."""
    return covered(language.folded(text), _assuring(language))


@lru_cache(maxsize=8)
def _assuring(language: Language) -> frozenset[str]:
    own = _ASSURANCES.get(language.code, frozenset())
    return own | language.yes | language.no | language.leading | language.hesitations
