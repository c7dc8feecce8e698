"""One conversation wired together: a frame of the caller's audio in, a frame of the agent's out.

Also the call's journal and recording, what is drawn from them, and, as the roof of the house,
the command line.
"""
