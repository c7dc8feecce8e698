"""A served call's spans reach a receiver by the time the server has stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.agent.serving.stage import serving, until
from tests.agent.serving.test_answering import (
    CALLER,
    ENVIRONMENT,
    address,
    asked,
    loudness,
    policy_of,
    talks,
    way,
)
from tests.toolserver import tool_server


@pytest.mark.alone
@pytest.mark.slow
async def test_a_served_call_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tool_server() as receiver:
        receiver.answers["/v1/traces"] = [(200, {}, b"")]
        otel = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url(""), "NO_PROXY": "*"}
        for name, value in otel.items():
            monkeypatch.setenv(name, value)
        given = {**ENVIRONMENT, **otel}
        async with (
            asyncio.timeout(30),
            serving(tmp_path, policy_of("plivo"), environment=given) as stage,
        ):
            path = way(stage, address("plivo", (await asked(stage, "plivo")).text))
            async with stage.socket(path) as socket:
                talking = asyncio.create_task(talks(socket, "plivo"))
                heard = 0
                async for message in socket:
                    heard += loudness(message) > 0.02
                    if heard > 50:
                        break
                talking.cancel()
                await asyncio.gather(talking, return_exceptions=True)
            await until(lambda: bool(stage.calls.listed and stage.calls.listed[0].outcome))
            (call,) = stage.calls.listed
        sent = [ExportTraceServiceRequest.FromString(one.body) for one in receiver.asked]
    spans = [
        span
        for request in sent
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    (whole,) = (span for span in spans if span.name == "kairos.call")
    said = {one.key: one.value.string_value for one in whole.attributes}
    assert said["gen_ai.conversation.id"] == call.id
    assert said["kairos.channel"] == "telephony"
    assert said["kairos.outcome"] == "caller_hung_up"
    assert "say greeting" in {span.name for span in spans}
    assert not [one for one in receiver.asked if CALLER.encode() in one.body]
