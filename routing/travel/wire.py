"""Asks a routing engine over HTTP: every question ends in time, and every error says what to do.

A question names customers' places, so nothing of it, and nothing that the engine says about it,
gets into an error or a log: an error carries the host and a status, no more. No proxy is used and
no redirect followed: places go to the address that was set and to no other.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from routing.travel.provider import TravelBusy, TravelImpossible, TravelRefused

# A table of a million cells is 14 MB of JSON; whoever sends more than this sends garbage.
MOST_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
# Statuses after which only a person can help: keys, quotas, a wrong address, a moved server.
ASK_A_PERSON = frozenset({301, 302, 303, 307, 308, 401, 402, 403, 404})
TOO_MANY = 429


class Rejected(TravelImpossible):
    """The engine understood and said no; ``answer`` is its document, never to be logged."""

    def __init__(self, host: str, *, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{host} rejects the question with status {status}")
        self.status = status
        self.answer = answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """The way to one engine. A query in ``url``, such as a key, goes along with every question."""

    url: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("the address of a routing engine begins with http:// or https://")
        assert parts.port != 0  # raises ValueError itself where the port is no number

    @property
    def host(self) -> str:
        """Where the engine is, without keys."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def get(self, path: str, *, seconds: float) -> Any:  # noqa: ANN401 - a JSON document
        """The document at ``path``; raises TravelError, at the latest after ``seconds``."""
        return self._ask("GET", path, None, seconds=seconds)

    def post(self, path: str, body: object, *, seconds: float) -> Any:  # noqa: ANN401
        """The document that answers ``body``; raises TravelError, at the latest after ``seconds``."""
        return self._ask("POST", path, json.dumps(body).encode(), seconds=seconds)

    def _ask(self, method: str, path: str, body: bytes | None, *, seconds: float) -> Any:  # noqa: ANN401
        late = threading.Event()
        try:
            status, text = self._exchange(method, path, body, seconds=seconds, late=late)
        except (OSError, HTTPException, ValueError) as fault:
            word = "is too slow" if _is_late(fault, late) else "does not answer"
            raise TravelBusy(f"{self.host} {word} ({type(fault).__name__})") from None
        if late.is_set():
            raise TravelBusy(f"{self.host} is too slow")
        if status >= 500 or status == TOO_MANY:
            raise TravelBusy(f"{self.host} is in trouble: status {status}")
        if status in ASK_A_PERSON:
            raise TravelRefused(f"{self.host} refuses: status {status}")
        return self._read(status, text)

    def _read(self, status: int, text: bytes) -> Any:  # noqa: ANN401
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            answer = None
        if status != 200:
            known = answer if isinstance(answer, dict) else {}
            raise Rejected(self.host, status=status, answer=known)
        if not isinstance(answer, dict):
            raise TravelBusy(f"{self.host} answers something that is no document")
        return answer

    def _exchange(
        self, method: str, path: str, body: bytes | None, *, seconds: float, late: threading.Event
    ) -> tuple[int, bytes]:
        """Status and body. A guard cuts the line when time is over, also while bytes drip in."""
        parts = urlsplit(self.url)
        # Each address of a name has its own try, and most have two.
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, seconds / 2)
        headers = {"Accept": "application/json", "User-Agent": "onsite"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        target = parts.path.rstrip("/") + path
        if parts.query:
            target += ("&" if "?" in path else "?") + parts.query
        try:
            connection.connect()
            connection.sock.settimeout(seconds)
            guard = threading.Timer(seconds, _cut, (connection.sock, late))
            guard.daemon = True
            guard.start()
            try:
                connection.request(method, target, body, headers)
                response = connection.getresponse()
                return response.status, _whole(response)
            finally:
                guard.cancel()
        finally:
            connection.close()


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=seconds)


def _whole(response: HTTPResponse) -> bytes:
    """All bytes of an answer. Raises ValueError when it does not end."""
    pieces, size = [], 0
    while piece := response.read(CHUNK_BYTES):
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            raise ValueError("endless answer")
    return b"".join(pieces)


def _cut(line: socket.socket, late: threading.Event) -> None:
    """End whatever waits on the line."""
    late.set()
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster


def _is_late(fault: BaseException, late: threading.Event) -> bool:
    return late.is_set() or isinstance(fault, TimeoutError)
