"""The client's side of WebSockets on bare sockets: as lean as many of them in one process must be,
and able to do what no decent library would (RFC 6455)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Mapping

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_RESET = struct.pack("ii", 1, 0)  # close at once, with a reset


def framed(data: bytes, opcode: int = TEXT, final: bool = True) -> bytes:
    """A client's frame. Its mask is four zeros, which leaves the data as they are."""
    head = bytes([opcode | 0x80 * final])
    size = len(data)
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += b"\xfe" + struct.pack(">H", size)
    else:
        head += b"\xff" + struct.pack(">Q", size)
    return head + bytes(4) + data


def handshake(port: int, path: str, headers: Mapping[str, str]) -> bytes:
    """The request that asks for a WebSocket."""
    told = {
        "Host": f"127.0.0.1:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        **headers,
    }
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    return "\r\n".join(lines).encode()


class Incoming:
    """What a server sends, cut into its messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, data: bytes) -> None:
        """The next of it."""
        self._bytes += data

    def head(self) -> bytes | None:
        """The answer to the handshake, once it is whole."""
        end = self._bytes.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._bytes[:end])
        del self._bytes[: end + 4]
        return head

    def messages(self) -> Iterator[tuple[int, bytes]]:
        """Those that are whole: opcode and data. (Servers that are met here cut none in pieces.)"""
        while len(self._bytes) >= 2:
            size, at = self._bytes[1] & 0x7F, 2
            if size == 126:
                at = 4
                size = int.from_bytes(self._bytes[2:4], "big")
            elif size == 127:
                at = 10
                size = int.from_bytes(self._bytes[2:10], "big")
            if len(self._bytes) < at + size:
                return
            message = self._bytes[0] & 0x0F, bytes(self._bytes[at : at + size])
            del self._bytes[: at + size]
            yield message


class Wire:
    """One connection that waits for what it does. ``room``: bytes that its end of the network
    takes while nobody reads; None: as many as the machine likes."""

    def __init__(
        self, port: int, path: str, headers: Mapping[str, str], room: int | None = None
    ) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if room is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", port))
        self._incoming = Incoming()
        self.socket.sendall(handshake(port, path, headers))
        while (head := self._incoming.head()) is None:
            if not self._more():
                raise ConnectionError("it was closed in the handshake")
        self.status = int(head.split()[1])
        self.head = head.decode()
        self._messages = self._incoming.messages()

    def _more(self) -> bool:
        data = self.socket.recv(1 << 16)
        self._incoming.add(data)
        return bool(data)

    def send(self, text: str | bytes, opcode: int = TEXT) -> None:
        """A message; raises ``OSError`` where nobody takes it."""
        self.socket.sendall(framed(text.encode() if isinstance(text, str) else text, opcode))

    def receive(self) -> tuple[int, bytes]:
        """The next message; raises ``OSError`` where there will be none."""
        while True:
            for message in self._messages:
                return message
            if not self._more():
                raise ConnectionError("it is closed")
            self._messages = self._incoming.messages()

    def close_code(self) -> int | None:
        """Read on to the end: why the server has closed; None where it did not say so."""
        try:
            while True:
                opcode, data = self.receive()
                if opcode == CLOSE:
                    return int.from_bytes(data[:2], "big")
                if opcode == PING:
                    self.send(data, PONG)
        except ConnectionError:
            return None

    def reset(self) -> None:
        """Vanish: no close frame, and nothing in flight arrives."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.socket.close()

    def close(self) -> None:
        """No more is heard of it."""
        self.socket.close()
