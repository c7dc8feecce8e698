"""Speech-to-speech engines: what goes in is the caller's sound, what comes out is an answer's text
and its sound at once.

An engine is half a mind and half a voice. The mind (``agent.speaking_mind``) gives System 1 the
text, piece by piece, and puts the sound into a store; when System 1 says a piece, the voice finds
its sound there. What the engine has not said is spoken by the ordinary voice.
"""
