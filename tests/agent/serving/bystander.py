"""A caller whose call goes on beside clients that want none, and how such clients begin."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from xml.etree import ElementTree

from agent import files
from agent.journal import read_journal
from agent.records import CallEnded
from agent.telephony.signature import signature
from tests.agent.serving.callers import Caller, Crowd, caller
from tests.agent.serving.process import AUTH_TOKEN, TOKEN, Served
from tests.agent.serving.tracks import appended, track
from tests.agent.serving.wires import TEXT, Wire
from tests.agent.telephony.caller import Twilio

BEARER = {"Authorization": f"Bearer {TOKEN}"}
BEGIN = json.dumps({"type": "session.update", "session": {"type": "realtime"}})
SECOND = appended(bytes(48_000)).decode()
IDLE_S = 10
OPENED: list[Wire] = []
"""What a test has opened, to be closed after it."""
MOST_MB = 120.0
"""What a client may make a server hold at most, however it goes about it."""


class Bystander:
    """A caller with whom nothing is wrong."""

    def __init__(self, server: Served) -> None:
        self.caller: Caller = caller(track(1, 120.0), 0.0, 120.0)
        self._server = server
        self._crowd = Crowd([self.caller], server.port)
        self._thread = threading.Thread(target=self._crowd.talk)
        self._thread.start()

    def goes_on(self) -> None:
        """Until something more that it says was understood, and the agent was heard after that."""
        captions = len(self.caller.captions)
        self._server.until(lambda: len(self.caller.captions) > captions)
        came = len(self.caller.came)
        self._server.until(lambda: len(self.caller.came) > came)

    def leave(self) -> None:
        """It hangs up, and all of its call is there."""
        self.caller.leaves = True
        self._thread.join(60)
        self._crowd.close()
        one = self.caller
        assert (one.status, one.errors, one.outcome, one.code) == (101, [], "caller_hung_up", 1000)
        folder = self._server.out / one.call
        self._server.until((folder / files.RESULT).is_file)
        assert isinstance(read_journal(folder / files.JOURNAL)[-1], CallEnded)
        assert json.loads((folder / files.RESULT).read_text())["outcome"] == "caller_hung_up"


def alone(server: Served) -> Callable[[], bool]:
    """Whether nobody is there but the bystander."""
    return lambda: server.figure("kairos_active_calls") == 1


def realtime(server: Served, room: int | None = None) -> Wire:
    """One that has a session, and no call yet."""
    wire = Wire(server.port, "/v1/realtime", BEARER, room)
    OPENED.append(wire)
    assert wire.status == 101
    assert told(wire)["type"] == "session.created"
    return wire


def told(wire: Wire) -> Any:
    opcode, data = wire.receive()
    assert opcode == TEXT, data
    return json.loads(data)


def until_told(wire: Wire, kind: str) -> Any:
    while (event := told(wire))["type"] != kind:
        pass
    return event


def in_call(server: Served) -> Wire:
    """One whose greeting is heard."""
    wire = realtime(server)
    wire.send(BEGIN)
    until_told(wire, "response.output_audio.delta")
    return wire


def stream(server: Served) -> tuple[Wire, Twilio, list[str]]:
    """Twilio's stream, and with which messages it begins."""
    form = {"CallSid": "CA" + "2" * 32, "From": "+442079460000", "To": "+442079460001"}
    host = f"127.0.0.1:{server.port}"
    signed = signature(AUTH_TOKEN, f"http://{host}/twilio", form.items())
    asked = Request(
        f"http://{host}/twilio", urlencode(form).encode(), {"X-Twilio-Signature": signed}
    )
    with urlopen(asked) as answer:
        element = ElementTree.fromstring(answer.read()).find("Connect/Stream")
    assert element is not None
    parameters = {one.attrib["name"]: one.attrib["value"] for one in element}
    path = "/twilio/media/broadband"
    headers = {"X-Twilio-Signature": signature(AUTH_TOKEN, f"wss://{host}{path}")}
    wire = Wire(server.port, path, headers)
    OPENED.append(wire)
    assert wire.status == 101
    twilio = Twilio()
    return wire, twilio, twilio.begins(**parameters)


def on_the_phone(server: Served) -> tuple[Wire, Twilio]:
    """One whose greeting is heard."""
    wire, twilio, begins = stream(server)
    for message in begins:
        wire.send(message)
    assert told(wire)["event"] == "media"
    return wire, twilio


def outcomes(server: Served, channel: str, outcome: str) -> float:
    name = f'kairos_calls_total{{channel="{channel}",outcome="{outcome}"}}'
    return server.figures().get(name, 0.0)


def begun(server: Served, channel: str) -> Wire:
    return in_call(server) if channel == "realtime" else on_the_phone(server)[0]
