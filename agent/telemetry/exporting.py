"""Where spans go: OTLP over HTTP, set up by OpenTelemetry's own environment variables alone.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/. A span is put
into a bounded queue, from which a thread sends it; what does not fit is dropped, and a receiver
that is slow or gone costs a call nothing. The thread does not survive a fork: what is opened
before one may be used after it only in the process that opened it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from speech.trouble import log_trouble

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

    from agent.records import Record

SERVICE = "kairos"
"""The service's name where ``OTEL_SERVICE_NAME`` and ``OTEL_RESOURCE_ATTRIBUTES`` give none."""

CLOSING_S = 3.0
"""How long what is left may take to be sent at the end."""

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_WANTED = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.sdk.trace.export",
    "agent.telemetry.spans",
)
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


class Told(Protocol):
    """Whose records can be listened to, as those of ``agent.conversation.Conversation``."""

    def subscribe(self, listener: Callable[[Record], None]) -> None:
        """Call ``listener`` with each record as it is written."""
        ...


class Telemetry:
    """Makes spans of calls. ``provider``: what they are made and sent by."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider

    def attach(self, conversation: Told, *, channel: str, call: str | None = None) -> None:
        """Make spans of a call, before its first step. ``call``: its id, never the caller's."""
        from agent.telemetry.spans import CallSpans

        spans: CallSpans | None = CallSpans(self._provider.get_tracer(SERVICE), channel, call)

        def listen(record: Record) -> None:
            nonlocal spans
            if spans is None:
                return
            try:
                spans(record)
            except Exception as error:
                # Whoever watches a call must not be what ends it.
                log_trouble("telemetry.broke", error=type(error).__name__)
                spans = None

        conversation.subscribe(listen)

    def close(self, timeout_s: float = CLOSING_S) -> bool:
        """Send what is left, for so long at most; whether all of it was."""
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(timeout_s)
        return not closing.is_alive()


def configured(environment: Mapping[str, str]) -> str | None:
    """The exporter that is asked for (``otlp``, ``console``, ...), None where none is."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if not exporter and any(environment.get(name, "").strip() for name in ENDPOINTS):
        return "otlp"
    return exporter if exporter not in ("", "none") else None


def open_telemetry(environment: Mapping[str, str]) -> Telemetry | None:
    """What makes spans of calls, where the process's environment asks for it, else None.

    Says so on standard error where it asks for what there is not. To be called in the process
    where the calls are held.
    """
    name = configured(environment)
    if name is None:
        return None
    try:
        make = _EXPORTERS[name]
        _check_protocol(name, environment)
        return Telemetry(_provider(make()))
    except KeyError:
        log_trouble("telemetry.off", reason=f"OTEL_TRACES_EXPORTER={name} is not known here")
    except ValueError as error:
        log_trouble("telemetry.off", reason=str(error))
    except ImportError:
        reason = "opentelemetry-sdk is missing: pip install 'kairos-voice[otel]'"
        log_trouble("telemetry.off", reason=reason)
    return None


def preload(environment: Mapping[str, str]) -> None:
    """Load what ``open_telemetry`` will want, before a fork; no thread is left behind."""
    name = configured(environment)
    if name is None or name not in _EXPORTERS:
        return
    with suppress(ImportError, ValueError):  # whoever opens it says so
        for module in _WANTED:
            import_module(module)
        # Some is loaded when it is first made.
        _EXPORTERS[name]().shutdown()
        _resource()


def _check_protocol(name: str, environment: Mapping[str, str]) -> None:
    given = next((environment[one] for one in _PROTOCOLS if environment.get(one)), "http/protobuf")
    if name == "otlp" and given.strip() != "http/protobuf":
        raise ValueError(f"{_PROTOCOLS[1]}={given}: spans are sent by http/protobuf alone")


def _otlp() -> SpanExporter:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


def _console() -> SpanExporter:
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter

    return ConsoleSpanExporter()


_EXPORTERS: Mapping[str, Callable[[], SpanExporter]] = {"otlp": _otlp, "console": _console}


def _provider(exporter: SpanExporter) -> TracerProvider:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # At exit nobody says how long to wait: ``close`` does.
    provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _resource() -> Resource:
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource

    resource = Resource.create()
    if str(resource.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: SERVICE}))
    return resource
