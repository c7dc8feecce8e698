"""``/metrics``: what the calls of a server came to, in Prometheus' text format.

What is counted of a call is counted when it is over, from its journal and its recording, by the
same rules as its ``result.json``.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from agent.serving.calls import Calls
from agent.serving.entries import ServedCall
from agent.serving.log import told
from agent.serving.tally import Tally

SECONDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Upper bounds of the histograms' buckets (s): finest where a caller notices most."""


class Metrics:
    """One server's: a ``Watcher`` of its calls."""

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

    def began(self, call: ServedCall) -> None:
        """See ``Watcher``."""
        told("call.began", call=call.id, policy=call.policy, channel=call.channel)

    def over(self, call: ServedCall) -> None:
        """See ``Watcher``."""
        outcome = call.outcome or "error"
        told("call.ended", call=call.id, outcome=outcome, seconds=round(call.duration_s, 1))

    def measured(self, call: ServedCall, tally: Tally) -> None:
        """See ``Watcher``."""
        self._calls.labels(call.channel, call.outcome or "error").inc()
        self._length.inc(call.duration_s)
        for gap in tally.gaps_s:
            self._gap.observe(gap)
        for stop in tally.stops_s:
            self._stop.observe(stop)
        self._false.inc(tally.false_barge_ins)
        self._check_ins.inc(tally.check_ins)
        self._tokens.labels("in").inc(tally.tokens_in)
        self._tokens.labels("out").inc(tally.tokens_out)
        for outcome, first_s in tally.thinks:
            self._thinks.labels(outcome).inc()
            if first_s is not None:
                self._think.observe(first_s)
        self._frames.inc(tally.frames)
        self._late.inc(tally.late)
        self._left_out.inc(tally.left_out_s)
        self._silence.inc(tally.silence_s)
        self._made_up.inc(tally.made_up_s)
        self._shortened.inc(tally.shortened_s)
        self._dropped.inc(tally.dropped)

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
