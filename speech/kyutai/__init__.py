"""Kyutai's models in process: ears that write what a caller says, 0.5 s behind, with pause heads,
and a voice that speaks while its text is written.

In: 24 kHz audio in frames of 80 ms, or text, and a policy's settings. Out: percepts, or audio with
the times of its words. Many calls share one model, a slot each (``speech.slots``).
"""
