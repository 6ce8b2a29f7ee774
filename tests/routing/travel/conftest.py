"""The synthetic town, made into a road graph once for all tests that only read it."""

from __future__ import annotations

import pytest

from routing.travel.graph import RoadGraph, build_roads
from tests.routing.travel import town as towns


@pytest.fixture(scope="session")
def town() -> towns.Town:
    return towns.build()


@pytest.fixture(scope="session")
def graph(town, tmp_path_factory) -> RoadGraph:
    folder = tmp_path_factory.mktemp("town")
    target = folder / "graph.npz"
    build_roads(town.write(folder / "town.osm.pbf"), target=target)
    return RoadGraph(target)
