"""How words sound, in the CMU phones of the acoustic model.

From pocketsphinx's own dictionary; for words that are not in it, from espeak-ng's phonetic
transcription (1.5 % of phones wrong on words of this domain, 10 % on random ones).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from speech.embedded.espeak import phonemes
from speech.errors import SpeechError

FIXED: dict[str, tuple[str, ...]] = {
    "uh-huh": ("AH HH AH", "AH HH AH HH", "AA HH AA"),
    "mm-hm": ("AH M HH AH M", "AH M D AH M", "M HH M"),  # between hums, h is heard as a stop
    "mm": ("M", "AH M M"),
    "hm": ("HH M", "HH AH M"),
    "um": ("AH M", "AA M"),
    "uh": ("AH", "AA"),
    "er": ("ER",),
    "yeah": ("Y AE", "Y EH AH", "Y AE AH", "Y EH TH", "Y EH F", "Y EH HH"),  # espeak breathes out
    "ok": ("OW K EY",),
    "x-ray": ("EH K S R EY",),
}
"""Words whose spelling says little about how they sound; hesitations and backchannels above all."""

_PHONES = {
    "tʃ": "CH", "dʒ": "JH", "eɪ": "EY", "aɪ": "AY", "ɔɪ": "OY", "aʊ": "AW", "oʊ": "OW",
    "əʊ": "OW", "ɪə": "IH R", "iə": "IY AH", "aɪə": "AY ER", "aɪɚ": "AY ER", "ʊɹ": "UH R",
    "ɔːɹ": "AO R", "oːɹ": "AO R", "ɑːɹ": "AA R", "ɛɹ": "EH R", "ɪɹ": "IH R", "ɜː": "ER",
    "ɚ": "ER", "ɝ": "ER", "əl": "AH L", "iː": "IY", "uː": "UW", "ɑː": "AA", "ɔː": "AO",
    "oː": "AO", "ɐ": "AH", "ə": "AH", "ʌ": "AH", "æ": "AE", "ɛ": "EH", "e": "EH", "ɪ": "IH",
    "i": "IY", "ᵻ": "IH", "ʊ": "UH", "u": "UW", "ɒ": "AA", "ɑ": "AA", "a": "AA", "ɔ": "AO",
    "o": "OW", "p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "ɡ": "G", "g": "G", "f": "F",
    "v": "V", "θ": "TH", "ð": "DH", "s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "h": "HH",
    "m": "M", "n": "N", "ŋ": "NG", "l": "L", "ɫ": "L", "ɹ": "R", "r": "R", "w": "W", "j": "Y",
    "ɾ": "T", "ʔ": "T", "n̩": "AH N", "x": "K",
}  # fmt: skip
_LONGEST_FIRST = re.compile("|".join(sorted(map(re.escape, _PHONES), key=len, reverse=True)))


def pronounced(words: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each word with its pronunciations, the commonest first. Words without any are left out."""
    known = _listed(frozenset(words))
    missing = [word for word in words if word not in FIXED and word not in known]
    guessed = dict(zip(missing, map(cmu_phones, phonemes(missing)), strict=True)) if missing else {}
    found = []
    for word in words:
        sounds = FIXED.get(word) or known.get(word) or (guessed[word],)
        if sounds[0]:
            found.append((word, sounds))
    return tuple(found)


def cmu_phones(ipa: str) -> str:
    """espeak-ng's IPA for an English word in CMU phones; what has no counterpart is left out."""
    bare = re.sub(r"[ˈˌ͡‿ ]|\([a-z-]+\)", "", ipa)
    return " ".join(_PHONES[match.group()] for match in _LONGEST_FIRST.finditer(bare))


def model_path(part: str) -> str:
    """Where pocketsphinx keeps a part of its English model."""
    try:
        import pocketsphinx
    except ImportError:
        raise SpeechError(
            "pocketsphinx is not installed: pip install 'kairos-voice[embedded]'"
        ) from None
    return str(pocketsphinx.get_model_path(part))


@lru_cache(maxsize=8)
def _listed(words: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """What the dictionary of pocketsphinx says about these words."""
    found: dict[str, list[str]] = {}
    path = Path(model_path("en-us/cmudict-en-us.dict"))
    for line in _lines(path):
        word, _, sound = line.partition(" ")
        if word.endswith(")"):
            word = word.partition("(")[0]
        if word in words:
            found.setdefault(word, []).append(sound.strip())
    return {word: tuple(sounds) for word, sounds in found.items()}


def _lines(path: Path) -> Iterable[str]:
    with path.open(encoding="utf-8") as file:
        yield from file
