"""Tools as the slow mind's side sees them: declared, given arguments, used, their answers bounded.

In: the tools that a policy declares, and what a mind wants of them. Out: an answer, short enough
and in one form, or one clear line that says what went wrong. Knows nothing of calls or clocks.
"""
