"""A server of our own that speaks Nominatim's API, and three things that it may find."""

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
    "display_name": "plac Defilad 1, Warszawa",
    "addresstype": "building",
    "licence": "Data © OpenStreetMap contributors, ODbL 1.0",
    "address": {"house_number": "1", "road": "plac Defilad"},
}
STREET = {**HOUSE, "addresstype": "road", "address": {"road": "plac Defilad"}}
TOWN = {**HOUSE, "addresstype": "city", "address": {"city": "Warszawa"}}


class Nominatim:
    """Answers every search with ``status`` and ``found``, and remembers what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.found: list[Mapping[str, Any]] = [HOUSE]
        self.asked: list[Request] = []
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @Request.application
    def _answer(self, request: Request) -> Response:
        self.asked.append(request)
        body = json.dumps(self.found)
        return Response(body, status=self.status, mimetype="application/json")
