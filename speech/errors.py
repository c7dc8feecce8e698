"""What goes wrong with ears, voices and audio files, in one line for the person who called."""

from __future__ import annotations


class SpeechError(Exception):
    """One clear line about what is missing or wrong, and what to do about it."""
