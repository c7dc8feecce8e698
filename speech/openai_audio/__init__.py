"""OpenAI's audio protocols, as ears and voice, against whatever server speaks them.

In: stretches of a call's audio, an utterance's text. Out: words, spread over the stretch where the
server does not time them; streamed audio with words timed by estimation.
"""
