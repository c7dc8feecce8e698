"""The models that profiles can use: what they are for, how big, under which licence, from where.

Where a file's checksum is known it stands here, as the page of the file at its host states it.
Where none is, the first download records what came, and every later one is held against that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from speech.errors import SpeechError


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model. ``size``: about how many bytes; ``sha256``: None where not known."""

    name: str
    url: str
    size: int
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be fetched."""

    name: str
    purpose: str
    languages: tuple[str, ...]
    licence: str
    source: str
    files: tuple[ModelFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files, about."""
        return sum(file.size for file in self.files)

    @property
    def megabytes(self) -> str:
        """The size in words."""
        return f"{self.size / 1e6:.0f} MB"

    def missing(self, folder: Path) -> tuple[ModelFile, ...]:
        """The files that are not in its folder."""
        return tuple(file for file in self.files if not (folder / file.name).is_file())


class Catalogue:
    """Models by name."""

    def __init__(self, models: Mapping[str, Model]) -> None:
        self._models = models

    @classmethod
    def shipped(cls) -> Catalogue:
        """The one that comes with Kairos."""
        return cls(_SHIPPED)

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def model(self, name: str) -> Model:
        """The model of this name. Raises ``SpeechError``, which tells the names there are."""
        found = self._models.get(name)
        if found is None:
            names = ", ".join(sorted(self._models))
            raise SpeechError(f"no model {name!r}, and no such folder; there are: {names}")
        return found

    def folder_of(self, name: str, models: Path) -> Path:
        """The folder of a fetched model below ``models``.

        Raises ``SpeechError``, which says how to get what is missing.
        """
        model = self.model(name)
        folder = models / name
        missing = model.missing(folder)
        if missing:
            raise SpeechError(
                f"the model {name} is not here ({missing[0].name} is missing in {folder}): "
                f"kairos models pull {name} ({model.megabytes})"
            )
        return folder


def _hub(
    repository: str, revision: str, *files: tuple[str, int, str | None]
) -> tuple[ModelFile, ...]:
    base = f"https://huggingface.co/{repository}/resolve/{revision}"
    return tuple(ModelFile(name, f"{base}/{name}", size, sha256) for name, size, sha256 in files)


_ZH_EN = "csukuangfj/sherpa-onnx-streaming-zipformer-bilingual-zh-en-2023-02-20"
_EN = "csukuangfj/sherpa-onnx-streaming-zipformer-en-2023-06-26"

_ALL = (
    Model(
        "zipformer-zh-en",
        "the ears sherpa: English and Chinese, both in one call",
        ("en", "zh"),
        "Apache-2.0",
        f"https://huggingface.co/{_ZH_EN}",
        (
            *_hub(
                _ZH_EN,
                "7aae1b88bdc0064047e681c50a30e629ef884144",
                ("tokens.txt", 56_300, None),
                ("encoder-epoch-99-avg-1.int8.onnx", 182_000_000, None),
                ("decoder-epoch-99-avg-1.onnx", 13_900_000, None),
                ("joiner-epoch-99-avg-1.int8.onnx", 3_230_000, None),
            ),
            # with it English phrases of a policy can be hotwords; it came later
            *_hub(_ZH_EN, "main", ("bpe.vocab", 12_600, None)),
        ),
    ),
    Model(
        "zipformer-en",
        "the ears sherpa: English, smaller",
        ("en",),
        "Apache-2.0",
        f"https://huggingface.co/{_EN}",
        (
            *_hub(
                _EN,
                "6037ea07e3abfe599ad00d418968bcf9656e7472",
                ("tokens.txt", 5_050, None),
                (
                    "encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
                    71_100_000,
                    "563fde436d16cf7607cf408cd6b30909819d03162652ef389c2450ced3f45ac1",
                ),
                ("decoder-epoch-99-avg-1-chunk-16-left-128.onnx", 2_090_000, None),
                ("joiner-epoch-99-avg-1-chunk-16-left-128.int8.onnx", 259_000, None),
            ),
            # with it English phrases of a policy can be hotwords; it came later
            *_hub(
                _EN,
                "672fbf1b30579d6585301139bb363f42a0ad4a24",
                (
                    "bpe.model",
                    244_865,
                    "c53433de083c4a6ad12d034550ef22de68cec62c4f58932a7b6b8b2f1e743fa5",
                ),
            ),
        ),
    ),
)

_SHIPPED: Mapping[str, Model] = MappingProxyType({model.name: model for model in _ALL})
