"""Kyutai's models in process: ears that write what a caller says, 0.5 s behind, with pause heads.

In: 24 kHz audio in frames of 80 ms and a policy's settings. Out: percepts.
Many calls share one model, a slot each (``speech.slots``).
"""
