"""Where a call can be handed to: a telephone number or a SIP address."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"\+?[0-9]{2,15}")
_SIP = re.compile(r"sips?:[A-Za-z0-9!$&'()*+,;=?/_.~%:-]+@[A-Za-z0-9.:\[\]-]+(;[\w.=~%-]+)*")


@dataclass(frozen=True, slots=True)
class Target:
    """``address``: digits, with a plus before the country's code, or ``sip:name@host``."""

    address: str
    is_sip: bool


def target(written: str) -> Target:
    """What stands under ``transfer`` in a policy: ``tel:+44 20 7946 0000``, ``+44...``,
    ``sip:...``.

    Raises ``ValueError`` for what is neither.
    """
    text = written.strip()
    if text.lower().startswith(("sip:", "sips:")):
        scheme, _, rest = text.partition(":")
        text = f"{scheme.lower()}:{rest}"
        if not _SIP.fullmatch(text):
            raise ValueError("it is no SIP address such as sip:desk@example.com")
        return Target(text, True)
    digits = re.sub(r"[\s().-]", "", text.removeprefix("tel:"))
    if not _NUMBER.fullmatch(digits):
        raise ValueError("it is neither a telephone number such as +442079460000 nor sip:...")
    return Target(digits, False)
