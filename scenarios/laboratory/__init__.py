"""The laboratory: in which the figures of turn-taking are taken, and its numbers are fitted.

In: a corpus of caller turns that it synthesizes, recorded calls, and contenders. Out: figures,
each with the formula that it follows; weights and thresholds, each with what they were fitted to.
"""
