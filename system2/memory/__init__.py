"""Long-term memory: who the customers are, what is known of them, and what their calls were.

In: what a call that is over taught. Out: a profile before the next one's greeting. Written after
the call and never inside a turn; a customer's rows can be erased for good.
"""
