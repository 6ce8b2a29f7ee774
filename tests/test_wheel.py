"""A built wheel carries everything it needs and serves every face where there is no Node."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import LANGUAGES
from tests.absent import unavailable

ROOT = Path(__file__).parent.parent
LEFT_OUT = (
    ".*",
    "node_modules",
    "instance",
    "tests",
    "build",
    "dist_*",
    "*.egg-info",
    "__pycache__",
)
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """A wheel made from a copy of the tree, so that building leaves nothing behind."""
    if not (ROOT / "app/static/dist/manifest.json").exists():
        unavailable("the assets are not built; make setup builds them")
    tree = tmp_path_factory.mktemp("wheel") / "tree"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT_OUT))
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    made = tree.parent / "made"
    subprocess.run([*command, "-w", made, tree], check=True, capture_output=True)
    return next(made.glob("onsite-*.whl"))


@pytest.fixture(scope="module")
def command(wheel, tmp_path_factory) -> Path:
    """``onsite``, installed from the wheel alone; the libraries are lent by this environment."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    python = home / "bin/python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps"]
    subprocess.run([*pip, "--no-index", "--quiet", wheel], check=True, capture_output=True)
    packages = next(home.glob("lib/*/site-packages"))
    # A path file of a lent folder is not read, so our own editable installation stays unseen.
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "lent.pth").write_text("\n".join(lent), encoding="utf-8")
    return home / "bin/onsite"


@pytest.fixture
def served(command, tmp_path) -> Iterator[str]:
    """The address of an Onsite that runs from the wheel, with nothing else on its path."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"PATH": str(command.parent), "ONSITE_INSTANCE": str(tmp_path / "instance")}
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [command, "run", "--port", str(port)],
            cwd=tmp_path,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield wait_for(f"http://127.0.0.1:{port}", server=server, log=tmp_path / "log")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


def wait_for(address: str, *, server: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            fetch(f"{address}/healthz")
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return address
    raise AssertionError(log.read_text(encoding="utf-8"))


def fetch(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own address
        return answer.read().decode()


def test_the_wheel_carries_what_is_not_python(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert "app/static/dist/manifest.json" in names
    assert "app/templates/base.html" in names
    assert {f"app/translations/{code}/LC_MESSAGES/messages.mo" for code in LANGUAGES} <= names
    assert any(name.startswith("dispatch/migrations/versions/") for name in names)
    assert any(name.startswith("dispatch/demo/packs/") for name in names)


def test_the_wheel_carries_neither_tests_nor_sources_of_the_assets(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert [name for name in names if name.startswith(("tests/", "app/frontend/"))] == []


def test_a_server_from_the_wheel_shows_its_pages_with_their_styles(served):
    page = fetch(f"{served}/sign-in")

    styles = re.findall(r'href="(/static/dist/[^"]+\.css)"', page)

    assert styles
    assert all(fetch(served + style) for style in styles)
