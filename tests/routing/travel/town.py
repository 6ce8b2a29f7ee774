"""A synthetic town as an extract of OpenStreetMap, made from a seed, for tests of roads and addresses.

Its shape, 12 columns (west to east) by 10 rows (south to north) of streets 120 m apart, each crossing
a few metres off by the seed, near 50.0 N, 8.0 E (or wherever the town is put). ``middles`` are nodes
half way along every block of a row:

* a **river** between rows 4 and 5; columns 2 and 9 are the two **bridges** (primary), the eastern one
  with a clearance of 2.3 m; a **ferry** of five minutes crosses beyond the last column;
* a **ring road** (trunk) 300 m outside, joined by four secondary roads;
* row 3 is the main street (secondary) with **signals** at both bridges; columns 4 and 5 are **one-way**,
  north and south; column 7 has a limit of 20 mph;
* a **roundabout** north-east of the grid, on the road to the ring;
* **restrictions**: no left turn from row 3 (eastwards) into column 6; only straight on from row 6
  (eastwards) at column 3; no way from column 7 (northwards) over row 7 into column 8 (northwards);
* **dead ends** southwards from row 0 in columns 1, 5, 8, 10: the second with a **gate**, the third
  behind a **bollard**, the fourth **private**;
* an **island**: a street in the north-west, 200 m beyond the ring, to which no road leads;
* **addresses**: nodes with street, number, postcode and town on every row street, odd numbers on the
  north side, even ones on the south side; 12345 south and 12346 north of the river. The streets'
  names are those in ``STREETS``; the town is Altmühl;
* a **Japanese quarter** south-east of the ring: addresses by block (``addr:block_number``), no roads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random

import osmium
from osmium.osm.mutable import Node, Relation, Way

COLUMNS, ROWS, STEP_M = 12, 10, 120.0
RIVER = 4  # between this row and the next
BRIDGES = (2, 9)
TOWN = "Altmühl"
STREETS = (
    *("Uferstraße", "Gartenweg", "Rue de l'Église", "Hauptstraße", "Łąkowa", "Żeromskiego"),
    *("Avenue Général Leclerc", "Schulstraße", "Bahnhofstraße", "Lindenallee"),
)
QUARTER = {"addr:province": "架空県", "addr:city": "架空市", "addr:quarter": "桜町"}

# What the slow search of the tests drives, in km/h.
KMH = {
    **dict.fromkeys(("residential", "unclassified"), 25.0),
    "primary": 65.0,
    "secondary": 55.0,
    "trunk": 85.0,
    "ferry": 0.0,
}


@dataclass
class Town:
    """What was drawn, as plain values: nodes by id, ways and restrictions."""

    nodes: dict[int, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], dict[str, str]]] = field(default_factory=dict)
    restrictions: list[tuple[str, int, list[tuple[str, int]], int]] = field(default_factory=list)
    grid: dict[tuple[int, int], int] = field(default_factory=dict)
    middles: dict[tuple[int, int], int] = field(default_factory=dict)
    lat: float = 50.0
    lon: float = 8.0

    def at(self, column: int, row: int) -> tuple[float, float]:
        """Where a crossing lies: latitude, longitude."""
        return self.nodes[self.grid[column, row]]

    def write(self, path: Path) -> Path:
        """Write the town as ``.osm.pbf``."""
        path.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(path)) as writer:
            for ref, (lat, lon) in sorted(self.nodes.items()):
                tags = self.node_tags.get(ref, {})
                writer.add_node(Node(id=ref, location=(lon, lat), tags=tags, version=1))
            for ref, (nodes, tags) in sorted(self.ways.items()):
                writer.add_way(Way(id=ref, nodes=nodes, tags=tags, version=1))
            for ref, (kind, begins, vias, ends) in enumerate(self.restrictions, start=1):
                members = [("w", begins, "from"), *((t, v, "via") for t, v in vias)]
                writer.add_relation(
                    Relation(
                        id=ref,
                        members=[*members, ("w", ends, "to")],
                        tags={"type": "restriction", "restriction": kind},
                        version=1,
                    )
                )
        return path

    def place(self, east_m: float, north_m: float) -> tuple[float, float]:
        """So many metres from the crossing in the south-west."""
        lat = self.lat + north_m / 111_195.0
        return round(lat, 7), round(
            self.lon + east_m / (111_195.0 * math.cos(math.radians(self.lat))), 7
        )

    def add_node(self, east_m: float, north_m: float, **tags: str) -> int:
        """A node; an underscore in a tag stands for a colon."""
        ref = len(self.nodes) + 1
        self.nodes[ref] = self.place(east_m, north_m)
        if tags:
            self.node_tags[ref] = {key.replace("_", ":"): value for key, value in tags.items()}
        return ref

    def add_way(self, nodes: list[int], **tags: str) -> int:
        ref = 1000 + len(self.ways)
        self.ways[ref] = nodes, {key.replace("_", ":"): value for key, value in tags.items()}
        return ref


def build(seed: int = 7, *, lat: float = 50.0, lon: float = 8.0) -> Town:
    """The town of this seed, put at a place on earth."""
    random = Random(seed)
    town = Town(lat=lat, lon=lon)
    for row in range(ROWS):
        for column in range(COLUMNS):
            shift = random.uniform(-12, 12), random.uniform(-12, 12)
            town.grid[column, row] = town.add_node(
                column * STEP_M + shift[0], row * STEP_M + shift[1]
            )
    for row in range(ROWS):
        for column in range(COLUMNS - 1):
            (south, west), (north, east) = town.at(column, row), town.at(column + 1, row)
            ref = len(town.nodes) + 1
            town.nodes[ref] = (south + north) / 2, (west + east) / 2
            town.middles[column, row] = ref
    rows = _rows(town)
    columns = _columns(town)
    _outside(town)
    _dead_ends(town)
    _restrict(town, rows, columns)
    _addresses(town, random)
    return town


def _rows(town: Town) -> dict[int, list[int]]:
    """Row streets, in three ways each, so that names go on over the ends of ways."""
    ways: dict[int, list[int]] = {}
    for row in range(ROWS):
        kind = "secondary" if row == 3 else "residential"
        for first, last in ((0, 3), (3, 6), (6, COLUMNS - 1)):
            nodes = [town.grid[first, row]]
            for column in range(first, last):
                nodes += [town.middles[column, row], town.grid[column + 1, row]]
            ways.setdefault(row, []).append(
                town.add_way(nodes, highway=kind, name=STREETS[row % len(STREETS)])
            )
    for column in BRIDGES:
        town.node_tags[town.grid[column, 3]] = {"highway": "traffic_signals"}
    return ways


def _columns(town: Town) -> dict[tuple[int, int], int]:
    """Column streets, one way for each block: column and the row at its south end."""
    ways: dict[tuple[int, int], int] = {}
    for column in range(COLUMNS):
        for row in range(ROWS - 1):
            if row == RIVER and column not in BRIDGES:
                continue
            nodes = [town.grid[column, row], town.grid[column, row + 1]]
            tags = {"highway": "primary" if column in BRIDGES else "residential"}
            if row == RIVER:
                tags["bridge"] = "yes"
                if column == BRIDGES[1]:
                    tags["maxheight"] = "2.3"
            if column in {4, 5}:
                tags["oneway"] = "yes" if column == 4 else "-1"
            if column == 7:
                tags["maxspeed"] = "20 mph"
            ways[column, row] = town.add_way(nodes, **tags)
    return ways


def _outside(town: Town) -> None:
    """Ring road, the roads to it, the roundabout, the ferry, the island."""
    east, north = (COLUMNS - 1) * STEP_M, (ROWS - 1) * STEP_M
    low, high, wide = -300.0, north + 300.0, east + 300.0
    corners = [town.add_node(x, y) for x, y in ((low, low), (wide, low), (wide, high), (low, high))]
    gates = {
        "south": town.add_node(6 * STEP_M, low),
        "east": town.add_node(wide, 3 * STEP_M),
        "north": town.add_node(6 * STEP_M, high),
        "west": town.add_node(low, 3 * STEP_M),
    }
    order = [corners[0], gates["south"], corners[1], gates["east"]]
    order += [corners[2], gates["north"], corners[3], gates["west"], corners[0]]
    for here, there in pairwise(order):
        town.add_way([here, there], highway="trunk", ref="R1")
    for side, crossing in (("south", (6, 0)), ("east", (11, 3)), ("west", (0, 3))):
        town.add_way([town.grid[crossing], gates[side]], highway="secondary")
    middle = 6 * STEP_M, north + 150.0
    circle = [
        town.add_node(middle[0] + 25 * math.cos(angle), middle[1] + 25 * math.sin(angle))
        for angle in (math.radians(each) for each in range(0, 360, 45))
    ]
    town.add_way([*circle, circle[0]], highway="secondary", junction="roundabout")
    town.add_way([town.grid[6, ROWS - 1], circle[6]], highway="secondary")
    town.add_way([circle[2], gates["north"]], highway="secondary")
    shop = town.add_node(middle[0] + 120.0, middle[1])
    town.add_way([circle[0], shop], highway="residential")
    banks = [town.add_node(east + 60.0, row * STEP_M) for row in (RIVER, RIVER + 1)]
    town.add_way([town.grid[COLUMNS - 1, RIVER], banks[0]], highway="residential")
    town.add_way([town.grid[COLUMNS - 1, RIVER + 1], banks[1]], highway="residential")
    town.add_way(banks, route="ferry", duration="00:05")
    island = [town.add_node(low + x, high + 200.0) for x in (0.0, 90.0)]
    town.add_way(island, highway="residential", name="Inselweg")


def _dead_ends(town: Town) -> None:
    for column in (1, 5, 8, 10):
        middle = town.add_node(column * STEP_M, -60.0)
        end = town.add_node(column * STEP_M + 15.0, -110.0)
        tags = {"highway": "residential"}
        if column == 5:
            town.node_tags[middle] = {"barrier": "gate"}
        if column == 8:
            town.node_tags[middle] = {"barrier": "bollard"}
        if column == 10:
            tags["access"] = "private"
        town.add_way([town.grid[column, 0], middle, end], **tags)


def _restrict(town: Town, rows: dict[int, list[int]], columns: dict[tuple[int, int], int]) -> None:
    town.restrictions += [
        ("no_left_turn", rows[3][1], [("n", town.grid[6, 3])], columns[6, 3]),
        ("only_straight_on", rows[6][0], [("n", town.grid[3, 6])], rows[6][1]),
    ]
    # The middle of a restriction must be a way of its own.
    nodes, tags = town.ways[rows[7][2]]
    cut = [nodes[:3], nodes[2:5], nodes[4:]]
    town.ways[rows[7][2]] = cut[0], tags
    middle, rest = town.add_way(cut[1]), town.add_way(cut[2])
    town.ways[middle], town.ways[rest] = (cut[1], tags), (cut[2], tags)
    town.restrictions.append(("no_u_turn", columns[7, 6], [("w", middle)], columns[8, 7]))


def _addresses(town: Town, random: Random) -> None:
    for row in range(ROWS):
        for number in range(1, 41):
            side = 9.0 if number % 2 else -9.0
            along = (number + random.uniform(0.0, 0.6)) * (COLUMNS - 1) * STEP_M / 42
            if random.random() < 0.25:
                continue  # gaps, to be filled between known neighbours
            town.add_node(
                along,
                row * STEP_M + side,
                addr_street=STREETS[row],
                addr_housenumber=str(number),
                addr_postcode="12345" if row <= RIVER else "12346",
                addr_city=TOWN,
            )
    for neighbourhood in (1, 2):
        for block in range(1, 7):
            for house in range(1, 5):
                ref = town.add_node(2000.0 + 60 * block + 8 * house, -400.0 - 90 * neighbourhood)
                town.node_tags[ref] = {
                    **QUARTER,
                    "addr:neighbourhood": f"{'一二'[neighbourhood - 1]}丁目",
                    "addr:block_number": str(block),
                    "addr:housenumber": str(house),
                }
