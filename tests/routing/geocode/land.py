"""A land that never was, as an extract: towns, streets, doors with gaps, Japanese blocks.

Four corners, tens of kilometres apart: a German-like one with two villages that both have a
Hauptstraße, a French, a Polish and an English town, and blocks in Japan.
"""

from __future__ import annotations

import re
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

METRE = 1 / 111_195

ALTDORF, NEUDORF = (47.10, 9.50), (47.10, 9.60)
BONNEVILLE, GRUSZOWO, ASHBY = (46.10, 6.40), (50.10, 20.00), (52.00, -1.00)
MARUNOUCHI, UENO = (35.680, 139.765), (35.710, 139.775)


class Land:
    """Collects things by place and writes them as an extract; all at degrees (lat, lon)."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.ways: list[Way] = []
        self.relations: list[Relation] = []

    def point(self, at, **tags):
        node = Node(id=len(self.nodes) + 1, location=(at[1], at[0]), tags=clean(tags))
        self.nodes.append(node)
        return node.id

    def town(self, at, name, place="village", **tags):
        self.point(at, name=name, place=place, **tags)

    def street(self, at, name, *, metres=200, **tags):
        """A street from ``at`` to the east."""
        ends = [self.point(at), self.point(east(at, metres))]
        self._way(ends, highway="residential", name=name, **tags)

    def doors(self, at, street, numbers, *, step=20, **tags):
        """Doors along a street: each number twenty metres on for two, odd ones to the north."""
        for number in numbers:
            value = int(re.match(r"\d+", str(number))[0])
            where = north(east(at, value / 2 * step), 10 if value % 2 else -10)
            self.point(where, **{"addr:street": street, "addr:housenumber": str(number)}, **tags)

    def border(self, at, name, *, metres, level=8, **tags):
        """A square municipality around ``at``, as a relation."""
        corners = [
            self.point(north(east(at, x * metres), y * metres))
            for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ]
        way = self._way([*corners, corners[0]])
        tags = {"type": "boundary", "boundary": "administrative", "name": name, **tags}
        relation = Relation(
            id=len(self.relations) + 1,
            members=[("w", way, "outer")],
            tags=clean({**tags, "admin_level": str(level)}),
        )
        self.relations.append(relation)

    def write(self, path: Path) -> Path:
        with osmium.SimpleWriter(path, overwrite=True) as writer:
            for node in self.nodes:
                writer.add_node(node)
            for way in self.ways:
                writer.add_way(way)
            for relation in self.relations:
                writer.add_relation(relation)
        return path

    def _way(self, ids, **tags):
        way = Way(id=len(self.ways) + 1, nodes=ids, tags=clean(tags))
        self.ways.append(way)
        return way.id


def clean(tags):
    """Keywords as tags: addr_city is addr:city."""
    return {key.replace("addr_", "addr:"): value for key, value in tags.items()}


def east(at, metres):
    # All corners but one lie near 47 degrees north; what counts is that one step is like another.
    return (at[0], at[1] + metres * METRE * 1.47)


def north(at, metres):
    return (at[0] + metres * METRE, at[1])


def invented() -> Land:
    """All corners of the land."""
    land = Land()
    german(land)
    french(land)
    polish(land)
    english(land)
    japanese(land)
    return land


def german(land):
    land.town(ALTDORF, "Altdorf", postal_code="9490")
    land.border(ALTDORF, "Altdorf", metres=2000)
    land.border(ALTDORF, "Bergland", metres=20_000, level=2)
    land.town(NEUDORF, "Neudorf", postal_code="9491")
    for town in (ALTDORF, NEUDORF):
        land.street(town, "Hauptstraße")
    land.doors(ALTDORF, "Hauptstraße", [1, 2, 3, 9, 10, "12b", 14])
    land.doors(NEUDORF, "Hauptstraße", [1, 5])
    land.street(north(ALTDORF, 300), "Mühlegässchen")
    land.doors(north(ALTDORF, 300), "Mühlegässchen", [1, "71-75"])
    land.street(north(ALTDORF, 500), "Feldkircher Strasse")
    land.doors(north(ALTDORF, 500), "Feldkircher Strasse", [52])
    land.street(north(ALTDORF, 700), "Neudorfer Weg")
    land.street(north(ALTDORF, 800), "Sennereiweg")
    land.point(north(ALTDORF, 900), name="Schule Altdorf", amenity="school")


def french(land):
    land.town(BONNEVILLE, "Bonneville", "town", postal_code="74130")
    for far, name in enumerate(
        ("Rue de la République", "Boulevard Saint-Michel", "Avenue du Général de Gaulle",
         "Rue de Bonneville", "Rue de l'Œuvre")
    ):  # fmt: skip
        at = north(BONNEVILLE, 200 * far)
        land.street(at, name)
        land.doors(at, name, [2, 4, 8, "8bis"], addr_postcode="74130")


def polish(land):
    land.town(GRUSZOWO, "Gruszowo", "town")
    for far, name in enumerate(
        ("ulica Juliusza Słowackiego", "plac Świętego Jana", "osiedle Złota Jesień", "3 Maja")
    ):
        at = north(GRUSZOWO, 200 * far)
        land.street(at, name)
        land.doors(at, name, [12, 20], addr_postcode="31-159", addr_city="Gruszowo")


def english(land):
    land.town(ASHBY, "Ashby", "town")
    for far, name in enumerate(("Saint John Street", "Baker Road")):
        at = north(ASHBY, 200 * far)
        land.street(at, name)
        land.doors(at, name, [7, 9], addr_postcode="LE65 1AB")


def japanese(land):
    land.town(MARUNOUCHI, "千代田区", "city")
    land.town(UENO, "台東区", "city")
    for row, block in enumerate(("1", "2")):
        for house in range(1, 6):
            land.point(
                north(east(MARUNOUCHI, 30 * house), 100 * row),
                addr_province="東京都",
                addr_city="千代田区",
                addr_quarter="丸の内",
                addr_neighbourhood="一丁目",
                addr_block_number=block,
                addr_housenumber=str(house),
            )
    for house in (2, 4):
        land.point(
            east(UENO, 30 * house),
            addr_province="東京都",
            addr_city="台東区",
            addr_quarter="三筋",
            addr_neighbourhood="2丁目",
            addr_block_number="23",
            addr_housenumber=str(house),
        )
