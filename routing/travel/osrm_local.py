"""An OSRM of one's own: where its programs and data lie, and the commands that make and start it.

The programs come from the wheel ``osrm-bindings`` (BSD-2), unpacked into ``engines/osrm`` of the
instance and never imported: the wheel is made for a newer Python, its programs run by themselves.
A data set serves one profile; it is prepared beside and renamed, so a preparation that fails leaves
the old one. Everything here is paths and words; whoever runs them is elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from routing.travel.provider import Profile

WHEEL = "osrm-bindings==26.10.0"
# Wheels are made for this Python and these systems.
WHEEL_PYTHON = "3.12"
PLATFORMS = {
    ("linux", "x86_64"): "manylinux_2_28_x86_64",
    ("linux", "aarch64"): "manylinux_2_28_aarch64",
    ("darwin", "arm64"): "macosx_11_0_arm64",
}
PROFILES = {Profile.CAR: "car.lua", Profile.BIKE: "bicycle.lua", Profile.FOOT: "foot.lua"}
# Places of one table; the default is 100.
MOST_PLACES = 4_000
ABOUT = "prepared.json"
BASE = "roads.osrm"
ADDRESS = "address"  # beside the data set's folder, so that it survives a new one
CHUNK_BYTES = 1024 * 1024


class Method(StrEnum):
    """CH is prepared for longer and answers sooner; MLD is ready within seconds."""

    CH = "ch"
    MLD = "mld"


class OsrmUnusable(Exception):
    """Programs or data are missing or broken; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """The unpacked wheel: ``folder`` holds ``bin`` and ``share``."""

    folder: Path

    @classmethod
    def of(cls, instance: Path) -> Programs:
        """Where an instance keeps them."""
        return cls(folder=instance / "engines" / "osrm" / "osrm")

    @property
    def are_there(self) -> bool:
        """Whether they can be started."""
        return (self.folder / "bin" / "osrm-routed").is_file()

    def program(self, name: str) -> str:
        """The path of a program. Raises OsrmUnusable when it is not installed."""
        path = self.folder / "bin" / name
        if not path.is_file():
            raise OsrmUnusable("OSRM is not installed: run onsite roads osrm install")
        return str(path)

    def profile(self, profile: Profile) -> str:
        """The path of the rules by which roads are read. Raises OsrmUnusable."""
        if profile not in PROFILES:
            raise OsrmUnusable(f"there is no data set for {profile}: it drives on the car's")
        return str(self.folder / "share" / "profiles" / PROFILES[profile])


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A data set that can be served."""

    base: Path
    method: Method
    version: str


def install_command(target: Path, *, system: str, machine: str) -> list[str]:
    """What unpacks the wheel into ``target``. Raises OsrmUnusable where there is no wheel."""
    platform = PLATFORMS.get((system, machine))
    if platform is None:
        raise OsrmUnusable(f"there are no programs of OSRM for {system} on {machine}")
    words = [
        "install",
        "--no-deps",
        "--upgrade",
        "--disable-pip-version-check",
        "--only-binary=:all:",
    ]
    where = ["--target", str(target), "--python-version", WHEEL_PYTHON, "--platform", platform]
    return [sys.executable, "-m", "pip", *words, *where, WHEEL]


def address_file(folder: Path) -> Path:
    """Where the address of the server of a data set stands while it answers."""
    return folder.with_name(f"{folder.name}.{ADDRESS}")


def prepared(folder: Path) -> Prepared | None:
    """The data set in a folder; none where nothing whole lies."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return Prepared(
            base=folder / BASE, method=Method(about["method"]), version=about["version"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def prepare(
    extract: Path,
    *,
    into: Path,
    programs: Programs,
    profile: Profile,
    method: Method,
    run: Callable[[Sequence[str]], None],
) -> Prepared:
    """Make a data set of an extract and put it in the place of the former one.

    ``run`` carries a command out and raises when it fails; then nothing has changed. Raises
    OsrmUnusable, OSError.
    """
    if not extract.is_file():
        raise OsrmUnusable(f"there is no file {extract}")
    draft = into.with_name(f"{into.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        source = draft / f"roads{''.join(extract.suffixes[-2:])}"
        source.symlink_to(extract.resolve())
        for command in prepare_commands(source, programs=programs, profile=profile, method=method):
            run(command)
        source.unlink()
        about = {"method": method.value, "version": _version(extract, profile, method)}
        (draft / ABOUT).write_text(json.dumps(about), encoding="utf-8")
        _replace(into, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    found = prepared(into)
    assert found is not None  # it has just been written
    return found


def prepare_commands(
    source: Path, *, programs: Programs, profile: Profile, method: Method
) -> list[list[str]]:
    """What reads an extract and orders its roads, beside the extract."""
    base = str(source.with_name(BASE))
    one_thread = ["-t", "1"]
    extract = [programs.program("osrm-extract"), *one_thread, "-p", programs.profile(profile)]
    steps = {
        Method.CH: [[programs.program("osrm-contract"), *one_thread, base]],
        Method.MLD: [
            [programs.program("osrm-partition"), *one_thread, base],
            [programs.program("osrm-customize"), *one_thread, base],
        ],
    }
    return [[*extract, str(source)], *steps[method]]


def serve_command(data: Prepared, *, programs: Programs, port: int) -> list[str]:
    """What serves a data set to this machine alone."""
    where = ["-i", "127.0.0.1", "-p", str(port), "-t", "1"]
    most = ["--max-table-size", str(MOST_PLACES)]
    routed = programs.program("osrm-routed")
    return [routed, "-a", data.method.value.upper(), *where, *most, str(data.base)]


def _replace(folder: Path, draft: Path) -> None:
    """Put the draft in the place of the folder; a server that reads the old files keeps them."""
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _version(extract: Path, profile: Profile, method: Method) -> str:
    """Twelve hexadecimal digits that stand for extract, wheel, profile and method."""
    seen = hashlib.sha256(f"{WHEEL} {profile} {method}".encode())
    with extract.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            seen.update(piece)
    return seen.hexdigest()[:12]
