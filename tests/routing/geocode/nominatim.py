"""A server of our own that speaks Nominatim's API, and three things that it may find."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOUSE = {
    "lat": "52.2319",
    "lon": "21.0067",
    "display_name": "plac Defilad 1, Warszawa",
    "addresstype": "building",
    "licence": "Data © OpenStreetMap contributors, ODbL 1.0",
    "address": {"house_number": "1", "road": "plac Defilad"},
}
STREET = HOUSE | {"addresstype": "road", "address": {"road": "plac Defilad"}}
TOWN = HOUSE | {"addresstype": "city", "address": {"city": "Warszawa"}}


class Nominatim(ThreadingHTTPServer):
    """Answers every search with ``status`` and ``found``, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.found = 200, [HOUSE]
        self.asked: list[tuple[dict[str, list[str]], str]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Nominatim

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.server.asked.append((query, self.headers["User-Agent"]))
        body = json.dumps(self.server.found).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Stay quiet."""
