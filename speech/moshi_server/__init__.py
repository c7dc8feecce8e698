"""Kyutai's moshi-server as ears and voice, over WebSocket.

In: a call's audio, an utterance's text. Out: words with times and end-of-turn probabilities;
audio with the words in it. One socket for a call's ears, one for each utterance.
"""
