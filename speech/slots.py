"""Many calls, one streaming model: each call has a slot, and the slots are stepped as a batch.

In virtual time a call's input is stepped in the caller's own thread, alone and at once: the same
input gives the same output, whatever other calls do. Live, one thread steps all slots that have
input together. It does so at most once a period, which gathers the calls into one step of the
batch; input that is urgent (a flush) and what has piled up behind a slow step are stepped without
waiting. Joining, leaving, putting and taking never wait for the model.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from time import perf_counter
from typing import Generic, Protocol, TypeVar, cast

from speech.errors import SpeechError
from speech.trouble import log_trouble

In = TypeVar("In")
Out = TypeVar("Out")
_In = TypeVar("_In", contravariant=True)
_Out = TypeVar("_Out", covariant=True)

PERIOD_S = 0.08
"""A frame of Kyutai's models, 12.5 Hz. Unit: s."""

QUEUE = 125
"""Inputs that a slot keeps while the model does not get to them: ten seconds of frames."""


class Batch(Protocol[_In, _Out]):
    """A streaming model with a fixed number of independent states.

    Its methods are never called at the same time; live, always from the same thread.
    """

    @property
    def slots(self) -> int:
        """How many states there are."""
        ...

    def step(self, inputs: Mapping[int, _In]) -> Mapping[int, _Out]:
        """One step of the slots that have input, and of no others: these stay as they are."""
        ...

    def reset(self, slot: int) -> None:
        """The slot's state is as new; the others' stay as they are."""
        ...


class Clock(Protocol):
    """The time that the live thread keeps."""

    def now(self) -> float:
        """Seconds since whenever."""
        ...

    def wait(self, changed: threading.Condition, until: float | None) -> None:
        """Wait on a condition that is held, until it is notified or this time has come."""
        ...


class WallClock:
    """The machine's own time."""

    def now(self) -> float:
        """Seconds of the performance counter."""
        return perf_counter()

    def wait(self, changed: threading.Condition, until: float | None) -> None:
        """As ``Clock`` says."""
        changed.wait(None if until is None else max(until - perf_counter(), 0.0))


class Slot(Generic[In, Out]):
    """One call's place in the batch, from ``Slots.join`` until ``leave``."""

    def __init__(self, slots: Slots[In, Out], index: int) -> None:
        self._slots = slots
        self.index = index
        self.inputs: deque[In] = deque()
        self.outputs: list[Out] = []
        self.due = 0
        """How many of the inputs are stepped without waiting."""
        self.fresh = True
        """The batch's state is still that of whoever had the slot before."""
        self.dropped = 0
        """Inputs that were dropped because the model was too slow."""

    def put(self, given: In, *, urgent: bool = False) -> None:
        """The next input. ``urgent``: live, it and all before it are stepped at once.

        Live, the oldest input is dropped if ``queue`` of them are waiting. Nothing happens after
        ``leave``.
        """
        self._slots.put(self, given, urgent)

    def take(self) -> list[Out]:
        """What has come out since the last time, in order.

        Raises ``SpeechError`` if the model has failed; it then fails every call's slot.
        """
        return self._slots.take(self)

    @property
    def waiting(self) -> int:
        """Inputs that have not been stepped; 0 in virtual time."""
        return self._slots.waiting(self)

    def leave(self) -> None:
        """Give the slot back; what is under way is thrown away. Again: nothing happens."""
        self._slots.leave(self)


class Slots(Generic[In, Out]):
    """The calls of one model. ``clock``: live, in this time; None: in virtual time.

    ``name``: the model's, for messages. ``period_s``: of the live steps; ``queue``: the most inputs
    a slot keeps.
    """

    def __init__(
        self,
        batch: Batch[In, Out],
        name: str,
        clock: Clock | None,
        *,
        period_s: float = PERIOD_S,
        queue: int = QUEUE,
    ) -> None:
        self._batch = batch
        self._name = name
        self._clock = clock
        self._period_s = period_s
        self._queue = queue
        self._changed = threading.Condition()
        self._stepping = threading.Lock()
        self._members: dict[int, Slot[In, Out]] = {}
        self._worker: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._next_at: float | None = None

    @property
    def failed(self) -> bool:
        """Whether the model has failed, for good."""
        return self._failure is not None

    @property
    def taken(self) -> int:
        """How many slots are in use."""
        return len(self._members)

    def join(self) -> Slot[In, Out]:
        """A slot with a state as new. Raises ``SpeechError`` if all are in use."""
        with self._changed:
            self._raise_failure()
            count = self._batch.slots
            index = next((i for i in range(count) if i not in self._members), None)
            if index is None:
                raise SpeechError(
                    f"all {count} slots of {self._name} are in use: raise its setting 'slots', "
                    "or use another process"
                )
            slot = Slot(self, index)
            self._members[index] = slot
            if self._clock is not None and self._worker is None:
                self._worker = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._worker.start()
            return slot

    def put(self, slot: Slot[In, Out], given: In, urgent: bool) -> None:
        """See ``Slot.put``."""
        if self._clock is None:
            self._step_alone(slot, given)
            return
        with self._changed:
            if self._members.get(slot.index) is not slot or self._failure is not None:
                return
            overflows = len(slot.inputs) >= self._queue
            if overflows:
                slot.inputs.popleft()
                slot.due = max(slot.due - 1, 0)
                slot.dropped += 1
            slot.inputs.append(given)
            if urgent:
                slot.due = len(slot.inputs)
            self._changed.notify_all()
        if overflows and slot.dropped == 1:
            log_trouble("speech.too_slow", engine=self._name, waiting=self._queue)

    def take(self, slot: Slot[In, Out]) -> list[Out]:
        """See ``Slot.take``."""
        with self._changed:
            self._raise_failure()
            outputs, slot.outputs = slot.outputs, []
            return outputs

    def waiting(self, slot: Slot[In, Out]) -> int:
        """See ``Slot.waiting``."""
        with self._changed:
            return len(slot.inputs)

    def leave(self, slot: Slot[In, Out]) -> None:
        """See ``Slot.leave``."""
        with self._changed:
            if self._members.get(slot.index) is slot:
                del self._members[slot.index]
                slot.inputs.clear()
                self._changed.notify_all()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            what = type(self._failure).__name__
            raise SpeechError(f"{self._name} has failed ({what})") from self._failure

    def _step_alone(self, slot: Slot[In, Out], given: In) -> None:
        # Two virtual calls may be in two threads.
        with self._stepping:
            if self._failure is None and self._members.get(slot.index) is slot:
                self._step({slot: given})

    def _step(self, inputs: Mapping[Slot[In, Out], In]) -> None:
        try:
            for slot in inputs:
                if slot.fresh:
                    self._batch.reset(slot.index)
                    slot.fresh = False
            found = self._batch.step({slot.index: given for slot, given in inputs.items()})
        except Exception as error:
            # The state of every slot is unknown now: no call can go on with it.
            with self._changed:
                self._failure = error
            return
        with self._changed:
            for slot in inputs:
                if slot.index in found:
                    slot.outputs.append(found[slot.index])

    def _run(self) -> None:
        """The live thread: it ends with the last member or the model's failure."""
        while True:
            inputs = None
            with self._changed:
                while inputs is None:
                    if not self._members or self._failure is not None:
                        self._worker = None
                        return
                    inputs = self._gather()
            self._step(inputs)

    def _gather(self) -> dict[Slot[In, Out], In] | None:
        """The inputs of the next step; None after a wait for what may bring some."""
        assert self._clock is not None
        ready = [slot for slot in self._members.values() if slot.inputs]
        now = self._clock.now()
        if not ready:
            self._clock.wait(self._changed, None)
            return None
        if not any(slot.due for slot in ready):
            if self._next_at is not None and now < self._next_at:
                self._clock.wait(self._changed, self._next_at)
                return None
            # A grid as long as the steps keep to it; what comes late begins a new one.
            late = self._next_at is None or now >= self._next_at + self._period_s
            self._next_at = (now if late else cast(float, self._next_at)) + self._period_s
            for slot in ready:
                slot.due = len(slot.inputs)
        inputs = {}
        # A step costs hardly more with one slot more: who has input comes along, due or not.
        for slot in ready:
            inputs[slot] = slot.inputs.popleft()
            slot.due = max(slot.due - 1, 0)
        return inputs


class Failing(Protocol):
    """What can fail for good."""

    @property
    def failed(self) -> bool:
        """It has."""
        ...


_Service = TypeVar("_Service", bound=Failing)

_shared: dict[Hashable, Failing] = {}
_sharing = threading.Lock()


def shared(key: Hashable, make: Callable[[], _Service]) -> _Service:
    """The process's one service for these settings, made when first asked for.

    It stays for as long as the process does, since loading takes seconds; one that has failed is
    made anew. ``key``: the engine, all that its model depends on, and whether calls are live.
    """
    with _sharing:
        found = cast("_Service | None", _shared.get(key))
        if found is None or found.failed:
            found = make()
            _shared[key] = found
        return found
