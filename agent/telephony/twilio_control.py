"""Call control by Twilio's REST interface.

A POST to ``/2010-04-01/Accounts/ACCOUNT/Calls/CALL.json`` with ``Status=completed`` ends a call in
progress, one with ``Twiml`` gives it new instructions, which end its media stream:
https://www.twilio.com/docs/voice/tutorials/how-to-modify-calls-in-progress-python. So keys cannot
be pressed this way without losing the caller: they are sounded.
"""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import urlencode

from agent.telephony.control import ControlError
from agent.telephony.posting import Answered, Posting
from agent.telephony.target import target
from agent.telephony.twiml import dial

NOT_IN_PROGRESS = 21220
"""Twilio's error for a call that is over."""

_SID = re.compile(r"[A-Za-z0-9]{2,64}")


class TwilioControl:
    """Controls the call ``call`` of an account. ``api``: Twilio's server, or a region's.

    Raises ``ControlError`` for an id that can be none.
    """

    sends_digits = False

    def __init__(
        self,
        posting: Posting,
        account: str,
        token: str,
        call: str,
        api: str = "https://api.twilio.com",
    ) -> None:
        if not _SID.fullmatch(account) or not _SID.fullmatch(call):
            raise ControlError("Twilio: the account's or the call's id is none")
        self._posting = posting
        self._url = f"{api}/2010-04-01/Accounts/{account}/Calls/{call}.json"
        credentials = base64.b64encode(f"{account}:{token}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {credentials}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }

    async def hang_up(self) -> None:
        """See ``CallControl``."""
        await self._update({"Status": "completed"}, over_is_fine=True)

    async def transfer(self, to: str, summary: str | None = None) -> None:
        """See ``CallControl``; Twilio has no place for a summary."""
        try:
            chosen = target(to)
        except ValueError as error:
            raise ControlError(f"the call cannot be transferred: {error}") from None
        await self._update({"Twiml": dial(chosen)}, over_is_fine=False)

    async def send_digits(self, digits: str) -> None:
        """See ``CallControl``."""
        raise ControlError("Twilio cannot press keys while a stream is connected")

    async def close(self) -> None:
        """See ``CallControl``."""
        await self._posting.close()

    async def _update(self, form: dict[str, str], *, over_is_fine: bool) -> None:
        answered = await self._posting.post(self._url, urlencode(form).encode(), self._headers)
        if 200 <= answered.status < 300:
            return
        if over_is_fine and (answered.status == 404 or _code(answered) == NOT_IN_PROGRESS):
            return
        if answered.status in (401, 403):
            raise ControlError("Twilio does not take the account and token that it is given")
        code = _code(answered)
        told = "" if code is None else f", error {code}"
        raise ControlError(f"Twilio answers {answered.status}{told}")


def _code(answered: Answered) -> int | None:
    """Twilio's number of an error."""
    try:
        said = json.loads(answered.body)
    except (ValueError, RecursionError):
        return None
    code = said.get("code") if isinstance(said, dict) else None
    return code if isinstance(code, int) else None
