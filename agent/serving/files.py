"""``/calls``: the calls of a server as JSON, and each one's files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from agent.files import JOURNAL, RECORDING, REPORT, RESULT
from agent.serving.calls import Calls
from agent.serving.entries import ServedCall

KINDS = {
    JOURNAL: "application/x-ndjson",
    REPORT: "text/html; charset=utf-8",
    RECORDING: "audio/wav",
    RESULT: "application/json",
}

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # A report is a page of its own, which needs nothing from anywhere.
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; media-src data:; font-src data:",
    "Referrer-Policy": "no-referrer",
}


_PIECE = 64 * 1024


class FileEndpoints:
    """What whoever runs the server wants to see of its calls."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def listed(self, request: Request) -> Response:
        """Running calls, then ended ones, with links to the files that are there."""
        return JSONResponse({"calls": [_entry(one) for one in self._calls.listed]}, headers=HEADERS)

    async def one(self, request: Request) -> Response:
        """One of them."""
        call = self._calls.find(request.path_params["call"])
        if call is None:
            return JSONResponse({"error": {"message": "no such call"}}, 404)
        return JSONResponse(_entry(call), headers=HEADERS)

    async def file(self, request: Request) -> Response:
        """A file, as far as it is written."""
        call = self._calls.find(request.path_params["call"])
        kind = KINDS.get(name := request.path_params["file"])
        if call is None or kind is None or not (call.folder / name).is_file():
            return JSONResponse({"error": {"message": "no such file"}}, 404)
        path = call.folder / name
        if call.outcome is None:
            # It grows while it is sent: what is there now is sent, and no more.
            return StreamingResponse(so_far(path), media_type=kind, headers=HEADERS)
        return FileResponse(path, media_type=kind, headers=HEADERS)


def so_far(path: Path) -> Iterator[bytes]:
    """A file that is being written, up to where it ends now; Starlette reads it in a thread."""
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size
        while left and (piece := file.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece


def _entry(call: ServedCall) -> dict[str, object]:
    there = {name: f"/calls/{call.id}/{name}" for name in KINDS if (call.folder / name).is_file()}
    return {**call.listing(), "files": there}
