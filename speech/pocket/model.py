"""pocket-tts's weights in this process: one model for all calls, which speaks one at a time.

Importing it sets PyTorch to one thread for the whole process, which is its own choice.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from speech.errors import SpeechError
from speech.hub import hub
from speech.protocols import Audio

if TYPE_CHECKING:
    from speech.terms import PocketTts

State: TypeAlias = Any
"""A voice: the model's streaming state after the voice's sample, as tensors by module."""

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "de": "german",
        "en": "english",
        "es": "spanish",
        "fr": "french",
        "it": "italian",
        "nl": "dutch",
        "pt": "portuguese",
    }
)
"""What pocket-tts calls the languages that it speaks."""

_OWN: Mapping[str, str] = MappingProxyType(
    {
        "de": "juergen",
        "en": "alba",
        "es": "lola",
        "fr": "estelle",
        "it": "giovanni",
        "nl": "daan",
        "pt": "rafael",
    }
)


def own_voice(language: str) -> str:
    """The voice of pocket-tts's own that speaks a language where none is chosen."""
    return _OWN[language.split("-")[0].lower()]


class PocketModel:
    """A loaded model. ``key`` names it in file names; its methods may be called by any thread.

    ``ready``: whether it has voices of its own, which those with a YAML file of one's own lack.
    """

    def __init__(self, model: Any, key: str, ready: bool) -> None:
        self._model = model
        self._lock = threading.Lock()
        self.key = key
        self.ready = ready

    @property
    def sample_rate(self) -> int:
        """Rate of its audio in Hz."""
        return int(self._model.sample_rate)

    def speak(
        self,
        state: State,
        text: str,
        tokens: int,
        seed: int | None,
        stop: threading.Event,
        take: Callable[[Audio], None],
    ) -> None:
        """Hand each piece of a sentence's audio to ``take`` as it comes, until ``stop`` is set.

        With a ``seed`` the same sentence is the same samples each time; the process's random
        numbers are left as they were.
        """
        import torch

        with self._lock, torch.random.fork_rng(devices=[]):
            if seed is not None:
                torch.manual_seed(seed)
            # frames decoded together differ in their last bits from frames decoded one by one
            self._model.max_decoder_frames_per_call = 0 if seed is None else 1
            try:
                for piece in self._model.generate_audio_stream(
                    state, text, max_tokens=tokens, stop=stop
                ):
                    if not stop.is_set():
                        take(piece.numpy().astype(np.float32, copy=False))
            except ZeroDivisionError:
                # its figure of its own speed, where it was stopped within a millisecond
                if not stop.is_set():
                    raise

    def state_of(self, sample: Audio) -> State:
        """The voice in a sample at ``sample_rate``. Raises ``SpeechError`` where it cannot."""
        import torch

        if not self._model.has_voice_cloning:
            raise SpeechError(
                "these weights of pocket-tts cannot clone: accept the terms of "
                "https://huggingface.co/kyutai/pocket-tts, log in with 'hf auth login', and try "
                "again"
            )
        with self._lock:
            return self._model.get_state_for_audio_prompt(torch.from_numpy(sample)[None])

    def own(self, name: str) -> State:
        """A voice of pocket-tts's own. Raises ``SpeechError`` for a name that it has not."""
        from pocket_tts.default_parameters import _ORIGINS_OF_PREDEFINED_VOICES

        if name not in _ORIGINS_OF_PREDEFINED_VOICES:
            names = ", ".join(sorted(_ORIGINS_OF_PREDEFINED_VOICES))
            raise SpeechError(
                f"no voice {name!r}: neither cloned (kairos voice list) nor pocket-tts's own, "
                f"which are: {names}"
            )
        if not self.ready:
            raise SpeechError(
                f"{name!r} is a voice of pocket-tts's own models: with another model, clone one "
                "(kairos voice clone) and name it in the policy's voice"
            )
        try:
            with self._lock, hub():
                return self._model.get_state_for_audio_prompt(name)
        except (OSError, ValueError) as error:
            raise SpeechError(f"pocket-tts's voice {name!r}: {_line(error)}") from None

    def save(self, state: State, path: Path) -> None:
        """Write a voice to a file."""
        from pocket_tts import export_model_state

        export_model_state(state, path)

    def load(self, path: Path) -> State:
        """Read a voice that ``save`` wrote. Raises ``SpeechError`` for a damaged file."""
        from safetensors import SafetensorError

        try:
            return self._model.get_state_for_audio_prompt(path)
        except (OSError, ValueError, SafetensorError) as error:
            raise SpeechError(f"{path}: {_line(error)}: delete it, and it is made anew") from None


def opened(language: str, settings: PocketTts) -> PocketModel:
    """The model that the settings name, else the language's. Raises ``SpeechError``."""
    name = settings.model
    spoken = LANGUAGES.get(language.split("-")[0].lower())
    known = f"it speaks {', '.join(sorted(LANGUAGES))}"
    if name is not None and Path(name).suffix in (".yaml", ".yml"):
        file = Path(name).expanduser().resolve()
        if not file.is_file():
            raise SpeechError(f"{name}: there is no such file, which is to describe a model")
        return _loaded(None, file, settings.quantize, settings.temperature)
    if spoken is None:
        raise SpeechError(
            f"pocket-tts does not speak {language!r} ({known}): take another voice, or name a "
            "YAML file of a model that does in engines.pocket_tts.model"
        )
    if name is not None and name.split("_")[0] != spoken:
        raise SpeechError(f"pocket-tts's model {name!r} does not speak {language!r}; {known}")
    return _loaded(name or spoken, None, settings.quantize, settings.temperature)


@lru_cache(maxsize=2)
def _loaded(
    name: str | None, file: Path | None, quantize: bool, temperature: float | None
) -> PocketModel:
    try:
        from pocket_tts import TTSModel
        from pocket_tts.utils.config import CONFIGS_DIR
    except ImportError:
        raise SpeechError("pocket-tts is missing: pip install 'kairos-voice[pocket]'") from None
    if name is not None and not (CONFIGS_DIR / f"{name}.yaml").is_file():
        names = ", ".join(sorted(path.stem for path in CONFIGS_DIR.glob("*.yaml")))
        raise SpeechError(f"pocket-tts has no model {name!r}; there are: {names}")
    try:
        with hub():
            model = TTSModel.load_model(
                language=name, config=file, temp=temperature, quantize=quantize
            )
    except Exception as error:  # of YAML, tensors, disk, network: whatever the library uses
        raise SpeechError(
            f"pocket-tts's model {name or file} cannot be loaded ({type(error).__name__}): its "
            "weights come from the Hugging Face hub the first time; without a network, name a YAML "
            "file with local weights as the model (engines.pocket_tts.model)"
        ) from None
    key = name or f"{file.stem}-{_digest(file)}" if file is not None else str(name)
    return PocketModel(model, key, ready=name is not None)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
