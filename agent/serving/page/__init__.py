"""The page at ``/``: a caller's own browser, as a client of ``/v1/realtime``.

``static/`` is what the browser gets, as it lies there; ``words`` what it says, ``endpoint`` who
answers.
"""
