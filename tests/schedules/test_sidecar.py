"""A server beside us: started, found, restarted when it dies or is stuck, ended with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from routing.travel.osrm import Osrm
from routing.travel.osrm_local import Method, OsrmUnusable, Programs, prepare, serve_command
from routing.travel.provider import Profile
from schedules.sidecar import Sidecar
from tests.routing.travel import servers

# A server that tells its process id, and hangs when it is told to.
SERVER = """
import http.server, os, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/hang":
            self.server.stuck = True
        while getattr(self.server, "stuck", False):
            time.sleep(1)
        self.send_response(200); self.end_headers(); self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def ask(address, path="/", seconds=0.5):
    with urllib.request.urlopen(address + path, timeout=seconds) as answer:  # noqa: S310 - loopback
        return int(answer.read())


def answers(address):
    try:
        return ask(address, seconds=0.3) > 0
    except OSError:
        return False


def sidecar(folder, *, command=lambda port: [sys.executable, "-c", SERVER, str(port)], **choices):
    choices = {"answers": answers, "look_s": 0.1, "rest_s": 0.05, **choices}
    return Sidecar(name="test", command=command, address=folder / "address", **choices)


def pid_in(folder, *, other_than=0, seconds=20):
    """The process that answers at the address in the file, once it is another one."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if (pid := ask((folder / "address").read_text())) != other_than:
                return pid
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError("no other server answers")


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_its_address_stands_in_a_file_while_it_answers(tmp_path):
    with sidecar(tmp_path) as server:
        assert server.wait(20)
        pid = pid_in(tmp_path)

    assert not is_alive(pid)
    assert not (tmp_path / "address").exists()


def test_a_server_that_dies_is_started_again(tmp_path):
    with sidecar(tmp_path):
        first = pid_in(tmp_path)
        os.kill(first, signal.SIGKILL)

        assert pid_in(tmp_path, other_than=first)


def test_a_server_that_hangs_is_ended_and_started_again(tmp_path):
    with sidecar(tmp_path):
        first = pid_in(tmp_path)
        with pytest.raises(OSError, match="timed out"):
            ask((tmp_path / "address").read_text(), "/hang")

        assert pid_in(tmp_path, other_than=first)
        assert not is_alive(first)


def test_a_server_that_cannot_be_started_is_tried_less_and_less_often(tmp_path):
    with sidecar(tmp_path, command=lambda _port: ["/nowhere/at/all"]) as server:
        time.sleep(1.0)

        assert not server.wait(0)
        assert 2 <= server.starts <= 6


def test_where_nothing_is_installed_the_message_says_what_to_run(tmp_path):
    extract = tmp_path / "town.osm"
    extract.write_text("<osm/>")

    with pytest.raises(OsrmUnusable, match="onsite roads osrm install"):
        prepare(
            extract,
            into=tmp_path / "car",
            programs=Programs.of(tmp_path),
            profile=Profile.CAR,
            method=Method.MLD,
            run=print,
        )
    assert not (tmp_path / "car").exists()
    assert not (tmp_path / "car.draft").exists()


@pytest.fixture
def programs():
    given = os.environ.get("ONSITE_TEST_OSRM")  # noqa: TID251 - for these tests alone
    found = Programs(folder=Path(given or "instance/engines/osrm/osrm").resolve())
    if not found.are_there:
        pytest.skip("no osrm-routed; ONSITE_TEST_OSRM names the folder that holds bin and share")
    return found


@pytest.mark.parametrize("method", Method)
def test_a_real_data_set_is_prepared_served_and_survives_a_bad_one(tmp_path, programs, method):
    extract = tmp_path / "town.osm"
    extract.write_text(servers.town(), encoding="utf-8")
    given = {"into": tmp_path / "car", "programs": programs, "profile": Profile.CAR}
    data = prepare(extract, method=method, run=servers.carry_out, **given)
    extract.write_text("<osm version='0.6'><node", encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        prepare(extract, method=method, run=servers.carry_out, **given)

    def well(address):
        return Osrm({Profile.CAR: address}).health().well

    command = lambda port: serve_command(data, programs=programs, port=port)  # noqa: E731
    with sidecar(tmp_path, command=command, answers=well) as server:
        assert server.wait(30)
        osrm = Osrm({Profile.CAR: (tmp_path / "address").read_text()})
        here, there = servers.corner(0, 0), servers.corner(3, 3)
        assert osrm.matrix([here], destinations=[there]).estimated_cells == 0
