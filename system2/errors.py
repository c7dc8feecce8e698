"""What can go wrong in System 2, as one clear line each."""

from __future__ import annotations


class ModelError(Exception):
    """A model that cannot be opened: unknown, not installed, or not there."""
