"""How far a search for a plan is, told to the pages that watch it.

What travels to a page while a search runs are numbers; the page holds the sentences in its
reader's language and fills them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from flask import Flask
from flask_babel import gettext as _

from app import progress
from dispatch.planning.runs import PlanRun, RunState

Told = dict[str, object]


class Phase(StrEnum):
    """How far a search is, as a page tells it."""

    WAITING = "waiting"
    BUILDING = "building"
    COMPILING = "compiling"
    IMPROVING = "improving"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


def live(run: PlanRun | None) -> bool:
    """Whether the search waits or runs."""
    return run is not None and run.state in (RunState.QUEUED, RunState.RUNNING)


def channel(run_id: int) -> str:
    """Name of the stream on which a search tells how far it is."""
    return f"run:{run_id}"


def tell(app: Flask, run: PlanRun) -> None:
    """Let the pages that watch a search know how far it is; called by the queue's threads."""
    progress.bus_of(app).tell(channel(run.id), event="progress", data=told(run))


def told(run: PlanRun) -> Told:
    """How far a search is, in numbers: ``share`` of its time lies between 0 and 1."""
    seconds = float(run.progress.get("seconds", 0.0))
    limit = float(run.progress.get("limit_s", run.limit_seconds)) or 1.0
    return {
        "phase": phase(run).value,
        "over": not live(run),
        "share": round(min(1.0, seconds / limit), 3),
        "seconds": round(seconds),
        "limit": round(limit),
        "served": run.progress.get("served", 0),
        "jobs": run.progress.get("jobs", 0),
        "code": run.fault_code or "",
    }


def phase(run: PlanRun) -> Phase:
    """Where in its life a search is."""
    if run.state is RunState.RUNNING:
        if run.progress.get("compiling"):
            return Phase.COMPILING
        found = run.progress.get("objective") is not None
        return Phase.IMPROVING if found else Phase.BUILDING
    return {
        RunState.QUEUED: Phase.WAITING,
        RunState.DONE: Phase.DONE,
        RunState.CANCELLED: Phase.STOPPED,
        RunState.FAILED: Phase.FAILED,
    }[run.state]


def sentences() -> Mapping[str, str]:
    """A sentence for each phase, with the names of ``told`` in braces."""
    return {
        Phase.WAITING: _("Waiting for its turn."),
        Phase.BUILDING: _("Building a first plan ({seconds} of {limit} s)."),
        Phase.COMPILING: _(
            "The planning engine is being compiled, once on this computer; a plainer search plans"
            " meanwhile: {served} of {jobs} visits placed ({seconds} of {limit} s)."
        ),
        Phase.IMPROVING: _("Improving: {served} of {jobs} visits placed ({seconds} of {limit} s)."),
        Phase.DONE: _("Done after {seconds} s: {served} of {jobs} visits placed."),
        Phase.STOPPED: _("Stopped before it began."),
        Phase.FAILED: _("Failed ({code}). The plan in force stands as it was."),
    }


def said(run: PlanRun) -> str:
    """Say how far a search is, in the language of the page."""
    return sentences()[phase(run)].format(**told(run))
