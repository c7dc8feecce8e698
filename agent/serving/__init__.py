"""Calls of many clients in one process, over a network.

In: policies, and how they are to be served (``terms.Terms``). Out: an ASGI application, and the
server around it: the OpenAI Realtime protocol, Twilio's media streams, health, figures, and the
files of the calls. Wants the extra ``serve``.
"""
