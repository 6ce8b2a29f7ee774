"""``onsite roads``: road graphs of one's own, and travel times from whoever knows them.

Only the group stands here; each command has a module of its own, which is imported when it is called.
"""

from __future__ import annotations

import click

from app.commands import LazyGroup

# Name: where the command is, and its line in the list of commands.
PLACES = {
    "import": ("app.commands.roads.importing:import_", "Make a road graph from a .osm.pbf file."),
    "status": ("app.commands.roads.status:status", "Say which road graphs there are."),
    "matrix": ("app.commands.roads.matrix:matrix", "Write travel times between points of a file."),
    "tiles": ("app.commands.roads.tiles:tiles", "Make a base map from a .osm.pbf file."),
    "osrm": ("app.commands.osrm:osrm", "Install, prepare and start an OSRM of one's own."),
    "learn": ("app.commands.learn:learn", "Correct travel times by legs of a file."),
    "bench": ("app.commands.roads.bench:bench", "Measure how quickly travel times are answered."),
}


@click.group(cls=LazyGroup, places=PLACES)
def roads() -> None:
    """Make a road graph from an extract of OpenStreetMap, and ask for travel times.

    Extracts (.osm.pbf) of countries and regions are given away by several mirrors. A graph lies in
    the instance folder, as roads/NAME/graph.npz, and needs no server. Cut the extract somewhat larger
    than the area in which you work.

    \b
    Examples:
      onsite roads import town.osm.pbf --name town
      onsite roads status
      onsite roads matrix points.json --provider graph --name town --out matrix.json
      onsite roads matrix points.json --provider crowfly --profile bike --out matrix.json
      onsite roads tiles town.osm.pbf --name town
      onsite roads bench --name town --seed 1
    """
