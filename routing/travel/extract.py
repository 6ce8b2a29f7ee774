"""Reads an extract of OpenStreetMap: the ways that can be travelled, what stands on them, and turns.

The only module of travel that knows osmium. Nothing is judged here; who may use which way, and how
fast, is the business of ``vehicles``. Coordinates are whole ten-millionths of a degree (WGS 84), as
OpenStreetMap keeps them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import osmium
from numpy.typing import NDArray
from osmium.filter import KeyFilter

Tags = dict[str, str]

# Ten-millionths in a degree.
PRECISION = 10_000_000

# What makes a way, a node or a relation worth looking at.
KEYS = (
    *("highway", "route", "barrier", "access", "vehicle", "motor_vehicle", "motorcar"),
    *("bicycle", "foot", "restriction", "restriction:motorcar", "restriction:motor_vehicle"),
    *("restriction:vehicle", "restriction:bicycle", "place"),
)
NODE_KEYS = frozenset(
    {"barrier", "access", "vehicle", "motor_vehicle", "motorcar", "bicycle", "foot"}
)
# Tags of ways that decide who may go there, and how fast; also with a colon and more behind it.
WAY_KEYS = frozenset(
    {"highway", "route", "bridge", "junction", "oneway", "area", "construction", "railway", "hov"}
    | {"proposed", "impassable", "status", "service", "access", "vehicle", "motor_vehicle"}
    | {"motorcar", "bicycle", "foot", "maxspeed", "surface", "tracktype", "smoothness", "width"}
    | {"est_width", "narrow", "maxwidth", "maxheight", "maxlength", "maxweight", "lanes"}
    | {"maxweightrating", "lane_markings", "side_road", "priority", "driving_side", "duration"}
    | {"cycleway", "motorroad"}
)
NODE_HIGHWAYS = frozenset({"traffic_signals", "stop", "give_way"})
ROUTES = frozenset({"ferry", "shuttle_train"})
# Kinds of places whose names stand on a map, the largest first.
TOWNS = ("city", "town", "village", "suburb", "quarter")
# The file is hashed in pieces of so many bytes.
PIECE = 1 << 20


class ExtractUnusable(Exception):
    """A file from which no roads can be read; the message names the cause and a remedy."""

    code: ClassVar[str] = "extract-unusable"


class Restriction(NamedTuple):
    """A turn that is forbidden (``no_…``) or the only one allowed (``only_…``).

    ``via`` is one node (an OSM id) or a chain of ways. ``exempt`` names those to whom it does not
    apply, ``modes`` those to whom alone it applies (empty: to all).
    """

    only: bool
    begins: int
    via_node: int | None
    via_ways: tuple[int, ...]
    ends: int
    exempt: frozenset[str]
    modes: frozenset[str]


class Town(NamedTuple):
    """A name on the map, at a place in degrees; ``rank`` 0 is the largest kind, 0 people unknown."""

    lat: float
    lon: float
    name: str
    rank: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What a file holds: ``n`` nodes, ``w`` ways, with ``p`` nodes on the ways.

    ``node_ids (n,) int64``; ``lat, lon (n,) int32`` ten-millionths of a degree; the nodes of way
    ``i`` are ``way_nodes[begins[i]:begins[i + 1]]``, indices into the former. ``marked`` holds the
    tags of nodes that may stop or slow somebody. Ways with the same tags share one dict, which holds
    only what rules of the road read. ``digest`` is the file's sha256.
    """

    digest: str
    node_ids: NDArray[np.int64]
    lat: NDArray[np.int32]
    lon: NDArray[np.int32]
    way_ids: NDArray[np.int64]
    way_tags: tuple[Tags, ...]
    begins: NDArray[np.int64]
    way_nodes: NDArray[np.int32]
    marked: dict[int, Tags]
    restrictions: tuple[Restriction, ...]
    towns: tuple[Town, ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """South, west, north, east in degrees."""
        corners = (self.lat.min(), self.lon.min(), self.lat.max(), self.lon.max())
        south, west, north, east = (int(each) / PRECISION for each in corners)
        return south, west, north, east


def read(path: Path, *, tell: Callable[[str], None] = lambda _line: None) -> Extract:
    """Read a ``.osm.pbf``; some seconds and tens of megabytes for a city.

    Raises ExtractUnusable when the file is missing, empty, broken, or holds no roads.
    """
    digest = _digest(path)
    tell("reading roads")
    gathered = _Gathered()
    try:
        gathered.read(path)
    except (RuntimeError, ValueError, OSError) as broken:
        raise ExtractUnusable(
            f"{path} is no whole .osm.pbf file ({broken}); download it again"
        ) from broken
    if not gathered.way_ids:
        raise ExtractUnusable(
            f"{path} holds no roads; take an extract with highways in it, not one of a single theme"
        )
    return gathered.packed(digest)


def _digest(path: Path) -> str:
    seen = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                seen.update(piece)
            if file.tell() == 0:
                raise ExtractUnusable(f"{path} is empty; download it again")
    except OSError as wrong:
        raise ExtractUnusable(f"{path} cannot be read: {wrong.strerror}") from wrong
    return seen.hexdigest()


class _Gathered:
    """What has been read so far, in lists that grow."""

    def __init__(self) -> None:
        self.way_ids: list[int] = []
        self.way_tags: list[Tags] = []
        self.alike: dict[tuple[tuple[str, str], ...], Tags] = {}
        self.lengths: list[int] = []
        self.refs: list[int] = []
        self.lats: list[int] = []
        self.lons: list[int] = []
        self.marks: dict[int, Tags] = {}
        self.restrictions: list[Restriction] = []
        self.towns: list[Town] = []

    def read(self, path: Path) -> None:
        source = osmium.io.File(str(path), "pbf")
        thing: Any  # one of osmium's compiled classes
        for thing in osmium.FileProcessor(source).with_locations().with_filter(KeyFilter(*KEYS)):
            if thing.is_way():
                self._way(thing)
            elif thing.is_node():
                self._node(thing)
            elif thing.is_relation():
                self._relation(thing)

    def packed(self, digest: str) -> Extract:
        """Nodes numbered from 0 in the order of their ids."""
        refs = np.array(self.refs, dtype=np.int64)
        node_ids, first, numbers = np.unique(refs, return_index=True, return_inverse=True)
        begins = np.zeros(len(self.lengths) + 1, dtype=np.int64)
        np.cumsum(self.lengths, out=begins[1:])
        known = {int(each): i for i, each in enumerate(node_ids) if int(each) in self.marks}
        return Extract(
            digest=digest,
            node_ids=node_ids,
            lat=np.array(self.lats, dtype=np.int32)[first],
            lon=np.array(self.lons, dtype=np.int32)[first],
            way_ids=np.array(self.way_ids, dtype=np.int64),
            way_tags=tuple(self.way_tags),
            begins=begins,
            way_nodes=numbers.astype(np.int32),
            marked={number: self.marks[ref] for ref, number in known.items()},
            restrictions=tuple(self.restrictions),
            towns=tuple(self.towns),
        )

    def _node(self, node: Any) -> None:  # noqa: ANN401 - osmium's classes are compiled
        tags = node.tags
        if tags.get("highway") in NODE_HIGHWAYS or any(key in tags for key in NODE_KEYS):
            self.marks[node.id] = {tag.k: tag.v for tag in tags}
        if tags.get("place") in TOWNS and tags.get("name"):
            people = tags.get("population", "")
            self.towns.append(
                Town(
                    lat=node.location.lat,
                    lon=node.location.lon,
                    name=tags.get("name"),
                    rank=TOWNS.index(tags.get("place")),
                    people=int(people) if people.isdecimal() else 0,
                )
            )

    def _way(self, way: Any) -> None:  # noqa: ANN401
        """Keep a way; where nodes were cut off, keep what is left as several."""
        tags = way.tags
        if "highway" not in tags and tags.get("route") not in ROUTES:
            return
        kept = self._shared(
            (tag.k, tag.v)
            for tag in tags
            if tag.k.partition(":")[0] in WAY_KEYS or tag.k == "source:maxspeed"
        )
        run: list[tuple[int, int, int]] = []
        for node in way.nodes:
            location = node.location
            if location.valid():
                if not run or run[-1][0] != node.ref:
                    run.append((node.ref, location.y, location.x))
            else:
                self._part(way.id, kept, run)
                run = []
        self._part(way.id, kept, run)

    def _shared(self, pairs: Iterable[tuple[str, str]]) -> Tags:
        """One dict for all ways with the same tags: there are few, so rules are applied to few."""
        key = tuple(pairs)
        return self.alike.setdefault(key, dict(key))

    def _part(self, way_id: int, tags: Tags, run: list[tuple[int, int, int]]) -> None:
        if len(run) < 2:
            return
        self.way_ids.append(way_id)
        self.way_tags.append(tags)
        self.lengths.append(len(run))
        refs, lats, lons = zip(*run, strict=True)
        self.refs.extend(refs)
        self.lats.extend(lats)
        self.lons.extend(lons)

    def _relation(self, relation: Any) -> None:  # noqa: ANN401
        tags = {tag.k: tag.v for tag in relation.tags}
        for key, value in tags.items():
            head, _, mode = key.partition(":")
            if head != "restriction" or mode == "conditional" or value.endswith("_on_red"):
                continue
            if value.startswith(("no_", "only_")):
                modes = frozenset({mode} if mode else ())
                exempt = frozenset(tags.get("except", "").replace(" ", "").split(";"))
                self._restrict(relation, only=value.startswith("only_"), modes=modes, exempt=exempt)

    def _restrict(
        self,
        relation: Any,  # noqa: ANN401
        *,
        only: bool,
        modes: frozenset[str],
        exempt: frozenset[str],
    ) -> None:
        """Every pair of ``from`` and ``to``: of ``no_entry`` and ``no_exit`` there may be many."""
        parts: dict[tuple[str, str], list[int]] = {}
        for member in relation.members:
            parts.setdefault((member.role, member.type), []).append(member.ref)
        nodes, ways = parts.get(("via", "n"), []), tuple(parts.get(("via", "w"), ()))
        if len(nodes) + bool(ways) != 1:
            return
        for begins in parts.get(("from", "w"), ()):
            for ends in parts.get(("to", "w"), ()):
                self.restrictions.append(
                    Restriction(
                        only=only,
                        begins=begins,
                        via_node=nodes[0] if nodes else None,
                        via_ways=ways,
                        ends=ends,
                        exempt=exempt - {""},
                        modes=modes,
                    )
                )
