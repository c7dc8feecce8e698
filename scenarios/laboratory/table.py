"""The bench's tables: the same rows for the terminal and for the page."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.laboratory.results import Json

NONE = "–"
HUMAN = "People, not synthetic voices: the same, on read sentences, whole and cut"


@dataclass(frozen=True, slots=True)
class Row:
    """A contender's cells, in the order of the heads. ``note``: below its name."""

    name: str
    cells: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``heads``: of the columns after the name's."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def tables(found: dict[str, Json]) -> tuple[Table, ...]:
    """What the summary has to show: ends of turn, default settings, the floor."""
    contenders = _of(found, "contenders")
    rows = [(name, _dict(figures)) for name, figures in contenders.items()]
    people = _dict(found["human"])
    human = _dict(people["contenders"] or {})
    return (
        _swept("End of turn: delay at so many false cut-offs, each swept over its threshold", rows),
        Table(
            "End of turn at default settings",
            ("setting", "p50", "p90", "false cut-offs"),
            tuple(
                Row(
                    name,
                    (
                        f"{stock['threshold']} {_unit(one)}",
                        seconds(stock["eot_delay_p50_s"]),
                        seconds(stock["eot_delay_p90_s"]),
                        share(stock["false_cut_rate"]),
                    ),
                )
                for name, one in rows
                for stock in _stocks(one)
            ),
        ),
        Table(
            "The floor at default settings (kept: not given up for a backchannel, a tic, an aside)",
            ("yields", "stop p50", "stop p95", "kept: bc", "tic", "aside", "responds"),
            tuple(
                Row(
                    name,
                    (
                        share(one["yield_rate"]),
                        seconds(one["stop_p50_s"]),
                        seconds(one["stop_p95_s"]),
                        share(one["selectivity_backchannel"]),
                        share(one["selectivity_vocal_tic"]),
                        share(one["selectivity_non_directed"]),
                        share(one["response_rate"]),
                    ),
                )
                for name, one in rows
                if one["response_rate"] is not None
            ),
        ),
        *(
            (_swept(HUMAN, [(name, _dict(figures)) for name, figures in human.items()]),)
            if human
            else ()
        ),
    )


def _swept(title: str, rows: list[tuple[str, dict[str, Json]]]) -> Table:
    """Ends of turn at the operating points."""
    return Table(
        title,
        ("5 %: p50", "p90", "10 %: p50", "p90", "cut at 0.3 s"),
        tuple(
            Row(
                name,
                (
                    seconds(one["eot_delay_p50_s_at_5pct"]),
                    seconds(one["eot_delay_p90_s_at_5pct"]),
                    seconds(one["eot_delay_p50_s_at_10pct"]),
                    seconds(one["eot_delay_p90_s_at_10pct"]),
                    share(one["false_cut_rate_at_300ms"]),
                ),
                str(one["note"]),
            )
            for name, one in rows
        ),
    )


def people(found: dict[str, Json]) -> str:
    """Where the people's recordings are from, or why there are none."""
    human = _dict(found["human"])
    return str(human["absent"] or human["how"])


def repeats(found: dict[str, Json]) -> str:
    """How reproducible our decisions were, in a sentence."""
    one = _of(found, "repeatability")
    return (
        f"Decisions of {one['runs']} run(s) compared: {one['differing']} of {one['clips']} clips "
        f"differ. In chunks of 80 ms instead of 10: {one['chunk_differing']} differ, and the "
        f"others by {seconds(one['chunk_shift_s'])} at most."
    )


def seconds(value: Json) -> str:
    """``0.35 s``."""
    return f"{value:.2f} s" if isinstance(value, int | float) else NONE


def share(value: Json) -> str:
    """``97.5 %``."""
    return f"{100 * value:.1f} %" if isinstance(value, int | float) else NONE


def _stocks(one: dict[str, Json]) -> list[dict[str, Json]]:
    stock = one["stock"]
    return [_dict(each) for each in stock] if isinstance(stock, list) else [_dict(stock)]


def _unit(one: dict[str, Json]) -> str:
    """The parameter behind a number: ``patience, s`` as ``s patience``."""
    name, comma, unit = str(one["parameter"]).partition(", ")
    return f"{unit} {name}" if comma else name


def _of(found: dict[str, Json], key: str) -> dict[str, Json]:
    return _dict(found[key])


def _dict(value: Json) -> dict[str, Json]:
    assert isinstance(value, dict)
    return value
