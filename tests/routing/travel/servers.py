"""Little HTTP servers on loopback that answer as routing engines do, or fail as servers do.

Seconds between two points are a tenth of the straight metres one way and an eighth the other, so
that rows and columns cannot be mixed up unseen.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polyline

from routing.travel.crowfly import straight_metres
from routing.travel.provider import Point


class Engine:
    """A server in a thread. ``fault`` is called with the handler before an answer; it may take over.

    ``asked`` counts questions by service, ``paths`` keeps the addresses that were asked, ``moments``
    what they said about the time of the day.
    """

    def __init__(self, answer: Callable[[Engine, str, Any], tuple[int, Any]]) -> None:
        self.fault: Callable[[BaseHTTPRequestHandler], bool] = lambda _: False
        self.most_cells, self.nowhere = 10**9, set()
        self.asked: list[str] = []
        self.paths: list[str] = []
        self.moments: list[Any] = []
        engine = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.reply(None)

            def do_POST(self) -> None:
                self.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def reply(self, body: Any) -> None:
                engine.paths.append(self.path)
                if engine.fault(self):
                    return
                engine.moments += [body["date_time"]] if body and "date_time" in body else []
                status, document = answer(engine, self.path, body)
                send(self, status, json.dumps(document).encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: object) -> None:
                """Clients that give up are what is tested."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def kill(self) -> None:
        """Nobody listens any more."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    @property
    def questions(self) -> int:
        return len(self.asked)


@contextlib.contextmanager
def running(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.kill()


# How a server of OSRM tells that a place lies three metres from a road.
NEAR = {"distance": 3.0, "location": [0, 0]}


def osrm() -> Engine:
    """As osrm-routed of 2026."""
    return Engine(answer_as_osrm)


def jammed() -> Engine:
    """As osrm-routed with the speeds of a rush, in which everything takes twice as long."""

    def answer(engine: Engine, path: str, body: Any) -> tuple[int, Any]:
        status, document = answer_as_osrm(engine, path, body)
        for row in document.get("durations", []):
            row[:] = [None if seconds is None else 2 * seconds for seconds in row]
        for way in document.get("routes", []):
            for leg in way["legs"]:
                leg["duration"] *= 2
        return status, document

    return Engine(answer)


def old_osrm() -> Engine:
    """As osrm-routed before 2026, which takes a POST for a malformed address."""

    def answer(engine: Engine, path: str, body: Any) -> tuple[int, Any]:
        if body is not None:
            return 400, {"code": "InvalidUrl", "message": "URL string malformed"}
        return answer_as_osrm(engine, path, body)

    return Engine(answer)


def valhalla(*, verbose: bool = False) -> Engine:
    """As valhalla_service; with ``verbose`` as one too old to give short tables."""

    def answer(engine: Engine, path: str, body: Any) -> tuple[int, Any]:
        if path.startswith("/status"):
            return 200, {"version": "3.9.1"}
        if path.startswith("/route"):
            engine.asked.append("route")
            points = [Point(each["lat"], each["lon"]) for each in body["locations"]]
            legs = []
            for begin, end in itertools.pairwise(points):
                seconds, metres, line = through(begin, end)
                summary = {"time": seconds, "length": metres / 1000}
                legs.append({"shape": polyline.encode(line, 6), "summary": summary})
            return 200, {"trip": {"legs": legs}}
        engine.asked.append("table")
        points = [[Point(p["lat"], p["lon"]) for p in body[k]] for k in ("sources", "targets")]
        seconds, metres = table(engine, *points)
        distances = [[None if m is None else m / 1000 for m in row] for row in metres]
        if not verbose:
            return 200, {"sources_to_targets": {"durations": seconds, "distances": distances}}
        rows = [
            [{"time": s, "distance": d} for s, d in zip(*row, strict=True)]
            for row in zip(seconds, distances, strict=True)
        ]
        return 200, {"sources_to_targets": rows}

    return Engine(answer)


def answer_as_osrm(engine: Engine, path: str, body: Any) -> tuple[int, Any]:
    parts = urlsplit(path)
    _, service, _, _, *rest = parts.path.split("/")
    if service == "nearest":
        return 200, {"code": "Ok", "waypoints": []}
    engine.asked.append(service)
    if body is None:
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        points = [Point(*map(float, reversed(each.split(",")))) for each in rest[0].split(";")]
        chosen = {
            name: [int(each) for each in query[name].split(";")]
            for name in ("sources", "destinations")
            if name in query
        }
    else:
        points = [Point(lat, lon) for lon, lat in body["coordinates"]]
        chosen = body
    if service == "route":
        if engine.nowhere & set(points):
            return 400, {"code": "NoRoute", "message": "Impossible route between points"}
        return 200, {"code": "Ok", "routes": [route(points)], "waypoints": [NEAR] * len(points)}
    sources = [points[i] for i in chosen["sources"]]
    targets = [points[i] for i in chosen["destinations"]]
    if len(sources) * len(targets) > engine.most_cells:
        return 400, {"code": "TooBig", "message": "Too many table coordinates"}
    seconds, metres = table(engine, sources, targets)
    return 200, {
        "code": "Ok",
        "durations": seconds,
        "distances": metres,
        "sources": [NEAR] * len(sources),
        "destinations": [NEAR] * len(targets),
    }


def table(engine: Engine, sources: list[Point], targets: list[Point]) -> tuple[Any, Any]:
    """Seconds and metres; None to and from the points of ``engine.nowhere``."""
    straight = straight_metres(sources, destinations=targets)

    def cell(i: int, j: int, seconds: bool) -> float | None:  # noqa: FBT001
        a, b = sources[i], targets[j]
        if a != b and engine.nowhere & {a, b}:
            return None
        factor = (0.1 if a < b else 0.125) if seconds else 1.3
        return float(straight[i, j] * factor)

    return tuple(
        [[cell(i, j, which) for j in range(len(targets))] for i in range(len(sources))]
        for which in (True, False)
    )


def route(points: list[Point]) -> dict[str, Any]:
    """A way through points; each leg has two steps, round a corner."""
    legs = []
    for begin, end in itertools.pairwise(points):
        seconds, metres, (_, corner, _) = through(begin, end)
        steps = [
            {"geometry": polyline.encode(each, 5)} for each in ([begin, corner], [corner, end])
        ]
        legs.append({"duration": seconds, "distance": metres, "steps": steps})
    return {"legs": legs}


def through(begin: Point, end: Point) -> tuple[float, float, list[Point]]:
    """Seconds, metres and line of a leg: first to the north or south, then east or west."""
    metres = float(straight_metres([begin], destinations=[end])[0, 0])
    return metres / 10, metres * 1.3, [begin, Point(end.lat, begin.lon), end]


def send(handler: BaseHTTPRequestHandler, status: int, text: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(text)))
    handler.end_headers()
    handler.wfile.write(text)


def hangs(_handler: BaseHTTPRequestHandler) -> bool:
    time.sleep(30)
    return True


def drips(handler: BaseHTTPRequestHandler) -> bool:
    """A byte now and then: each alone comes in time, the answer never does."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(300):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)
    return True


def hangs_up(handler: BaseHTTPRequestHandler) -> bool:
    handler.connection.shutdown(socket.SHUT_RDWR)
    return True


def breaks_off(handler: BaseHTTPRequestHandler) -> bool:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"code":')
    handler.connection.shutdown(socket.SHUT_RDWR)
    return True


def noise(handler: BaseHTTPRequestHandler) -> bool:
    handler.wfile.write(b"\x00\xff\x13 this is no HTTP \r\n\r\n")
    handler.connection.shutdown(socket.SHUT_RDWR)
    return True


def nested(handler: BaseHTTPRequestHandler) -> bool:
    send(handler, 200, b"[" * 100_000)
    return True


def says(status: int, text: bytes = b"") -> Callable[[BaseHTTPRequestHandler], bool]:
    """A fault: this status and text instead of an answer."""

    def fault(handler: BaseHTTPRequestHandler) -> bool:
        send(handler, status, text)
        return True

    return fault


def slow(seconds: float) -> Callable[[BaseHTTPRequestHandler], bool]:
    """A fault: right answers, each so much later."""

    def fault(_handler: BaseHTTPRequestHandler) -> bool:
        time.sleep(seconds)
        return False

    return fault


# A town of streets that cross at right angles; the first of them is one way, eastwards.
BLOCK_M, BLOCKS = 100.0, 6
ORIGIN = Point(45.0, 7.0)
NORTH = 180 / 3.14159265 / 6_371_000.0
EAST = NORTH / 0.70710678


def corner(row: float, column: float) -> Point:
    return Point(ORIGIN.lat + row * BLOCK_M * NORTH, ORIGIN.lon + column * BLOCK_M * EAST).rounded()


def town() -> str:
    """The town as an .osm file."""
    nodes, ways = [], []
    for row in range(BLOCKS):
        for column in range(BLOCKS):
            lat, lon = corner(row, column)
            number = row * BLOCKS + column + 1
            nodes.append(f'<node id="{number}" version="1" lat="{lat}" lon="{lon}"/>')
    for index in range(BLOCKS):
        along = [index * BLOCKS + column + 1 for column in range(BLOCKS)]
        up = [row * BLOCKS + index + 1 for row in range(BLOCKS)]
        for number, refs in ((100 + index, along), (200 + index, up)):
            inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            inside += '<tag k="highway" v="residential"/>'
            inside += '<tag k="oneway" v="yes"/>' if number == 100 else ""
            ways.append(f'<way id="{number}" version="1">{inside}</way>')
    return f'<osm version="0.6" generator="tests">{"".join(nodes + ways)}</osm>'


def speeds(kmh: int) -> str:
    """One speed for every street of the town, as osrm-customize reads speeds of traffic."""
    numbers = [[row * BLOCKS + column + 1 for column in range(BLOCKS)] for row in range(BLOCKS)]
    streets = (*numbers, *zip(*numbers, strict=True))
    pairs = [pair for street in streets for pair in itertools.pairwise(street)]
    return "".join(f"{a},{b},{kmh}\n{b},{a},{kmh}\n" for a, b in pairs)


@contextlib.contextmanager
def real_osrm(folder: Path, *, kmh: int | None = None) -> Iterator[str]:
    """The address of an osrm-routed that knows the town; ``folder`` holds bin and share.

    ``kmh`` stands for an hour at which everybody drives so fast.
    """
    with tempfile.TemporaryDirectory() as place:
        source, base = Path(place) / "town.osm", Path(place) / "town.osrm"
        source.write_text(town(), encoding="utf-8")
        profile = folder / "share" / "profiles" / "car.lua"
        hour = Path(place) / "hour.csv"
        hour.write_text(speeds(kmh or 0), encoding="utf-8")
        traffic = ["--segment-speed-file", str(hour)] if kmh else []
        for step in (
            ["osrm-extract", "-t", "1", "-p", str(profile), str(source)],
            ["osrm-partition", "-t", "1", str(base)],
            ["osrm-customize", "-t", "1", *traffic, str(base)],
        ):
            command = [str(folder / "bin" / step[0]), *step[1:]]
            carry_out(command)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        serve = ["-a", "MLD", "-i", "127.0.0.1", "-p", str(port), "-t", "1", str(base)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen([str(folder / "bin" / "osrm-routed"), *serve], **quiet) as process:
            try:
                _await(port)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.kill()


def _await(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError("the server does not come up")


def carry_out(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)
