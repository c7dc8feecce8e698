"""What an agent says where its policy is silent, by language.

A policy of three lines is a decent bot already: it asks whether the caller is still there, asks
again for what it did not understand, wins time while it thinks, and says goodbye.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.timing import Ending, Filler, Rung, SilenceRung


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The default words of one language; all empty for a language that we do not speak.

    ``colleague``: said before a transfer after too many misunderstandings. ``challenge``: asked of
    what may be a machine. ``very_fast``: speech that is fast for anyone, syllables a second; read
    speech has 6.2 in English and 5.2 in Mandarin (Pellegrino, Coupe and Marsico 2011).
    """

    noinput: tuple[SilenceRung, ...] = ()
    nomatch: tuple[Rung, ...] = ()
    fillers: tuple[Filler, ...] = ()
    hold: tuple[str, ...] = ()
    caller_backchannels: tuple[str, ...] = ()
    farewell: str | None = None
    colleague: str | None = None
    challenge: str | None = None
    very_fast: float | None = None


_ENGLISH = Phrasebook(
    noinput=(
        SilenceRung(count=1, after=7, say="Are you still there?"),
        SilenceRung(count=2, after=7, say="Take your time. I'm still on the line."),
        SilenceRung(count=3, after=10, say="I'll end the call now. Goodbye.", do=Ending.HANG_UP),
    ),
    nomatch=(
        Rung(count=1, say="Sorry, could you say that again?"),
        Rung(count=2, say="Sorry, I still didn't get that. Could you put it another way?"),
    ),
    fillers=(
        Filler(after=0.8, say=("One moment.", "Let me check.")),
        Filler(after=4, say=("Still looking, bear with me.",)),
    ),
    hold=("Take your time, I'm still here.", "No rush. I'm here whenever you're ready."),
    caller_backchannels=(
        "uh-huh",
        "mm-hm",
        "mm",
        "mhm",
        "aha",
        "oh",
        "right",
        "okay",
        "ok",
        "yeah",
        "yep",
        "sure",
        "I see",
        "got it",
    ),
    farewell="I'm afraid we have to stop here. Thank you for calling. Goodbye.",
    colleague="Let me get a colleague.",
    challenge="Am I speaking with a person?",
    very_fast=7.5,
)

_CHINESE = Phrasebook(
    noinput=(
        SilenceRung(count=1, after=7, say="喂，您还在吗？"),
        SilenceRung(count=2, after=7, say="不着急，我还在线上。"),
        SilenceRung(count=3, after=10, say="那我先挂了，有需要您再打来。再见。", do=Ending.HANG_UP),
    ),
    nomatch=(
        Rung(count=1, say="不好意思，我没听清，您能再说一遍吗？"),
        Rung(count=2, say="抱歉，我还是没明白。您能换个说法吗？"),
    ),
    fillers=(
        Filler(after=0.8, say=("您稍等。", "我看一下。")),
        Filler(after=4, say=("还在查，麻烦您再等一下。",)),
    ),
    hold=("不着急，您慢慢来，我在线上等您。", "没关系，您准备好了随时告诉我。"),
    caller_backchannels=(
        "嗯",
        "嗯嗯",
        "哦",
        "噢",
        "啊",
        "对",
        "对对",
        "好",
        "好的",
        "是",
        "是啊",
        "行",
        "明白",
        "知道了",
    ),
    farewell="不好意思，今天只能先聊到这里。感谢您的来电，再见。",
    colleague="我帮您转给同事。",
    challenge="请问您是真人吗？",
    very_fast=6.5,
)

_PHRASEBOOKS = {"en": _ENGLISH, "zh": _CHINESE, "cmn": _CHINESE}


def phrasebook(language: str) -> Phrasebook:
    """The defaults for a BCP 47 tag; only its first part counts, so ``zh-CN`` is Chinese."""
    return _PHRASEBOOKS.get(language.split("-")[0].lower(), Phrasebook())
