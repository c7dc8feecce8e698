"""Chat models: language models behind one protocol.

In: messages and the tools that may be called. Out: a stream of words, tool calls and counts.
"""
