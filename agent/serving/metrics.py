"""``/metrics``: what the calls of a server came to, in Prometheus' text format.

What is counted of a call is counted when it is over, from its journal and its recording, by the
same rules as its ``result.json``.
"""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from agent.figures import Figures
from agent.records import Decision, Record, ThinkDone
from agent.serving.calls import Calls, ServedCall
from speech.protocols import SAMPLE_RATE

SECONDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Upper bounds of the histograms' buckets (s): finest where a caller notices most."""


class Metrics:
    """One server's."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._active = Gauge("kairos_active_calls", "Calls under way.", registry=self._registry)
        self._draining = Gauge(
            "kairos_draining", "1 while no calls are taken any more.", registry=self._registry
        )
        self._refused = Gauge(
            "kairos_refused_calls", "Calls that were refused so far.", registry=self._registry
        )
        self._calls = self._counter("calls", "Calls that are over.", "channel", "outcome")
        self._length = self._counter("call_seconds", "Length of the calls that are over.")
        self._gap = self._histogram(
            "response_gap_seconds", "From the end of the caller's speech to the agent's."
        )
        self._stop = self._histogram(
            "stop_seconds", "From the caller's interruption to the agent's last sound."
        )
        self._think = self._histogram("think_seconds", "From a thought's start to its first words.")
        self._false = self._counter(
            "false_barge_ins", "Interruptions that were none: the agent went on."
        )
        self._check_ins = self._counter("check_ins", "Check-ins on a silent caller.")
        self._thinks = self._counter("thinks", "Thoughts of System 2.", "outcome")
        self._tokens = self._counter("tokens", "Tokens spent on a model.", "direction")
        self._frames = self._counter("frames", "Frames of 20 ms of the agent's.")
        self._late = self._counter("late_frames", "Of these, ready 20 ms too late or more.")
        self._left_out = self._counter("left_out_seconds", "Time too late to be made up for.")
        self._silence = self._counter(
            "silence_inserted_seconds", "Silence that stood in for callers' late sound."
        )
        self._made_up = self._counter(
            "made_up_seconds", "Callers' sound that came ahead of time, and was heard faster."
        )
        self._shortened = self._counter(
            "shortened_seconds", "Callers' silence that was left out, to be less behind the line."
        )
        self._dropped = self._counter(
            "dropped_samples", "Samples of callers' sound, at 24 kHz, that came and were not heard."
        )

    def ended(self, call: ServedCall, records: Sequence[Record], figures: Figures) -> None:
        """A call is over."""
        self._calls.labels(call.channel, call.outcome or "error").inc()
        self._length.inc(call.duration_s)
        for gap in figures.gaps_s:
            self._gap.observe(gap)
        for stop in figures.barge_in_stops_s:
            self._stop.observe(stop)
        self._check_ins.inc(figures.check_ins)
        self._tokens.labels("in").inc(figures.tokens_in)
        self._tokens.labels("out").inc(figures.tokens_out)
        for record in records:
            match record:
                case ThinkDone(outcome=outcome, started=started, first_text=first):
                    self._thinks.labels(outcome).inc()
                    if first is not None:
                        self._think.observe(first - started)
                case Decision(do="resume"):
                    self._false.inc()
                case _:
                    pass
        pace = call.flow.pace
        self._frames.inc(pace.frames)
        self._late.inc(pace.late)
        self._left_out.inc(pace.left_out_s)
        self._silence.inc(call.flow.silence / SAMPLE_RATE)
        self._made_up.inc(call.flow.made_up / SAMPLE_RATE)
        self._shortened.inc(call.flow.shortened / SAMPLE_RATE)
        self._dropped.inc(call.flow.dropped)

    def text(self, calls: Calls) -> bytes:
        """All of it, as of now."""
        self._active.set(calls.active)
        self._draining.set(calls.draining)
        self._refused.set(calls.refused)
        return generate_latest(self._registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"kairos_{name}", what, labels, registry=self._registry)

    def _histogram(self, name: str, what: str) -> Histogram:
        return Histogram(f"kairos_{name}", what, buckets=SECONDS, registry=self._registry)


class MetricsEndpoint:
    """The answer to Prometheus."""

    def __init__(self, metrics: Metrics, calls: Calls) -> None:
        self._metrics = metrics
        self._calls = calls

    async def __call__(self, request: Request) -> Response:
        """As of now."""
        text = self._metrics.text(self._calls)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})
