"""From a voice to the line: what is played, sample by sample, and what of it has been heard.

``mouth.AudioMouth`` plays utterances of a ``StreamingVoice``; ``wordmouth.WordMouth`` is the same
without sound. ``sentencewise`` and ``ahead`` make other voices into such.
"""
