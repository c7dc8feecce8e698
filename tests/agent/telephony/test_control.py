"""Call control against real HTTP on this machine."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from agent.records import CallEnded, Outcome
from agent.telephony.control import CallControl, ControlError, conclude
from agent.telephony.controls import call_control
from agent.telephony.posting import Posting
from agent.telephony.twilio_control import TwilioControl
from agent.telephony.webhook_control import WebhookControl, signed
from policies.telephony import Telephony
from tests.toolserver import Asked, ToolServer, tool_server

ACCOUNT, TOKEN, CALL = "AC" + "a" * 32, "s3cret-token", "CA" + "b" * 32
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json"

pauses: list[float] = []


def header(asked: Asked, name: str) -> str | None:
    return {key.lower(): value for key, value in asked.headers.items()}.get(name)


async def pause(seconds: float) -> None:
    pauses.append(seconds)


@pytest.fixture
def server() -> Iterator[ToolServer]:
    pauses.clear()
    with tool_server() as given:
        yield given


def twilio(server: ToolServer, time_out: float = 5.0, api: str = "") -> TwilioControl:
    posting = Posting("Twilio", time_out, 3, 0.25, pause)
    return TwilioControl(posting, ACCOUNT, TOKEN, CALL, api or server.url(""))


async def test_hanging_up_is_a_form_with_basic_credentials(server: ToolServer) -> None:
    server.says(PATH, {"status": "completed"})
    control = twilio(server)
    await control.hang_up()
    await control.close()
    asked = server.asked[0]
    assert asked.method == "POST"
    assert parse_qs(asked.body.decode()) == {"Status": ["completed"]}
    scheme, _, credentials = (header(asked, "authorization") or "").partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(credentials).decode() == f"{ACCOUNT}:{TOKEN}"


async def test_a_transfer_dials(server: ToolServer) -> None:
    server.says(PATH, {})
    control = twilio(server)
    await control.transfer("tel:+44 20 7946 0000", "Wants a refund.")
    await control.close()
    [twiml] = parse_qs(server.asked[0].body.decode())["Twiml"]
    assert "<Dial><Number>+442079460000</Number></Dial>" in twiml
    with pytest.raises(ControlError, match="neither a telephone number"):
        await control.transfer("support")
    with pytest.raises(ControlError, match="cannot press keys"):
        await control.send_digits("1")
    assert not control.sends_digits


async def test_a_server_in_trouble_is_asked_again(server: ToolServer) -> None:
    server.says(PATH, {}, 500)
    server.says(PATH, {}, 429)
    server.says(PATH, {}, 200)
    control = twilio(server)
    await control.hang_up()
    await control.close()
    assert len(server.asked) == 3
    assert pauses == [0.25, 0.5]


async def test_it_is_asked_no_oftener_than_that(server: ToolServer) -> None:
    server.says(PATH, {}, 503)
    control = twilio(server)
    with pytest.raises(ControlError, match="Twilio answers 503"):
        await control.hang_up()
    await control.close()
    assert len(server.asked) == 3


async def test_wrong_credentials_are_told_and_not_tried_again(server: ToolServer) -> None:
    server.says(PATH, {"code": 20003, "message": f"{TOKEN} is wrong"}, 401)
    control = twilio(server)
    with pytest.raises(ControlError, match="does not take the account and token") as caught:
        await control.hang_up()
    await control.close()
    assert len(server.asked) == 1
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(("status", "code"), [(404, 20404), (400, 21220)])
async def test_a_call_that_is_over_has_been_hung_up(
    server: ToolServer, status: int, code: int
) -> None:
    server.says(PATH, {"code": code}, status)
    control = twilio(server)
    await control.hang_up()
    with pytest.raises(ControlError, match=f"answers {status}, error {code}"):
        await control.transfer("+442079460000")
    await control.close()


async def test_a_server_that_is_late_is_not_waited_for(server: ToolServer) -> None:
    control = WebhookControl(
        Posting("the webhook", 0.05, 2, 0.0, pause), server.url("/hangs"), None, CALL
    )
    with pytest.raises(ControlError, match="the webhook gives no answer in time"):
        await control.hang_up()
    await control.close()
    assert len(server.asked) == 2


async def test_a_server_that_cannot_be_reached(server: ToolServer) -> None:
    control = WebhookControl(
        Posting("the webhook", 5.0, 2, 0.0, pause), server.url("/breaks"), None, CALL
    )
    with pytest.raises(ControlError, match="the webhook cannot be reached"):
        await control.hang_up()
    await control.close()


async def test_a_webhook_is_told_what_to_do_and_who_says_so(server: ToolServer) -> None:
    server.says("/hook", {})
    control = WebhookControl(
        Posting("the webhook", 5.0, 1, 0.0, pause),
        server.url("/hook"),
        "shared",
        CALL,
        lambda: 1_700_000_000.9,
    )
    await control.transfer("sip:desk@example.com", "Möchte Geld zurück.")
    await control.send_digits("12#")
    await control.hang_up()
    await control.close()
    assert [json.loads(one.body) for one in server.asked] == [
        {
            "action": "transfer",
            "to": "sip:desk@example.com",
            "summary": "Möchte Geld zurück.",
            "call": CALL,
        },
        {"action": "send_digits", "digits": "12#", "call": CALL},
        {"action": "hang_up", "call": CALL},
    ]
    for one in server.asked:
        assert header(one, "x-kairos-timestamp") == "1700000000"
        expected = signed("shared", "1700000000", one.body)
        assert header(one, "x-kairos-signature") == expected
        assert expected.startswith("sha256=")
    assert len({header(one, "idempotency-key") for one in server.asked}) == 3


async def test_a_webhook_that_refuses(server: ToolServer) -> None:
    server.says("/hook", {"error": "no"}, 403)
    posting = Posting("the webhook", 5.0, 3, 0.0, pause)
    control = WebhookControl(posting, server.url("/hook"), None, CALL)
    with pytest.raises(ControlError, match="the webhook answers 403"):
        await control.transfer("+442079460000")
    await control.close()
    assert header(server.asked[0], "x-kairos-signature") is None
    assert len(server.asked) == 1


def test_which_control_a_policy_has() -> None:
    environment = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}
    assert isinstance(call_control(Telephony(), CALL, environment), TwilioControl)
    assert call_control(Telephony(provider="vonage"), CALL, environment) is None
    hooked = Telephony(provider="plivo", webhook="https://pbx.example.com/calls")
    assert isinstance(call_control(hooked, CALL, {}), WebhookControl)
    with pytest.raises(ControlError, match="TWILIO_AUTH_TOKEN is not set"):
        call_control(Telephony(), CALL, {"TWILIO_ACCOUNT_SID": ACCOUNT})
    with pytest.raises(ControlError, match="id is none"):
        call_control(Telephony(), "CA1/../../Accounts", environment)


class Told:
    sends_digits = True

    def __init__(self) -> None:
        self.did: list[tuple[str, ...]] = []

    async def hang_up(self) -> None:
        self.did.append(("hang_up",))

    async def transfer(self, to: str, summary: str | None = None) -> None:
        self.did.append(("transfer", to, summary or ""))

    async def send_digits(self, digits: str) -> None:
        self.did.append(("send_digits", digits))

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("outcome", "to", "did"),
    [
        ("agent_hung_up", None, [("hang_up",)]),
        ("time_out", None, [("hang_up",)]),
        ("error", None, [("hang_up",)]),
        ("caller_hung_up", None, []),
        ("transferred", "support", [("transfer", "+442079460000", "A refund.")]),
    ],
)
async def test_the_end_of_a_call_is_carried_out(
    outcome: Outcome, to: str | None, did: list[tuple[str, ...]]
) -> None:
    told = Told()
    control: CallControl = told
    ended = CallEnded(5.0, outcome, "agent", 5.0, to)
    await conclude(ended, control, {"support": "+442079460000"}, "A refund.")
    assert told.did == did
