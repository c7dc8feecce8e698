"""The YAML policy language: one bot, one file.

In: a policy's name or path. Out: a validated, frozen ``Policy``, or a ``PolicyError`` whose text
is ``FILE:LINE:COL: path: message``. Imports nothing of ours.
"""
