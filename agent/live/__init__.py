"""Calls in real time: what paces them, buffers their sound and keeps their files through a crash.

In come samples as a sound card or a network brings them, at any rate and in any lumps; out goes
one frame of the agent's for each of the caller's, at the pace of the clock that the line has.
"""
