"""Which call control a policy's telephone line has."""

from __future__ import annotations

from collections.abc import Mapping

from agent.telephony.control import CallControl, ControlError
from agent.telephony.posting import Posting
from agent.telephony.twilio_control import TwilioControl
from agent.telephony.webhook_control import WebhookControl
from policies.telephony import Telephony


def call_control(terms: Telephony, call: str, environment: Mapping[str, str]) -> CallControl | None:
    """The control of a call by the provider's id for it; None: there is none but its stream.

    Raises ``ControlError`` where the environment lacks what Twilio wants.
    """
    if terms.webhook is not None:
        posting = Posting("the webhook", terms.time_out, terms.tries, terms.backoff)
        secret = environment.get(terms.webhook_secret_env)
        return WebhookControl(posting, terms.webhook, secret, call)
    if terms.provider != "twilio":
        return None
    for name in (terms.account_env, terms.token_env):
        if not environment.get(name):
            raise ControlError(f"Twilio: the environment variable {name} is not set")
    posting = Posting("Twilio", terms.time_out, terms.tries, terms.backoff)
    account, token = environment[terms.account_env], environment[terms.token_env]
    return TwilioControl(posting, account, token, call, terms.api)
