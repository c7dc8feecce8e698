"""The embedded ears and voice: pocketsphinx, and espeak-ng.

They need no weights to fetch, no GPU and no network, and give the same for the same on every
machine. ``ears.embedded_ears`` and ``espeak.EspeakVoice`` are what comes out.
"""
