"""uvicorn, as it serves here, in the server's process and in those of calls."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette

from agent.serving.apart.line import Line
from agent.serving.connections import PatientHttp
from agent.serving.log import as_lines
from agent.serving.terms import Terms


def configured(app: Starlette, terms: Terms) -> uvicorn.Config:
    """Its settings for this application; its warnings go to the server's log."""
    as_lines()
    return uvicorn.Config(
        app,
        http=PatientHttp,
        ws=Line,
        ws_max_size=terms.message_bytes,
        # Sound does not get shorter by it, and a short message may come out long.
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # Whoever stands in front says what it likes in them, and nothing here asks.
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
