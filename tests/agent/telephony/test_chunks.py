"""The order of the caller's sound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.telephony.chunks import MOST_MISSING, Chunk, Chunks


def put(chunks: Chunks, *numbers: int) -> list[tuple[int, int]]:
    """The chunks that come out, each with how many are missing before it."""
    out: list[Chunk] = []
    for number in numbers:
        out += chunks.take(number, number.to_bytes(8, "big"))
    return [(int.from_bytes(one.data, "big"), one.missing) for one in out]


def test_without_numbers_all_are_taken_as_they_come() -> None:
    chunks = Chunks(0)
    assert chunks.take(None, b"x") == [Chunk(b"x")]


def test_a_gap_is_told_at_once_where_nothing_overtakes() -> None:
    chunks = Chunks(0)
    assert put(chunks, 4, 5, 8, 9) == [(4, 0), (5, 0), (8, 2), (9, 0)]
    assert (chunks.missing, chunks.late, chunks.jumps) == (2, 0, 0)


def test_one_that_was_overtaken_is_waited_for() -> None:
    chunks = Chunks(3)
    assert put(chunks, 1, 3, 4, 2, 5) == [(1, 0), (2, 0), (3, 0), (4, 0), (5, 0)]
    assert chunks.missing == 0


def test_but_not_for_ever_and_then_it_is_too_late() -> None:
    chunks = Chunks(3)
    assert put(chunks, 1, 3, 4, 5) == [(1, 0)]
    assert put(chunks, 6, 2, 7) == [(3, 1), (4, 0), (5, 0), (6, 0), (7, 0)]
    assert (chunks.missing, chunks.late) == (1, 1)


def test_a_count_that_begins_anew_is_followed() -> None:
    chunks = Chunks(3)
    assert put(chunks, 100, 102, 1, 2) == [(100, 0), (102, 0), (1, 0), (2, 0)]
    far = 3 + MOST_MISSING + 1
    assert put(chunks, far, far + 1, 3, 4) == [(far, 0), (far + 1, 0), (3, 0), (4, 0)]
    assert chunks.jumps == 3
    assert chunks.missing == 0


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(0, 4))
def test_whatever_comes_the_memory_is_bounded_and_nothing_is_invented(
    numbers: list[int], hold: int
) -> None:
    chunks = Chunks(hold)
    out = put(chunks, *numbers)
    assert len(out) <= len(numbers)
    assert len(out) + chunks.late >= len(set(numbers)) - hold
    assert all(0 <= missing <= MOST_MISSING for _, missing in out)
