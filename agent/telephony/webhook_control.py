"""Call control by a webhook: a signed JSON POST for each thing to be done.

``{"action": "hang_up" | "transfer" | "send_digits", "call": ID, ...}``; ``X-Kairos-Signature`` is
``sha256=`` and HMAC-SHA256 in hex, keyed with the secret, over ``X-Kairos-Timestamp`` (seconds
since 1970), a full stop and the body. A request that is tried again keeps its ``Idempotency-Key``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable

from agent.telephony.control import ControlError
from agent.telephony.posting import Posting


class WebhookControl:
    """Controls the call ``call``. ``secret``: signs; without one nothing is signed."""

    sends_digits = True

    def __init__(
        self,
        posting: Posting,
        url: str,
        secret: str | None,
        call: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._posting = posting
        self._url = url
        self._secret = secret
        self._call = call
        self._now = now

    async def hang_up(self) -> None:
        """See ``CallControl``."""
        await self._send({"action": "hang_up"}, over_is_fine=True)

    async def transfer(self, to: str, summary: str | None = None) -> None:
        """See ``CallControl``."""
        await self._send({"action": "transfer", "to": to, "summary": summary})

    async def send_digits(self, digits: str) -> None:
        """See ``CallControl``."""
        await self._send({"action": "send_digits", "digits": digits})

    async def close(self) -> None:
        """See ``CallControl``."""
        await self._posting.close()

    async def _send(self, said: dict[str, str | None], *, over_is_fine: bool = False) -> None:
        body = json.dumps({**said, "call": self._call}, ensure_ascii=False).encode()
        stamp = str(int(self._now()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": uuid.uuid4().hex,
            "X-Kairos-Timestamp": stamp,
        }
        if self._secret:
            headers["X-Kairos-Signature"] = signed(self._secret, stamp, body)
        answered = await self._posting.post(self._url, body, headers)
        if not 200 <= answered.status < 300 and not (over_is_fine and answered.status == 404):
            raise ControlError(f"the webhook answers {answered.status}")


def signed(secret: str, stamp: str, body: bytes) -> str:
    """The value of ``X-Kairos-Signature``."""
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"
