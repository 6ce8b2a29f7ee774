"""A server of our own that answers as geocoding services do, and things that it may find."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any, Self

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

HOUSE: Mapping[str, Any] = {
    "lat": "52.2319",
    "lon": "21.0067",
    "display_name": "1, plac Defilad, Śródmieście, Warszawa, 00-901, Polska",
    "addresstype": "building",
    "licence": "Data © OpenStreetMap contributors, ODbL 1.0",
    "address": {"house_number": "1", "road": "plac Defilad"},
}
STREET = {**HOUSE, "addresstype": "road", "address": {"road": "plac Defilad"}}
TOWN = {
    **HOUSE,
    "display_name": "Warszawa, Polska",
    "addresstype": "city",
    "address": {"city": "Warszawa"},
}


def feature(longitude=2.35, latitude=48.85, **properties):
    """One place as GeoJSON, in which Photon, Pelias and BAN answer."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": properties,
    }


class Server:
    """Answers every question with ``status`` and ``body``, and remembers what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.body: Any = [HOUSE]
        self.headers: dict[str, str] = {}
        self.hangs = threading.Event()
        self.hangs.set()
        self.asked: list[Request] = []
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.hangs.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @Request.application
    def _answer(self, request: Request) -> Response:
        self.asked.append(request)
        self.hangs.wait(10)
        body = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return Response(body, status=self.status, mimetype="application/json", headers=self.headers)
