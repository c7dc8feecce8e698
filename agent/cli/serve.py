"""``kairos serve``: the agent for callers over a network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.failures import BadInput
from agent.cli.files import folder
from agent.cli.options import Model, Speech

if TYPE_CHECKING:
    from policies.policy import Policy


def serve(
    policies: Annotated[
        list[str], typer.Argument(metavar="POLICY...", help="Policies, by name or file.")
    ],
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")] = 8000,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder of the calls' folders.")
    ] = Path("out/serve"),
    max_calls: Annotated[
        int, typer.Option("--max-calls", min=1, help="Calls at a time; more are refused.")
    ] = 20,
    origins: Annotated[
        list[str] | None,
        typer.Option("--origin", metavar="URL", help="A web page's origin that may call as well."),
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option(
            "--public-url", metavar="URL", help="The address that others know, behind a proxy."
        ),
    ] = None,
    idle: Annotated[
        float, typer.Option("--idle", min=1, help="A client may send nothing for so long (s).")
    ] = 120.0,
    longest: Annotated[
        float, typer.Option("--longest", min=1, help="A call may last so long (s).")
    ] = 3600.0,
    drain: Annotated[
        float, typer.Option("--drain", min=0, help="At the end calls may go on for so long (s).")
    ] = 30.0,
    together: Annotated[
        bool, typer.Option("--together", help="Hold all calls in one process, not each in its own.")
    ] = False,
    speech: Speech = None,
    model: Model = None,
) -> None:
    """Serve callers: a page for browsers, OpenAI's Realtime protocol, telephone providers.

    Clients need a bearer token of KAIROS_TOKENS (several: separated by commas); without it only
    this machine is served. Ctrl-C lets calls end, twice ends them.
    """
    import asyncio
    import contextlib
    import sys

    from agent.serving.terms import Terms, TermsError, tokens_in
    from policies.loading import load_policy

    known: dict[str, Policy] = {}
    for given in policies:
        policy = load_policy(given)
        if known.setdefault(policy.policy, policy) is not policy:
            raise BadInput(f"two policies are called {policy.policy!r}")
    try:
        terms = Terms(
            known,
            folder(out),
            host=host,
            port=port,
            tokens=tokens_in(os.environ),
            origins=tuple(one.rstrip("/") for one in origins or ()),
            public_url=public_url,
            speech=speech,
            model=model,
            max_calls=max_calls,
            idle_s=idle,
            session_s=longest,
            drain_s=drain,
            environment=os.environ,
        )
    except TermsError as error:
        raise BadInput(str(error)) from None
    try:
        from agent.serving.apart.child import SWITCH_S
        from agent.serving.apart.fitness import why_not_apart
        from agent.serving.apart.nursery import Nursery, NurseryError
        from agent.serving.log import warned
        from agent.serving.server import listening
        from agent.serving.server import serve as run
    except ImportError as error:
        name = (error.name or "a package").partition(".")[0]
        raise BadInput(f"{name} is missing: pip install 'kairos-voice[serve]'") from None
    bound = listening(host, port)
    port = bound.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host

    def ready() -> None:
        print(f"serving {', '.join(known)} at http://{shown}:{port}", flush=True)

    # What is done beside a call must not keep its sound waiting.
    sys.setswitchinterval(SWITCH_S)
    with bound, contextlib.ExitStack() as stack:
        nursery = None
        if not together and (why := why_not_apart(terms)) is not None:
            warned("server.together", why=why)
        elif not together:
            try:
                nursery = stack.enter_context(Nursery(terms))
            except NurseryError as error:
                warned("server.together", why=str(error))
        asyncio.run(run(terms, bound, ready, nursery))
