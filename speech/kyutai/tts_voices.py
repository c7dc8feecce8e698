"""The voices of Kyutai TTS: embeddings that Kyutai has made, of recordings of ten seconds.

The model that makes them is not released, so a voice is one of ``kyutai/tts-voices``, or a file
that somebody has; it cannot be cloned here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from speech.errors import SpeechError
from speech.hub import hub

if TYPE_CHECKING:
    import torch
    from moshi.conditioners.base import (
        ConditionAttributes,
        ConditionFuser,
        ConditionProvider,
        ConditionTensors,
    )
    from moshi.models.tts import TTSModel


class Voices:
    """The voices that a model can speak with. ``source``: a folder, or a repository of the hub.

    ``cfg``: how strictly the voice and the text are followed.
    """

    def __init__(self, model: TTSModel, source: str, cfg: float) -> None:
        self._model = model
        self._source = source
        valid = model.valid_cfg_conditionings
        if valid and cfg not in valid:
            known = ", ".join(str(value) for value in sorted(valid))
            raise SpeechError(f"the model has no cfg {cfg}; there are: {known}")
        self._cfg = cfg if valid else None
        self._known: dict[str, torch.Tensor] = {}
        self._length: int | None = None

    def embedding(self, name: str) -> torch.Tensor:
        """What a slot's cross-attention reads for a voice, [1, time, dim].

        ``name``: a file ``.safetensors``, or a voice of the source, such as
        ``expresso/ex03-ex01_happy_001_channel1_334s.wav``. Raises ``SpeechError``.
        """
        found = self._known.get(name)
        if found is None:
            fuser = cast("ConditionFuser", self._model.lm.fuser)
            conditions = self._conditions([self._attributes(name)])
            found = cast("torch.Tensor", fuser.get_cross(conditions))
            self._length = self._length or found.shape[1]
            if found.shape[1] != self._length:
                speakers = self._model.max_speakers
                frames, usual = found.shape[1] // speakers, self._length // speakers
                raise SpeechError(f"the voice {name} has {frames} frames, not {usual}")
            found = self._known[name] = found.to(self._model.lm.dtype)
        return found

    def conditions(self, name: str, slots: int) -> ConditionTensors:
        """What a batch is opened with: this voice in every slot; others are to be as long."""
        self.embedding(name)
        return self._conditions([self._attributes(name)] * slots)

    def _conditions(self, attributes: list[ConditionAttributes]) -> ConditionTensors:
        import torch

        provider = cast("ConditionProvider", self._model.lm.condition_provider)
        with torch.no_grad():
            return cast("ConditionTensors", provider.prepare_and_provide(attributes))

    def _attributes(self, name: str) -> ConditionAttributes:
        path = self._path(name)
        try:
            return self._model.make_condition_attributes([path], self._cfg)
        except Exception as error:  # a broken file breaks in many ways
            what = type(error).__name__
            raise SpeechError(f"{path} is no voice of Kyutai TTS ({what})") from error

    def _path(self, name: str) -> Path:
        if name.endswith(".safetensors"):
            path = Path(name).expanduser()
            if not path.is_file():
                raise SpeechError(f"there is no voice file {path}")
            return path
        suffix = self._model.voice_suffix
        folder = Path(self._source).expanduser()
        if folder.is_dir():
            path = folder / (name + suffix)
            if path.is_file():
                return path
            known = sorted(
                str(found.relative_to(folder)).removesuffix(suffix)
                for found in folder.rglob("*" + suffix)
            )
            some = ", ".join(known[:8]) or "none for this model"
            raise SpeechError(f"{folder} has no voice {name!r}; it has: {some}")
        return self._fetched(name + suffix)

    def _fetched(self, file: str) -> Path:
        from huggingface_hub import errors, hf_hub_download

        try:
            with hub():
                return Path(hf_hub_download(self._source, file))
        except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled) as error:
            raise SpeechError(
                f"the voice {file} of {self._source} is not on this machine and cannot be fetched: "
                "go online once, or name a file .safetensors as the voice"
            ) from error
        except (errors.EntryNotFoundError, errors.RepositoryNotFoundError) as error:
            raise SpeechError(f"{self._source} has no voice {file}") from error
        except (errors.HfHubHTTPError, errors.HFValidationError, OSError) as error:
            what = type(error).__name__
            raise SpeechError(f"the voice {file} could not be fetched ({what})") from error
