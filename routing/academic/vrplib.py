"""The VRPLIB format, as far as it says windows, prizes, several depots, and who may go where.

Keys (``NAME : value``) come first, then sections of rows. A section that changes the problem and is
not understood is a fault: leaving it out would pose another problem.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from routing.academic.lines import (
    UNIT_M,
    UNIT_S,
    Convention,
    Goal,
    count,
    levels,
    malformed,
    number,
    plane,
    row_of,
    seconds,
)
from routing.problem import (
    Cost,
    Job,
    Location,
    MatrixTravel,
    Problem,
    Shift,
    Technician,
    Term,
    TravelSpec,
    Window,
)

# Seconds: a file without windows has no end of day either. 30 years, in the unit of a file.
NO_END = 10**9
KEY = re.compile(r"^([A-Z][A-Z0-9_]*)\s*:\s*(.*)$")
SECTION = re.compile(r"^([A-Z][A-Z0-9_]*)_SECTION\s*:?$")
KNOWN = frozenset(
    {
        "NODE_COORD", "EDGE_WEIGHT", "DEMAND", "DEPOT", "SERVICE_TIME", "TIME_WINDOW", "PRIZE",
        "RELEASE_TIME", "CAPACITY", "VEHICLES_DEPOT", "VEHICLES_ALLOWED_CLIENTS",
        "VEHICLES_MAX_DURATION", "VEHICLES_MAX_DISTANCE", "VEHICLES_FIXED_COST",
    }
)  # fmt: skip


def is_vrplib(text: str) -> bool:
    """Whether the file looks like one."""
    return bool(re.search(r"^\s*DIMENSION\s*:", text, re.MULTILINE))


def read(text: str, *, name: str, convention: Convention, goal: Goal) -> Problem:
    """Raises ``Malformed``."""
    file = _split(text)
    dimension = count(file.key("DIMENSION"), place="DIMENSION")
    matrix = file.keys.get("EDGE_WEIGHT_TYPE") == "EXPLICIT"
    unit_s, unit_m = (1, 1) if matrix else (UNIT_S, UNIT_M)
    nodes = _Nodes(file, dimension=dimension, unit_s=unit_s)
    fleet = _fleet(file, nodes=nodes)
    technicians = tuple(_technician(file, nodes, index) for index in range(1, fleet + 1))
    prizes = file.rows("PRIZE")
    objective = levels(goal, metres=unit_m)
    if prizes:
        paid = Term(metric="unserved_penalty"), Term(metric="fixed_cost")
        objective = ((Term(metric="distance_m", weight=1 / unit_m), *paid),)
    elif "VEHICLES_FIXED_COST" in file.named:
        objective = (*objective[:-1], (*objective[-1], Term(metric="fixed_cost")))
    return Problem(
        name=file.keys.get("NAME", name),
        provenance={"format": "vrplib", "convention": convention.value, "goal": goal.value},
        locations=nodes.locations(),
        travel=_matrix(file, dimension=dimension) if matrix else plane(convention),
        technicians=technicians,
        jobs=tuple(_job(file, nodes, node) for node in nodes.customers),
        objective=objective,
    )


@dataclass(frozen=True, slots=True)
class _File:
    keys: Mapping[str, str]
    sections: Mapping[str, Mapping[str, list[str]]]

    @property
    def named(self) -> frozenset[str]:
        """Keys and sections that the file has."""
        return frozenset(self.keys) | frozenset(self.sections)

    def key(self, name: str) -> str:
        if name not in self.keys:
            raise malformed(
                "missing-key", name, f"the key {name} is missing", advice=f"Add {name} : value."
            )
        return self.keys[name]

    def rows(self, section: str) -> Mapping[str, list[str]]:
        """Rows by their first word; none where the section is missing."""
        return self.sections.get(section, {})

    def value(self, name: str, index: int | str, *, default: float) -> float:
        """One number of a row, or the key of that name for everybody, or the default."""
        row = self.rows(name).get(str(index))
        if row is not None:
            return row_of(row, width=1, place=f"{name}_SECTION, row {index}")[0]
        return number(self.keys[name], place=name) if name in self.keys else default


def _split(text: str) -> _File:
    """Keys and rows. Depots have no numbers of their own: they are rows of themselves."""
    keys: dict[str, str] = {}
    sections: dict[str, dict[str, list[str]]] = {}
    current: str | None = None
    for at, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0] == "EOF":
            continue
        if found := SECTION.match(line.strip()):
            current = found[1]
            if current not in KNOWN:
                raise malformed(
                    "unknown-key",
                    f"line {at}",
                    f"{current}_SECTION is not understood",
                    advice="Without it this would be another problem; state it as onsite-problem/1.",
                )
            sections.setdefault(current, {})
        elif found := KEY.match(line.strip()):
            keys[found[1]], current = found[2].strip(), None
        elif current is None:
            raise malformed(
                "wrong-row", f"line {at}", "neither a key nor in a section", advice="Take it out."
            )
        elif current == "EDGE_WEIGHT":
            sections[current][str(len(sections[current]))] = words
        else:
            sections[current][words[0]] = words[1:]
    return _File(keys, sections)


class _Nodes:
    """Places by their numbers, the depots apart; times in seconds."""

    def __init__(self, file: _File, *, dimension: int, unit_s: float) -> None:
        self._file = file
        self.unit_s = unit_s
        named = list(file.rows("NODE_COORD")) or [str(n) for n in range(1, dimension + 1)]
        if len(named) != dimension:
            raise malformed(
                "wrong-row", "NODE_COORD_SECTION",
                f"{len(named)} rows, but DIMENSION says {dimension}", advice="Mend either.",
            )  # fmt: skip
        self.depots = [row for row in file.rows("DEPOT") if row != "-1"] or named[:1]
        strange = [row for row in self.depots if row not in named]
        if strange:
            raise malformed(
                "unknown-id", "DEPOT_SECTION", f"{strange[0]} is no node", advice="Name a node."
            )
        self.all = named
        self.customers = [node for node in named if node not in self.depots]
        welcome = file.rows("VEHICLES_ALLOWED_CLIENTS")
        self._welcome = {f"vehicle-{row}": frozenset(nodes) for row, nodes in welcome.items()}

    def locations(self) -> tuple[Location, ...]:
        rows = self._file.rows("NODE_COORD")
        if not rows:
            return tuple(Location(id=node) for node in self.all)
        places = {node: f"NODE_COORD_SECTION, row {node}" for node in self.all}
        pairs = {node: row_of(rows[node], width=2, place=places[node]) for node in self.all}
        return tuple(Location(id=node, x=x, y=y) for node, (x, y) in pairs.items())

    def seconds(self, units: float) -> float:
        return seconds(units, unit_s=self.unit_s)

    def allowed(self, node: str) -> frozenset[str] | None:
        """Vehicles that may go there; None where nobody is kept away."""
        if not self._welcome:
            return None
        return frozenset(name for name, nodes in self._welcome.items() if node in nodes)

    def window(self, node: str) -> Window | None:
        """The node's window; None where it has none."""
        row = self._file.rows("TIME_WINDOW").get(node)
        if row is None:
            return None
        place = f"TIME_WINDOW_SECTION, row {node}"
        opens, closes = (self.seconds(units) for units in row_of(row, width=2, place=place))
        if closes < opens:
            raise malformed("wrong-window", place, "it closes before it opens", advice="Mend it.")
        return Window(opens=opens, closes=min(closes, NO_END))


def _fleet(file: _File, *, nodes: _Nodes) -> int:
    """The vehicles that there are; a vehicle for each customer where nobody counts them."""
    if "VEHICLES" in file.keys:
        return count(file.keys["VEHICLES"], place="VEHICLES")
    return max(1, len(nodes.customers))


def _technician(file: _File, nodes: _Nodes, index: int) -> Technician:
    home = [*file.rows("VEHICLES_DEPOT").get(str(index), ()), nodes.depots[0]][0]
    if home not in nodes.all:
        place = f"VEHICLES_DEPOT_SECTION, row {index}"
        raise malformed("unknown-id", place, f"{home} is no node", advice="Name a depot.")
    hours = nodes.window(home) or Window(opens=0, closes=NO_END)
    longest = file.value("VEHICLES_MAX_DURATION", index, default=-1)
    farthest = file.value("VEHICLES_MAX_DISTANCE", index, default=-1)
    capacity = file.value("CAPACITY", index, default=-1)
    shift = Shift(
        id="day",
        start=hours.opens,
        end=hours.closes,
        start_location=home,
        end_location=home,
        max_duration_s=None if longest < 0 else nodes.seconds(longest),
        max_distance_m=None if farthest < 0 else farthest * (1 if nodes.unit_s == 1 else UNIT_M),
    )
    return Technician(
        id=f"vehicle-{index}",
        shifts=(shift,),
        capacity={} if capacity < 0 else {"load": capacity},
        cost=Cost(fixed=file.value("VEHICLES_FIXED_COST", index, default=0)),
    )


def _job(file: _File, nodes: _Nodes, node: str) -> Job:
    window = nodes.window(node)
    release = file.value("RELEASE_TIME", node, default=0)
    prizes = bool(file.rows("PRIZE"))
    return Job(
        id=node,
        location=node,
        duration_s=nodes.seconds(file.value("SERVICE_TIME", node, default=0)),
        windows=() if window is None else (window,),
        release=nodes.seconds(release) if release else None,
        demand={"load": file.value("DEMAND", node, default=0)},
        mandatory=not prizes,
        unserved_penalty=file.value("PRIZE", node, default=0) if prizes else 1,
        allowed_technicians=nodes.allowed(node),
    )


def _matrix(file: _File, *, dimension: int) -> TravelSpec:
    if file.keys.get("EDGE_WEIGHT_FORMAT", "FULL_MATRIX") != "FULL_MATRIX":
        raise malformed(
            "unknown-key", "EDGE_WEIGHT_FORMAT", "only FULL_MATRIX is read", advice="Write it out."
        )
    place = "EDGE_WEIGHT_SECTION"
    words = [word for row in file.rows("EDGE_WEIGHT").values() for word in row]
    cells = row_of(words, width=dimension * dimension, place=place)
    if min(cells, default=0) < 0:
        raise malformed("wrong-type", place, "a negative length", advice="At least 0.")
    rows = tuple(tuple(cells[n * dimension : (n + 1) * dimension]) for n in range(dimension))
    return MatrixTravel(seconds=rows, metres=rows)
