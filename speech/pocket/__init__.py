"""A voice on the CPU that is cloned from ten seconds: pocket-tts.

In: text as it is written, a sentence at a time. Out: audio in pieces of a few frames, with words
timed by estimation. One model a process, which speaks one sentence at a time for all calls.
"""
