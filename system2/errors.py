"""What can go wrong in System 2, as one clear line each."""

from __future__ import annotations


class ModelError(Exception):
    """A model that cannot be opened: unknown, not installed, or not there."""


class StoreError(Exception):
    """Long-term memory that cannot be used. No value and no password is ever in the text."""


class EmbeddingError(Exception):
    """No vectors for these texts; the text says why in a few words, none of the texts'."""
