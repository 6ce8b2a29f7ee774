"""Server-sent events: what happens is told to the pages that watch, as it happens.

Each open stream keeps one thread of the server, so their number is limited (``streams``); whoever
comes next is told to poll. A ping every 5 s finds out that a reader has gone. A stream holds no
database session: an open reader would keep SQLite's log from being folded back. A reader that
falls behind is cut off; its browser comes again and is sent the present state.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator

from flask import Flask, Response, current_app

from app.context import settings

PING_SECONDS = 5.0
# Messages that may wait for a slow reader before it is cut off.
BACKLOG = 200
RETRY_MILLISECONDS = 2000

Channel = str
_Reader = queue.Queue[str | None]


class Bus:
    """Hands each message to every stream of its channel, within this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers: dict[_Reader, Channel] = {}

    @property
    def open(self) -> int:
        """How many streams are open."""
        with self._lock:
            return len(self._readers)

    def tell(self, channel: Channel, *, event: str, data: object, id: int | None = None) -> None:  # noqa: A002
        """Send an event to everybody who watches ``channel``; ``id`` is that of a journal fact."""
        message = written(event=event, data=data, id=id)
        with self._lock:
            for reader, watched in list(self._readers.items()):
                if watched == channel:
                    self._hand(reader, message)

    def join(self, channel: Channel, *, limit: int) -> _Reader | None:
        """Open a stream on ``channel``, or None when ``limit`` streams are open already."""
        reader: _Reader = queue.Queue(BACKLOG)
        with self._lock:
            if len(self._readers) >= limit:
                return None
            self._readers[reader] = channel
        return reader

    def leave(self, reader: _Reader) -> None:
        """Close a stream; harmless when it is closed already."""
        with self._lock:
            self._readers.pop(reader, None)

    def _hand(self, reader: _Reader, message: str) -> None:
        try:
            reader.put_nowait(message)
        except queue.Full:
            del self._readers[reader]
            reader.get_nowait()
            reader.put_nowait(None)


def init_app(app: Flask) -> None:
    """Give the application its bus."""
    app.extensions["onsite.bus"] = Bus()


def bus() -> Bus:
    """Return the bus of the current application."""
    return bus_of(current_app)


def bus_of(app: Flask) -> Bus:
    """Return the bus of ``app``, for those who outlive a request."""
    held: Bus = app.extensions["onsite.bus"]
    return held


def stream(channel: Channel, *, event: str, first: Callable[[], object]) -> Response:
    """Answer with a live stream of ``channel`` that begins with the present state.

    ``first`` reads that state after the stream has been joined, so nothing falls in between.
    Answers 503 with Retry-After when too many streams are open: the page then polls.
    """
    watched = bus()
    reader = watched.join(channel, limit=settings().streams)
    if reader is None:
        return Response(status=503, headers={"Retry-After": "5"})
    beginning = f"retry: {RETRY_MILLISECONDS}\n\n" + written(event=event, data=first())
    response = Response(
        _messages(reader, beginning),
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    response.call_on_close(lambda: watched.leave(reader))
    return response


def written(*, event: str, data: object, id: int | None = None) -> str:  # noqa: A002
    """Write one event the way EventSource reads it."""
    number = "" if id is None else f"id: {id}\n"
    return f"{number}event: {event}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"


def _messages(reader: _Reader, beginning: str) -> Iterator[str]:
    yield beginning
    while True:
        try:
            message = reader.get(timeout=PING_SECONDS)
        except queue.Empty:
            message = ": ping\n\n"
        if message is None:
            return
        yield message
