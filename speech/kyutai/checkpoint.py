"""The files of a Kyutai checkpoint: a repository of the Hugging Face hub, or a local folder."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from speech.errors import SpeechError
from speech.hub import hub

if TYPE_CHECKING:
    from moshi.models.loaders import CheckpointInfo

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def need_moshi() -> None:
    """Raises ``SpeechError`` where the package moshi is missing."""
    # Without CUDA its compiled parts want a C compiler and gain nothing; read when it is imported.
    import importlib.util

    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("moshi") is None:
        raise SpeechError("moshi is not installed: pip install 'kairos-voice[kyutai]'")
    import torch

    if not torch.cuda.is_available():
        os.environ.setdefault("NO_TORCH_COMPILE", "1")


def checkpoint(model: str) -> CheckpointInfo:
    """The checkpoint of a folder or of a repository such as ``kyutai/stt-1b-en_fr-candle``.

    A repository is downloaded unless it has been. Raises ``SpeechError`` if that is not possible,
    and for a folder that lacks a file.
    """
    need_moshi()
    folder = Path(model).expanduser()
    if folder.is_dir():
        return _of_folder(folder)
    if _REPOSITORY.fullmatch(model) is None:
        raise SpeechError(f"{model!r} is neither a folder nor a repository of the Hugging Face hub")
    return _of_repository(model)


def _of_folder(folder: Path) -> CheckpointInfo:
    from moshi.models import loaders

    config = _file(folder, "config.json")
    try:
        names = json.loads(config.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SpeechError(f"{config} is no JSON") from error
    mimi_config = names.get("mimi_config_name")
    lora = names.get("lora_name")
    return loaders.CheckpointInfo.from_hf_repo(
        str(folder),
        moshi_weights=_file(folder, names.get("moshi_name", loaders.MOSHI_NAME)),
        mimi_weights=_file(folder, names.get("mimi_name", loaders.MIMI_NAME)),
        tokenizer=_file(folder, names.get("tokenizer_name", loaders.TEXT_TOKENIZER_NAME)),
        config_path=config,
        mimi_config_path=_file(folder, mimi_config) if mimi_config is not None else None,
        lora_weights=_file(folder, lora) if lora is not None else None,
    )


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise SpeechError(f"{folder} lacks {name}: it is no Kyutai checkpoint, or half of one")
    return path


def _of_repository(model: str) -> CheckpointInfo:
    from huggingface_hub import errors, hf_hub_download
    from moshi.models import loaders

    try:
        # Where it is missing, moshi would take the repository for another model's.
        with hub():
            config = hf_hub_download(model, "config.json")
            return loaders.CheckpointInfo.from_hf_repo(model, config_path=config)
    except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled) as error:
        raise SpeechError(
            f"the weights of {model} are not on this machine, and the Hugging Face hub cannot be "
            "reached: go online once, or name a folder that has them as the engine's model"
        ) from error
    except errors.GatedRepoError as error:
        raise SpeechError(
            f"{model} wants its terms accepted on the Hugging Face hub, and then: hf auth login"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise SpeechError(f"the Hugging Face hub has no repository {model}") from error
    except (errors.HfHubHTTPError, errors.EntryNotFoundError, OSError, KeyError) as error:
        what = type(error).__name__
        raise SpeechError(f"the weights of {model} could not be fetched ({what})") from error
