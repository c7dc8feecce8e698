"""A transducer's weights in this process, shared by every call that uses the same folder."""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from speech.catalogue import Catalogue
from speech.errors import SpeechError
from speech.home import models
from speech.meters.silero import VAD_RATE
from speech.protocols import Audio

if TYPE_CHECKING:
    from speech.terms import Sherpa

_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_SPEAKABLE = re.compile(r"[A-Za-z']+|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_PARTS = ("encoder", "decoder", "joiner")


@dataclass(frozen=True, slots=True)
class Emitted:
    """What a stream has said so far: tokens, their times (s from its start), their mean
    probability."""

    tokens: tuple[str, ...]
    times: tuple[float, ...]
    confidence: float


class SherpaModel:
    """A model folder, loaded. Raises ``SpeechError`` for what is missing or cannot be loaded.

    Streams of it may be decoded in different threads at once.
    """

    def __init__(self, folder: Path, threads: int, paths: int, boost: float) -> None:
        try:
            import sherpa_onnx
        except ImportError:
            raise SpeechError(
                "sherpa-onnx is missing: pip install 'kairos-voice[sherpa]'"
            ) from None
        files = {part: _found(folder, part) for part in _PARTS}
        if not _names_its_kind(files["encoder"]):
            # sherpa-onnx would end the whole process
            raise SpeechError(f"{files['encoder']}: not the encoder of a streaming transducer")
        self._symbols = _symbols(folder / "tokens.txt")
        pieces = _vocabulary(folder)
        self._pieces = pieces is not None
        spoken = "".join(symbol for symbol in self._symbols if not symbol.startswith("<"))
        self._upper = not any(char.islower() for char in spoken)
        self._hotwords = paths > 1 and boost > 0
        try:
            self._recognizer = sherpa_onnx.OnlineRecognizer.from_transducer(
                tokens=str(folder / "tokens.txt"),
                encoder=str(files["encoder"]),
                decoder=str(files["decoder"]),
                joiner=str(files["joiner"]),
                num_threads=threads,
                decoding_method="modified_beam_search" if paths > 1 else "greedy_search",
                max_active_paths=paths,
                hotwords_score=boost,
                # confidences are the model's own probabilities, not flattened ones
                temperature_scale=1.0,
                modeling_unit="cjkchar+bpe" if self._pieces else "cjkchar",
                bpe_vocab="" if pieces is None else str(pieces),
            )
        except RuntimeError as error:
            raise SpeechError(f"{folder}: {str(error).splitlines()[0]}") from None

    def boosted(self, phrases: Iterable[str]) -> str:
        """Phrases that this model can be biased to, in the form that ``begin`` takes.

        English needs the model's ``bpe.vocab`` (or ``bpe.model``, and the package sentencepiece);
        Chinese, characters that the model knows.
        """
        if not self._hotwords:
            return ""
        kept: dict[str, None] = {}
        for phrase in phrases:
            parts = _SPEAKABLE.findall(phrase)
            chinese = [part for part in parts if _CHINESE.match(part)]
            known = all(part in self._symbols for part in chinese)
            if parts and known and (self._pieces or len(chinese) == len(parts)):
                text = "".join(p if _CHINESE.match(p) else f" {p} " for p in parts)
                text = text.upper() if self._upper else text.lower()
                kept[" ".join(text.split())] = None
        return "/".join(kept)

    def begin(self, hotwords: str = "") -> Stream:
        """A new stream; ``hotwords`` as ``boosted`` gives them."""
        made = self._recognizer.create_stream(hotwords or None)
        return Stream(self._recognizer, made, self._upper)


class Stream:
    """One stretch of speech as it is decoded."""

    def __init__(self, recognizer: Any, stream: Any, upper: bool) -> None:  # of an untyped library
        self._recognizer = recognizer
        self._stream = stream
        self._upper = upper

    def feed(self, samples: Audio) -> None:
        """Decode what there is with these samples (16 kHz) added."""
        self._stream.accept_waveform(VAD_RATE, samples)
        while self._recognizer.is_ready(self._stream):
            self._recognizer.decode_stream(self._stream)

    def flush(self, silence_s: float) -> None:
        """Decode all of it: silence follows."""
        self.feed(np.zeros(round(silence_s * VAD_RATE), np.float32))

    def emitted(self) -> Emitted:
        """What it says so far."""
        result = self._recognizer.get_result_all(self._stream)
        tokens = tuple(token.lower() if self._upper else token for token in result.tokens)
        chances = list(result.ys_probs)
        sure = float(np.exp(np.mean(chances))) if chances else float(bool(tokens))
        return Emitted(tokens, tuple(result.timestamps), min(sure, 1.0))


def opened(settings: Sherpa, language: str) -> SherpaModel:
    """The model that the settings name, loaded once.

    Raises ``SpeechError``: it is not here, or is a model of the catalogue's for other languages.
    """
    folder = Path(settings.model).expanduser()
    if not folder.is_dir():
        catalogue = Catalogue.shipped()
        _refuse_language(catalogue, settings.model, language)
        folder = catalogue.folder_of(settings.model, models())
    return _loaded(folder, settings.threads, settings.paths, settings.boost)


def _refuse_language(catalogue: Catalogue, name: str, language: str) -> None:
    primary = language.split("-")[0].lower()
    spoken = catalogue.model(name).languages
    if ("zh" if primary == "cmn" else primary) in spoken:
        return
    raise SpeechError(
        f"the model {name} understands {', '.join(spoken)}, not {language!r}: name a folder with "
        "one that does in engines.sherpa.model"
    )


@lru_cache(maxsize=4)
def _loaded(folder: Path, threads: int, paths: int, boost: float) -> SherpaModel:
    return SherpaModel(folder, threads, paths, boost)


def _found(folder: Path, part: str) -> Path:
    """The part's file: of several the one of eight bits, which is smaller and faster."""
    files = sorted(folder.glob(f"{part}*.onnx"))
    small = [file for file in files if ".int8." in file.name]
    if not files:
        raise SpeechError(f"{folder}: there is no {part}*.onnx in this folder")
    return (small or files)[0]


def _vocabulary(folder: Path) -> Path | None:
    """The pieces of English and their log probabilities, taken out of ``bpe.model`` if need be."""
    vocabulary = folder / "bpe.vocab"
    if vocabulary.is_file():
        return vocabulary
    source = folder / "bpe.model"
    if not source.is_file():
        return None
    try:
        import sentencepiece
    except ImportError:
        return None  # hotwords are a help, not a need
    try:
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(source))
    except (OSError, RuntimeError):
        raise SpeechError(f"{source}: damaged; delete it and fetch it again") from None
    lines = (f"{pieces.id_to_piece(n)}\t{pieces.get_score(n)}" for n in range(len(pieces)))
    part = folder / f".bpe.vocab.{os.getpid()}"
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(part, vocabulary)
    return vocabulary


def _symbols(file: Path) -> frozenset[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SpeechError(f"{file}: no such file, or not text") from None
    return frozenset(line.rsplit(maxsplit=1)[0] for line in lines if line.strip())


def _names_its_kind(file: Path) -> bool:
    """Whether the file has the metadata by which sherpa-onnx tells what it is."""
    if not file.stat().st_size:
        return False
    with (
        file.open("rb") as opened_file,
        mmap.mmap(opened_file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        return content.find(b"model_type") >= 0
