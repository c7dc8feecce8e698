"""The laboratory: how well an agent takes turns, measured beside its peers.

In: a corpus of caller turns that it synthesizes, and contenders. Out: figures, each with the
formula that it follows; ``turns.json``, a table, plots.
"""
