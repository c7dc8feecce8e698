"""The command line, one file for each command.

Nothing is imported until a command needs it. Exit codes: 0 all is well, 1 a check failed,
2 bad input (one clear line on standard error), 130 interrupted.
"""
