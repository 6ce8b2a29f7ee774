"""Keeps road graphs in one compact file, ``instance/roads/NAME/graph.npz``.

It is written beside and renamed, so that whoever reads sees the old graph or the new one, and an
import that fails leaves the old one where it was.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from routing.travel.extract import Extract
from routing.travel.network import Network
from routing.travel.provider import Profile

# Raised when the builder makes something else out of the same extract.
BUILDER = 1
# Of zlib: a sixth larger than its usual level, in a third of the time.
QUICKLY = 1


class RoadsUnusable(Exception):
    """A graph file that is missing, broken, or of another version; the message says what to do."""

    code: ClassVar[str] = "roads-unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a graph file says of itself. ``bounds`` are south, west, north, east in degrees."""

    version: str
    source: str
    bounds: tuple[float, float, float, float]
    left_hand: bool
    profiles: tuple[str, ...]
    road_km: float
    arcs: int


def graph_version(extract: Extract) -> str:
    """12 hex digits of the extract's sha256, and the builder's version."""
    return f"{extract.digest[:12]}-{BUILDER}"


def write(path: Path, *, networks: Mapping[Profile, Network], about: About) -> None:
    """Write the file in one go. Raises OSError, for one when the disk is full; nothing is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {
        f"{profile}/{name}": getattr(network, name)
        for profile, network in networks.items()
        for name in Network.names()
    }
    text = np.frombuffer(json.dumps({"builder": BUILDER, **asdict(about)}).encode(), np.uint8)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICKLY) as packed:
                for array_name, array in {"about": text, **arrays}.items():
                    with packed.open(f"{array_name}.npy", "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_about(path: Path) -> About:
    """What the file holds; quick. Raises RoadsUnusable."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            said = json.loads(file["about"].tobytes())
    except FileNotFoundError as missing:
        raise RoadsUnusable(f"there is no road graph {path}; run onsite roads import") from missing
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as broken:
        raise RoadsUnusable(f"{path} is broken; run onsite roads import again") from broken
    if said.pop("builder", None) != BUILDER:
        raise RoadsUnusable(f"{path} is of another version of Onsite; import the extract again")
    said["bounds"], said["profiles"] = tuple(said["bounds"]), tuple(said["profiles"])
    return About(**said)


def read(path: Path, *, profile: Profile) -> Network:
    """One profile's network. Raises RoadsUnusable."""
    about = read_about(path)
    if profile not in about.profiles:
        raise RoadsUnusable(f"{path} holds no roads for the profile {profile}")
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return Network(**{name: file[f"{profile}/{name}"] for name in Network.names()})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as broken:
        raise RoadsUnusable(f"{path} is broken; run onsite roads import again") from broken
