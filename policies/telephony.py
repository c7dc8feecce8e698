"""A telephone line: whose media stream it is, and how its calls are controlled."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.addresses import ServerUrl
from policies.model import EnvName, Seconds, Section
from policies.tools import Address


class Telephony(Section):
    """How calls come in over a provider's media stream, and how they are ended and handed on."""

    provider: Literal["twilio", "telnyx", "plivo", "vonage", "signalwire"] = Field(
        "twilio", description="Whose media stream is spoken."
    )
    marks: Literal["words", "utterances"] = Field(
        "words",
        description="Behind what the provider is asked to tell how far the caller has heard: each "
        "word, or each utterance, which is fewer messages.",
    )
    account_env: EnvName = Field(
        "TWILIO_ACCOUNT_SID",
        description="The environment variable that holds Twilio's account SID.",
    )
    token_env: EnvName = Field(
        "TWILIO_AUTH_TOKEN",
        description="The environment variable that holds Twilio's auth token: it signs what comes "
        "from Twilio and what is asked of it.",
    )
    proof_env: EnvName | None = Field(
        None,
        description="The environment variable that holds what another provider's requests are "
        "proven by: by default SIGNALWIRE_SIGNING_KEY, TELNYX_PUBLIC_KEY, PLIVO_AUTH_TOKEN or "
        "VONAGE_SIGNATURE_SECRET.",
    )
    api: ServerUrl = Field(
        "https://api.twilio.com",
        description="Twilio's REST server, or a region's, such as "
        "https://api.dublin.ie1.twilio.com.",
    )
    webhook: Address | None = Field(
        None,
        description="Where hanging up, transfers and keys are asked for by a signed JSON POST, in "
        "place of Twilio's REST server. With a provider other than twilio, calls are not "
        "controlled without it: the agent can only close the stream.",
    )
    webhook_secret_env: EnvName = Field(
        "KAIROS_WEBHOOK_SECRET",
        description="The environment variable that holds the secret which the webhook's requests "
        "are signed with; without it they are not signed.",
    )
    time_out: Seconds = Field(
        5.0, gt=0, le=60, description="One request of call control may take so long. Unit: s."
    )
    tries: int = Field(
        3,
        ge=1,
        le=10,
        description="How often a request is made in all while its server cannot be reached, is "
        "late, or answers 429 or 500 and more. No unit.",
    )
    backoff: Seconds = Field(
        0.25,
        ge=0,
        le=10,
        description="Pause before the second try; each next one is twice as long. Unit: s.",
    )
