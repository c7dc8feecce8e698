"""A call as OpenTelemetry spans: how it went in time, and never a word of it.

In: a conversation's records as they are written. Out: spans, to wherever the standard ``OTEL_*``
variables say. Without the extra ``otel``, or with none of them set, nothing here is imported.
"""
