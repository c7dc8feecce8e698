"""The OpenAI Realtime protocol, spoken by a call: whoever speaks it as a client can talk to Kairos.

``RealtimeSession`` does no I/O: a client's messages in, commands for the call out; the call's
records and sound in, events for the client out. ``serve`` is the WebSocket around it.
What each setting and event means here is listed in ``README.md`` beside this file.
"""
