"""What is measured of the caller's sound, whichever ears know the words.

Chunks of 32 ms at 16 kHz come in; voice activity, pitch and rate, loudness, the end of a stretch,
laughter, music, beeps, echo and first sounds come out, each from a file of its own.
"""
