"""The command line, ``onsite``: one group whose commands are imported when they are used.

So ``onsite solve`` starts without loading the web, and ``onsite --help`` without loading anything.
Where an answer goes to standard output, progress and faults go to standard error. Exit codes: 0
done, 1 refused or failed, 2 asked wrongly.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from app.config import SettingsWrong

# Name: where the command is, and its line in the list of commands.
COMMANDS = {
    "run": ("app.commands.server:run", "Serve the web with its queue in one process."),
    "worker": ("app.commands.server:worker", "Work on the queue in PostgreSQL, without the web."),
    "migrate": ("app.commands.server:migrate", "Bring the database to this version's schema."),
    "doctor": ("app.commands.doctor:doctor", "Check the installation and say what to do."),
    "account": ("app.commands.account:account", "Make accounts, the first administrator's too."),
    "token": ("app.commands.token:token", "Make, list and revoke tokens for the API."),
    "backup": ("app.commands.backup:backup", "Copy database and secrets into one file."),
    "restore": ("app.commands.backup:restore", "Unpack a backup into an empty instance."),
    "demo": ("app.commands.demo:demo", "Fill an empty instance with an invented firm."),
    "plan": ("app.commands.days:plan", "Plan one day now and put the plan in force."),
    "export-problem": ("app.commands.days:export_problem", "Write a day as a planning problem."),
    "solve": ("app.commands.planner:solve", "Plan a problem file."),
    "check": ("app.commands.planner:check", "Judge a plan against its problem."),
    "invent-problem": ("app.commands.invent:invent_problem", "Make up a problem from a seed."),
    "bench": ("app.commands.bench:bench", "Plan files, beside other planners; print a table."),
    "roads": ("app.commands.roads:roads", "Make a road graph from an extract, and ask it."),
    "places": ("app.commands.places:places", "Index a map extract; find addresses in it."),
    "book-stream": ("app.commands.booking:book_stream", "Offer windows over a pipe, in memory."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is called.

    ``places`` maps the name of a command to where it is, and to its line in the list of commands.
    """

    def __init__(self, *given: Any, places: Mapping[str, tuple[str, str]], **more: Any) -> None:  # noqa: ANN401 - click's signature
        super().__init__(*given, **more)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.places)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in self.places:
            return None
        module, attribute = self.places[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_place, line) in self.places.items()])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            return super().invoke(ctx)
        except SettingsWrong as wrong:
            raise click.UsageError("\n".join(wrong.faults)) from wrong


@click.group(
    cls=LazyGroup, places=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="onsite")
def onsite() -> None:
    """Dispatch of on-site technical support, from the ticket to the technician's outcome.

    Settings come from the environment (ONSITE_*) or from settings.toml in the instance folder,
    which is ./instance unless ONSITE_INSTANCE names another; the README lists them.

    Each command explains itself: onsite COMMAND --help.
    """


def main() -> None:
    """Run the command line; the entry point of ``onsite``."""
    onsite(prog_name="onsite")
