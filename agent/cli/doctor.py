"""``kairos doctor``: what is installed, what is missing, what it costs, and how fast it is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.failures import FAILED

if TYPE_CHECKING:
    from rich.console import Console

    from speech.examination import Examined, Kind


def doctor(
    profile: Annotated[
        str | None,
        typer.Argument(metavar="[PROFILE]", help="A speech profile or EARS/VOICE; all by default."),
    ] = None,
    policy: Annotated[
        str,
        typer.Option("--policy", metavar="POLICY", help="Whose language, voice and engines."),
    ] = "broadband",
) -> None:
    """Look at the speech engines on this machine.

    Nothing is downloaded. Servers are asked, and paid, only for a profile that is named.
    """
    from rich.console import Console

    from agent.listening import ear_terms, voice_terms
    from policies.loading import load_policy
    from speech.examination import examined
    from speech.profiles import EARS, PROFILES, VOICES, parts

    chosen = load_policy(policy)
    wanted: list[tuple[Kind, str]]
    if profile is None:
        wanted = [*(("ears", one) for one in EARS), *(("voice", one) for one in VOICES)]
    else:
        ears, voice = parts(profile)
        wanted = [("ears", ears), ("voice", voice)]
    terms = ear_terms(chosen, live=False), voice_terms(chosen, live=False)
    console = Console(highlight=False)
    found: list[Examined] = []
    with console.status("", spinner="line") as status:
        for kind, name in wanted:
            status.update(f"[dim]{kind} {name}[/]")
            found.append(examined(kind, name, *terms, servers=profile is not None))
    for one in found:
        _tell(console, one)
    if profile is None:
        pairs = ", ".join(f"{name} ({'/'.join(pair)})" for name, pair in PROFILES.items())
        console.print(f"profiles: {pairs}, or any pair as EARS/VOICE", style="dim")
    if profile is not None and any(one.trouble is not None for one in found):
        raise typer.Exit(FAILED)


def _tell(console: Console, one: Examined) -> None:
    from rich.padding import Padding
    from rich.text import Text

    sign, style = ("✗", "red") if one.trouble is not None else ("✓", "green")
    if one.trouble is None and not one.measured:
        sign, style = "·", "dim"
    console.print(f"[{style}]{sign}[/] [bold]{one.kind} {one.name}[/]  {_state(one)}", markup=True)
    for line in (one.trouble, _measured(one), f"takes {one.cost}"):
        if line:
            console.print(Padding(Text(line, style="dim"), (0, 0, 0, 4)))
    console.print()


def _measured(one: Examined) -> str:
    if one.factor is None:
        return ""
    first = "" if one.first_s is None else f", first sound after {one.first_s:.2f} s"
    slow = ": cannot keep up here" if one.factor > 1 else ""
    return f"{one.factor:.3f} s of work for 1 s of sound{first}{slow}; opened in {one.open_s:.1f} s"


def _state(one: Examined) -> str:
    if one.trouble is None and not one.measured:
        return "its server was not asked"
    return ", ".join(
        f"{package.name} {package.version}" for package in one.packages if package.version
    )
