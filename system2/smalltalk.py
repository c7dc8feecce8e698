"""Turns that are about the talk itself: thanks, hello, "say that again", "never mind"."""

from __future__ import annotations

from enum import StrEnum

from system1.language import Language
from system1.language import words as language_words
from system2.terms import without_carriers


class Talk(StrEnum):
    """What such a turn wants."""

    REPEAT = "repeat"
    CANCEL = "cancel"
    GOODBYE = "goodbye"
    AUTOMATED = "automated"
    NAME = "name"
    NOTHING = "nothing"
    HOW_ARE_YOU = "how_are_you"
    HERE = "here"
    THANKS = "thanks"
    HELLO = "hello"


_ENGLISH = {
    Talk.REPEAT: (
        "repeat that, repeat it, say that again, say it again, can you repeat that, come again",
        "could you repeat that, could you say that again, can you say that again, repeat please",
        "can you repeat, could you repeat, can you repeat it, could you repeat it, pardon",
        "pardon me, i beg your pardon, what did you say, what was that, what did you just say",
        "i did not catch that, i did not hear that, i did not hear you, i did not get that",
        "i missed that, what, huh, excuse me, one more time, once more, once again, say again",
        "could you repeat the question, can you repeat the question, what was the question",
        "i could not hear you, i can not hear you, sorry what, would you repeat that",
    ),
    Talk.CANCEL: (
        "never mind, forget it, forget about it, forget that, cancel that, cancel it, cancel this",
        "leave it, let us leave it, i changed my mind, i have changed my mind, do not bother",
        "i do not want that, i do not want this, i do not want to do this, stop that, stop this",
        "nevermind, drop it, skip it, no need, scrap that, i do not want to anymore",
    ),
    Talk.GOODBYE: (
        "goodbye, good bye, bye, bye bye, see you, see you later, have a nice day, take care",
        "have a good day, talk to you later, good night, that is all goodbye, bye now, cheerio",
    ),
    Talk.AUTOMATED: (
        "are you a robot, are you a machine, are you human, are you a human, are you real, are you",
        "am i talking to a robot, am i talking to a machine, am i speaking to a robot",
        "is this a bot, are you a bot, are you a computer",
        "are you a real person, is this a recording, are you ai",
        "am i speaking to a machine, is this a robot, are you a person, am i talking to a person",
        "am i talking to a human, is this an automated system, am i speaking to a real person",
    ),
    Talk.NAME: (
        "what is your name, who are you, who am i speaking to, who is this, who am i talking to",
        "what was your name, what are you called, may i have your name, can i have your name",
    ),
    Talk.NOTHING: (
        "that is all, that is everything, that will be all, nothing else, nothing, nothing more",
        "that is it, that would be all, i am fine, i am good, that was all, not at the moment",
        "no more questions, i have no more questions, no that is it, i think that is all, all good",
    ),
    Talk.HOW_ARE_YOU: (
        "how are you, how are you doing, how are you today, how do you do, how is it going",
    ),
    Talk.HERE: (
        "are you there, are you still there, is anyone there, is anybody there, can you hear me",
        "do you hear me, is someone there, you there, anybody there, anyone there",
    ),
    Talk.THANKS: (
        "thanks, thank you, thank you very much, thank you so much, thanks a lot, many thanks",
        "cheers, thanks very much, much appreciated, i appreciate it, that is very kind",
        "that is helpful, that helps, great thanks, that is very helpful, lovely, brilliant",
    ),
    Talk.HELLO: (
        "hello, hi, hey, hi there, hello there, good morning, good afternoon",
        "good evening",
    ),
}
_CHINESE = {
    Talk.REPEAT: (
        "再说一遍,再说一次,重复一下,重复一遍,再讲一遍,没听清,没听清楚,我没听清,我没听清楚,没听懂,我没听懂",
        "你说什么,您说什么,什么,刚才说什么,刚才说的什么,能再说一遍吗,可以再说一遍吗,麻烦再说一遍,请再说一遍",
        "能再说一次吗,可以重复一下吗,能重复一下吗,我听不清,听不清,听不清楚,啥,再说一下,没听到,我没听到",
    ),
    Talk.CANCEL: (
        "算了,算了吧,不办了,不弄了,取消吧,先不办了,先不用了,不要了,我不要了,不想办了,我不想办了,别弄了",
        "那算了,不需要了,不用办了,取消这个,先这样吧不办了,我改主意了",
    ),
    Talk.GOODBYE: ("再见,拜拜,拜,再会,挂了,我挂了,先挂了,祝你愉快,晚安,先这样再见,回头见",),
    Talk.AUTOMATED: (
        "你是机器人吗,您是机器人吗,你是人吗,你是真人吗,您是真人吗,是不是机器人,你是不是机器人,是机器人吗",
        "你是电脑吗,你是机器吗,这是机器人吗,这是录音吗,您是人工吗,你是人工吗,你是ai吗,是真人吗",
    ),
    Talk.NAME: (
        "你叫什么,你叫什么名字,您叫什么名字,您贵姓,你是谁,您是谁,您怎么称呼,怎么称呼,你哪位,您哪位",
    ),
    Talk.NOTHING: (
        "没有了,没了,没别的了,没有别的了,就这些,就这样,没事了,没有其他的了,没有问题了,没什么了",
    ),
    Talk.HOW_ARE_YOU: ("你好吗,您好吗,最近好吗,你怎么样",),
    Talk.HERE: (
        "在吗,你在吗,您在吗,还在吗,你还在吗,您还在吗,能听到吗,听得到吗,听得见吗,能听见吗,有人吗",
    ),
    Talk.THANKS: (
        "谢谢,谢谢你,谢谢您,多谢,感谢,非常感谢,谢了,太感谢了,太好了谢谢,辛苦了,麻烦你了,麻烦您了",
    ),
    Talk.HELLO: ("你好,您好,喂,早上好,上午好,中午好,下午好,晚上好,哈喽,hello,hi,嗨",),
}
_TABLES = {
    "en": {talk: language_words.phrase_set(*lists) for talk, lists in _ENGLISH.items()},
    "zh": {talk: language_words.phrase_set(*lists) for talk, lists in _CHINESE.items()},
}
_HUMAN = {
    "en": language_words.phrase_set(
        "a human, a human being, a real person, an operator, a person, an agent, an advisor",
        "a representative, someone real, a live agent, real human",
        "customer service representative, speak to someone, talk to someone, speak to somebody",
        "talk to somebody, a supervisor, your manager, the manager, a manager, a colleague",
        "put me through, transfer me to, transfer me please, transfer me now",
    ),
    "zh": language_words.phrase_set("人工,真人,客服人员,转接,找你们经理,找经理,活人"),
}
# What politeness adds to such a turn.
_AROUND = {
    "en": language_words.phrase_set(
        "thanks, thank you, hello, hi, please, sorry, i am sorry, oh, okay, well, right, yes",
        "yeah, no, so, and, then, again, sure, great, all right, very much, for now, for that",
        "for your help, for everything, now, sir, madam, miss, um, uh, er, hmm, can you",
        "could you, would you, me, too, perfect, that is great, that is fine, good, fine, but",
        "actually",
    ),
    "zh": language_words.phrase_set(
        "谢谢,谢谢你,谢谢您,你好,您好,请,好的,好,那,哦,啊,嗯,呃,吧,了,呢,吗,您,你,可以,行,就这样",
        "不好意思,对不起,抱歉,麻烦,先,那就,再,一下,没有了,没了,没事了,呀,对",
    ),
}


def talk_of(text: str, language: Language) -> Talk | None:
    """What a turn wants that has nothing in it but such talk and politeness; else None."""
    words = language.folded(text)
    around = _AROUND[language.code]
    for talk, phrases in _TABLES[language.code].items():
        if language_words.covered(words, phrases | around) and _any(words, phrases):
            return talk
    return None


_ASKS = {
    "en": language_words.phrase_set(
        "what, when, where, who, why, how, which, is, are, do, does, did, can, could, will",
        "would, should, may, has, have, am, was, were",
    ),
    "zh": frozenset("吗呢几哪谁啥")
    | {"什么", "多少", "怎么", "多久", "为啥", "是不是", "能不能", "有没有"},
}


def is_question(text: str, language: Language) -> bool:
    """Whether a text is put as a question, by its mark, its words, or how it begins."""
    if text.rstrip().endswith(("?", "\uff1f")):
        return True
    if language.code == "zh":
        joined = "".join(language.folded(text))
        return any(word in joined for word in _ASKS["zh"])
    words = without_carriers(language.folded(text), language)
    while words and words[0] in ("and", "but", "or"):
        words = words[1:]
    return bool(words) and words[0] in _ASKS["en"]


def wants_human(text: str, language: Language) -> bool:
    """Whether the caller asks for a person; "transfer me a refund" does not."""
    words = language.folded(text)
    return _any(words, _HUMAN[language.code]) or words[-2:] == ("transfer", "me")


def _any(words: tuple[str, ...], phrases: frozenset[str]) -> bool:
    return any(language_words.longest_at(words, at, phrases) for at in range(len(words)))
