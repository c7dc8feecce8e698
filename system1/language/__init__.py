"""What both minds need to know of a language: words for yes and no, hesitations, digits.

In: text of a recogniser or a policy. Out: normalised words, and verdicts about them. The tables
are data (``en``, ``zh``); ``language_of`` picks one by a policy's language tag. Pure and cached.
"""

from system1.language.language import Language
from system1.language.tags import language_of

__all__ = ["Language", "language_of"]
