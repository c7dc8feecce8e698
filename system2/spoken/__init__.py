"""Values as people say them, in English and Chinese.

In: what the caller said, and the slot that it should fill. Out: a canonical value, or None; and
back again, a value as the agent says it. Pure; today's date is handed in.
"""
