"""The fast mind: rules and a state machine that own time.

In: percepts (``system1.percepts``), each with its time on the audio clock.
Out: acts (``system1.acts``) with the rule and the evidence behind each, and notices
(``system1.notices``) of what changed hands.

Pure: no clock, no I/O, no randomness, no asyncio. The same percepts give the same acts.
"""
