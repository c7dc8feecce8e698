"""Fetching a model's files: resumable, checked, and whole or not there at all.

A file is written beside its place as ``NAME.part`` and moved there once it is complete and its
checksum is right. What was cut off goes on where it stopped: at once a few times, and in a later
run. A file whose checksum nobody told is trusted the first time; its checksum is recorded in
``checksums.json`` beside it, and a later download must be the same.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from speech.catalogue import Model, ModelFile
from speech.errors import SpeechError

_BLOCK = 1 << 18
_SPARE = 64 << 20
"""Free disk left over beside what is fetched. Unit: bytes."""

RECORD = "checksums.json"
TOKEN = "HF_TOKEN"
"""The environment variable that holds a token for files that its host does not give to anybody."""

Progress = Callable[[str, int, int], None]
"""Told the file's name, the bytes that are there, and how many there will be."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How to fetch. ``mirror``: an address that holds ``NAME/FILE`` in place of each file's own.

    ``timeout_s``: without a byte for so long a connection is given up; ``attempts``: how often a
    cut connection is taken up again, as long as each brings something.
    """

    timeout_s: float = 30.0
    attempts: int = 5
    mirror: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """``already``: files that were there and right; ``recorded``: those trusted on first use."""

    folder: Path
    fetched: tuple[str, ...]
    already: tuple[str, ...]
    recorded: tuple[str, ...]


def fetch(model: Model, models: Path, terms: Terms, progress: Progress) -> Fetched:
    """The model's files in its folder below ``models``; files that are there are checked.

    Raises ``SpeechError``: one line that says what to do, with the address to fetch by hand and
    where to put it.
    """
    folder = models / model.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SpeechError(f"{folder}: {error.strerror or error}") from None
    known = _record(folder)
    fetched, already, recorded = [], [], []
    for file in model.files:
        wanted = file.sha256 or known.get(file.name)
        target = folder / file.name
        if target.is_file():
            _check(target, wanted, file)
            already.append(file.name)
        else:
            _Download(model, file, folder, terms, progress).run(wanted)
            fetched.append(file.name)
        if wanted is None:
            known[file.name] = _digest(target)
            recorded.append(file.name)
            _write_record(folder, known)
    return Fetched(folder, tuple(fetched), tuple(already), tuple(recorded))


class _Download:
    """One file on its way."""

    def __init__(
        self, model: Model, file: ModelFile, folder: Path, terms: Terms, progress: Progress
    ) -> None:
        self._file = file
        self._target = folder / file.name
        self._part = folder / f"{file.name}.part"
        self._tag = folder / f"{file.name}.part.tag"
        self._terms = terms
        self._progress = progress
        self._url = (
            file.url
            if terms.mirror is None
            else f"{terms.mirror.rstrip('/')}/{quote(model.name)}/{quote(file.name)}"
        )

    def run(self, wanted: str | None) -> None:
        left = self._terms.attempts
        while True:
            had = self._had()
            try:
                self._attempt()
                break
            except (TimeoutError, ConnectionError, http.client.HTTPException) as error:
                left = self._terms.attempts if self._had() > had else left - 1
                if left <= 0:
                    self._give_up(f"was cut off after {self._had()} bytes ({_name(error)})", "run")
            except urllib.error.HTTPError as error:
                error.close()
                if error.code == 416 and had:
                    # more is there than the host has: it is not the same file
                    self._forget()
                    continue
                self._refused(error.code)
            except urllib.error.URLError as error:
                self._give_up(f"cannot be reached ({_name(error.reason)})", "fetch")
            except OSError as error:
                raise SpeechError(f"{self._part}: {error.strerror or error}") from None
        self._tag.unlink(missing_ok=True)
        _check(self._part, wanted, self._file)
        os.replace(self._part, self._target)

    def _attempt(self) -> None:
        had = self._had()
        headers = {"User-Agent": "kairos", "Accept-Encoding": "identity"}
        token = os.environ.get(TOKEN)
        if had:
            headers["Range"] = f"bytes={had}-"
            headers["If-Range"] = self._tag.read_text(encoding="utf-8")
        request = urllib.request.Request(self._url, headers=headers)
        if token and urlsplit(self._url).hostname == "huggingface.co":
            # the host sends on to another one, which must not get it
            request.add_unredirected_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=self._terms.timeout_s) as answer:
            if answer.status != 206:
                had = 0
            length = answer.headers.get("Content-Length")
            total = had + int(length) if length is not None else self._file.size
            self._room(total - had)
            tag = answer.headers.get("ETag")
            # without a strong tag nobody knows whether the rest would be of the same file
            keep = tag is not None and not tag.startswith("W/")
            self._tag.write_text(tag if tag is not None and keep else "", encoding="utf-8")
            with self._part.open("ab" if had else "wb") as part:
                part.truncate(had)
                while block := answer.read(_BLOCK):
                    part.write(block)
                    had += len(block)
                    self._progress(self._file.name, had, max(total, had))
            if length is not None and had < total:
                raise ConnectionResetError("the connection was closed")

    def _had(self) -> int:
        """Bytes that are there and can be gone on from."""
        if not (self._part.is_file() and self._tag.is_file() and self._tag.stat().st_size):
            return 0
        return self._part.stat().st_size

    def _forget(self) -> None:
        self._part.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)

    def _room(self, needed: int) -> None:
        free = shutil.disk_usage(self._part.parent).free
        if free < needed + _SPARE:
            raise SpeechError(
                f"{self._part.parent}: {needed / 1e6:.0f} MB are to come and {free / 1e6:.0f} MB "
                f"are free: make room, or set KAIROS_HOME to a folder on another disk"
            )

    def _refused(self, code: int) -> None:
        match code:
            case 401 | 403:
                why = f"asks for permission ({code}): accept its licence there, set {TOKEN}"
            case 404 | 410:
                why = f"is not there any more ({code})"
            case _:
                why = f"answered {code}"
        self._give_up(why, "fetch")

    def _give_up(self, why: str, what: str) -> None:
        hint = "run the command again to go on, or " if what == "run" else ""
        raise SpeechError(
            f"{self._url} {why}: {hint}fetch it by hand and put it at {self._target}"
        ) from None


def _check(path: Path, wanted: str | None, file: ModelFile) -> None:
    if wanted is None:
        return
    found = _digest(path)
    if found != wanted:
        path.unlink()
        raise SpeechError(
            f"{file.name}: its SHA-256 is {found}, not {wanted}: it is damaged or has been changed "
            "at its source, and was deleted; pull again, or fetch it from somewhere you trust"
        )


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _record(folder: Path) -> dict[str, str]:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SpeechError(f"{folder / RECORD}: cannot be read ({error}): delete it") from None
    if not isinstance(record, dict):
        raise SpeechError(f"{folder / RECORD}: is no record of checksums: delete it")
    return {str(name): str(digest) for name, digest in record.items()}


def _write_record(folder: Path, known: dict[str, str]) -> None:
    part = folder / f"{RECORD}.part"
    part.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    os.replace(part, folder / RECORD)


def _name(error: object) -> str:
    return str(error) or type(error).__name__
