"""The slow mind: owns content.

In: a ``Brief`` from System 1 (the moment, as heard). Out: a stream of thoughts, sentence by
sentence, that System 1 may speak, hold back or drop. Never holds the floor itself.
"""
