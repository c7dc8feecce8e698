"""Where spans go: as the environment says, over real HTTP, and never in a call's way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from agent.records import CallEnded, CallOpened, Record
from agent.telemetry.exporting import Telemetry, configured, open_telemetry
from tests.toolserver import ToolServer, tool_server

ROOT = Path(__file__).parents[3]
RECORDS = (
    CallOpened(0.0, "broadband", None, "embedded", "grounded", "en"),
    CallEnded(1.5, "caller_hung_up", "caller", 1.5),
)


class Told:
    """A conversation, as far as its records can be listened to."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[Record], None]] = []

    def subscribe(self, listener: Callable[[Record], None]) -> None:
        self.listeners.append(listener)

    def tells(self, *records: Record) -> None:
        for record in records:
            for listener in self.listeners:
                listener(record)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[ToolServer]:
    with tool_server() as server:
        server.answers["/v1/traces"] = [(200, {"Content-Type": "application/x-protobuf"}, b"")]
        monkeypatch.setenv("NO_PROXY", "*")
        yield server


def opened(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Telemetry:
    """Under these variables; OpenTelemetry reads the process's own."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    telemetry = open_telemetry(variables)
    assert telemetry is not None
    return telemetry


@pytest.mark.parametrize(
    ("environment", "exporter"),
    [
        ({}, None),
        ({"OTEL_SERVICE_NAME": "x"}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, "otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "console"),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, None),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, None),
    ],
)
def test_what_is_asked_for(environment: dict[str, str], exporter: str | None) -> None:
    assert configured(environment) == exporter


def test_a_call_arrives_at_a_receiver(
    receiver: ToolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    telemetry = opened(
        monkeypatch,
        OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url(""),
        OTEL_EXPORTER_OTLP_HEADERS="x-key=1234",
    )
    conversation = Told()
    telemetry.attach(conversation, channel="realtime", call="c-1")
    conversation.tells(*RECORDS)
    assert telemetry.close(10.0)
    (posted,) = receiver.asked
    assert posted.headers["x-key"] == "1234"
    sent = ExportTraceServiceRequest.FromString(posted.body)
    (resource,) = sent.resource_spans
    about = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert about["service.name"] == "kairos"
    (span,) = resource.scope_spans[0].spans
    said = {one.key: one.value for one in span.attributes}
    assert span.name == "kairos.call"
    assert span.end_time_unix_nano - span.start_time_unix_nano == 1_500_000_000
    assert said["kairos.channel"].string_value == "realtime"
    assert said["kairos.duration_s"].double_value == 1.5


def test_the_services_name_is_the_environments(
    receiver: ToolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    telemetry = opened(
        monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url(""), OTEL_SERVICE_NAME="hotline"
    )
    conversation = Told()
    telemetry.attach(conversation, channel="realtime")
    conversation.tells(*RECORDS)
    assert telemetry.close(10.0)
    assert b"hotline" in receiver.asked[0].body


def test_a_receiver_that_hangs_holds_nobody_up(
    receiver: ToolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    telemetry = opened(monkeypatch, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=receiver.url("/hangs"))
    conversation = Told()
    telemetry.attach(conversation, channel="realtime")
    conversation.tells(*RECORDS)
    assert not telemetry.close(0.05)


def test_a_listener_that_breaks_is_left_out(
    receiver: ToolServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry = opened(monkeypatch, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url(""))

    def breaks(spans: object, record: Record) -> None:
        raise ValueError("a caller's word")

    monkeypatch.setattr("agent.telemetry.spans.CallSpans.__call__", breaks)
    conversation = Told()
    telemetry.attach(conversation, channel="realtime")
    conversation.tells(*RECORDS)
    telemetry.close(10.0)
    told = capsys.readouterr().err
    assert told.count("telemetry.broke") == 1
    assert "word" not in told


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "zipkin is not known"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "http/protobuf alone",
        ),
    ],
)
def test_what_there_is_not_is_said(
    environment: dict[str, str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert open_telemetry(environment) is None
    assert why in capsys.readouterr().err


def test_a_missing_package_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    assert open_telemetry({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}) is None
    assert "pip install 'kairos-voice[otel]'" in capsys.readouterr().err


_UNASKED = """
import sys
from agent.telemetry.exporting import open_telemetry, preload
preload({}), open_telemetry({})
assert not [one for one in sys.modules if one.startswith("opentelemetry")]
"""

_FORKED = """
import os, sys
from agent.records import CallEnded, CallOpened
from agent.telemetry.exporting import open_telemetry, preload
from tests.agent.telemetry.test_exporting import RECORDS, Told
preload(os.environ)
assert "opentelemetry.sdk.trace" in sys.modules
child = os.fork()
if child == 0:
    telemetry, conversation = open_telemetry(os.environ), Told()
    telemetry.attach(conversation, channel="realtime")
    conversation.tells(*RECORDS)
    os._exit(0 if telemetry.close(10.0) else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def run(code: str, **environment: str) -> None:
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        timeout=60,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "NO_PROXY": "*", **environment},
    )


@pytest.mark.slow
def test_nothing_is_imported_unasked() -> None:
    run(_UNASKED)


@pytest.mark.slow
def test_a_call_in_a_forked_process_arrives(receiver: ToolServer) -> None:
    run(_FORKED, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url(""))
    assert b"kairos.call" in receiver.asked[0].body
