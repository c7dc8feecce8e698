"""From a voice to the line: what is played, sample by sample, and what of it has been heard.

``mouth.AudioMouth`` plays utterances of a ``StreamingVoice``; ``wordmouth.WordMouth`` is the same
without sound. ``sentencewise`` makes a voice that takes whole texts into such.
"""
