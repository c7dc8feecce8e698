"""Cloned voices, each in a folder of its own: the sample, who agreed to it and how, and what
engines made of it.

A voice is somebody's: none is kept without a note of that person's consent. The folders are for
their owner alone to read. A voice is written beside its place and moved there whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from speech import home
from speech.audiofile import read_wav, write_wav
from speech.errors import SpeechError
from speech.protocols import SAMPLE_RATE, Audio
from speech.samples import Measures, Sample

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NOTE = "voice.json"
_SAMPLE = "sample.wav"


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed to being cloned, when (a date), and how that was given.

    ``file``: evidence of it, such as a signed form, which is kept beside the note.
    """

    by: str
    at: str
    how: str
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class ClonedVoice:
    """A voice of the store. ``made``: when; ``language``: BCP 47 of its sample."""

    name: str
    folder: Path
    made: str
    language: str
    consent: Consent
    measures: Measures

    def sample(self) -> Audio:
        """The recording, trimmed, at ``SAMPLE_RATE``."""
        return read_wav(self.folder / _SAMPLE)


class VoiceStore:
    """The cloned voices of a folder; by default that of ``KAIROS_HOME``."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = home.voices() if folder is None else folder

    def all(self) -> list[ClonedVoice]:
        """Every voice, by name. Raises ``SpeechError`` for one whose note cannot be read."""
        if not self.folder.is_dir():
            return []
        names = sorted(path.name for path in self.folder.iterdir() if _NAME.fullmatch(path.name))
        return [voice for name in names if (voice := self.find(name)) is not None]

    def find(self, name: str) -> ClonedVoice | None:
        """The voice of this name, None if there is none. Raises ``SpeechError``; see ``all``."""
        folder = self.folder / name
        if not _NAME.fullmatch(name) or not (folder / _NOTE).is_file():
            return None
        try:
            note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
            given = note["consent"]
            evidence = folder / given["file"] if given.get("file") else None
            consent = Consent(given["by"], given["at"], given["how"], evidence)
            measures = Measures(**note["measures"])
            return ClonedVoice(name, folder, note["made"], note["language"], consent, measures)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise SpeechError(
                f"{folder / _NOTE}: damaged; clone the voice again with --force, or remove it"
            ) from None

    def keep(
        self,
        name: str,
        sample: Sample,
        consent: Consent,
        *,
        made: str,
        language: str,
        prepare: Callable[[Path], None],
        force: bool = False,
    ) -> ClonedVoice:
        """Store a voice; ``prepare`` writes what an engine makes of it into the folder it is given.

        Raises ``SpeechError`` for a name that cannot be one, for one that is taken unless
        ``force``, and for a consent that lacks something. What ``prepare`` raises leaves nothing
        behind, and a voice that was there stays as it was.
        """
        _name_of(name)
        for what, value in (("who", consent.by), ("when", consent.at), ("how", consent.how)):
            if not value.strip():
                raise SpeechError(f"the note of consent does not say {what} it was given")
        place = self.folder / name
        self.refuse_taken(name, force)
        fresh, old = (self.folder / f".{name}.{os.getpid()}.{part}" for part in ("new", "old"))
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700)
            write_wav(fresh / _SAMPLE, sample.audio, SAMPLE_RATE)
            given = asdict(consent) | {"file": None}
            if consent.file is not None:
                kept = f"consent{consent.file.suffix}"
                shutil.copyfile(consent.file, fresh / kept)
                digest = hashlib.sha256((fresh / kept).read_bytes()).hexdigest()
                given |= {"file": kept, "sha256": digest}
            note = {
                "made": made,
                "language": language,
                "consent": given,
                "measures": asdict(sample.measures),
            }
            text = json.dumps(note, indent=1, ensure_ascii=False) + "\n"
            (fresh / _NOTE).write_text(text, encoding="utf-8")
            prepare(fresh)
            if place.exists():
                os.replace(place, old)
            os.replace(fresh, place)
        except OSError as error:
            raise SpeechError(f"{error.filename or place}: {error.strerror or error}") from None
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)
        found = self.find(name)
        assert found is not None
        return found

    def refuse_taken(self, name: str, force: bool) -> None:
        """Raise ``SpeechError`` for a name that cannot be one, or is taken, unless ``force``."""
        _name_of(name)
        if (self.folder / name).exists() and not force:
            raise SpeechError(
                f"there is a voice {name} already: --force puts this one in its place"
            )

    def remove(self, name: str) -> None:
        """Delete a voice with its sample and its note. Raises ``SpeechError`` if there is none."""
        place = self.folder / name
        if not _NAME.fullmatch(name) or not place.is_dir():
            raise SpeechError(f"there is no voice {name!r} in {self.folder}")
        shutil.rmtree(place)


def _name_of(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise SpeechError(
            f"{name!r} cannot be the name of a voice: letters, digits, - and _, 64 at the most, "
            "and a letter or digit first"
        )
