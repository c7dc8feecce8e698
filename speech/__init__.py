"""Ears and mouth.

In: the caller's audio, and what System 1 wants said. Out: percepts (voice activity, words,
prosody, what has been played), and the agent's audio. What it needs of a policy, such as its
words, is handed to it.

``protocols`` says what an engine offers, ``profiles`` which there are; each engine has a folder.
``ears`` puts what is measured (``meters``) around whoever knows the words; ``playback`` plays.
"""
