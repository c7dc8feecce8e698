"""A phone line: a provider's media stream on one side, a conversation on the other.

In: a provider's WebSocket messages, journal records and the agent's audio. Out: the caller's audio
and keys for the conversation, messages for the provider, and requests to it (hang up, transfer).
No socket is opened here but those of call control.
"""
