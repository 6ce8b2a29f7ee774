"""Who plans: our engine, and peers in the same seconds on the same cores."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from app.commands.bench.results import Result, best, judged
from routing.peers import Peer
from routing.problem import Problem
from schedules import child, peers

OURS = "onsite"


def missing(wanted: Sequence[Peer]) -> list[str]:
    """Packages of peers that are not installed."""
    return [peer.package for peer in wanted if not peers.is_installed(peer)]


def ours(
    problem: Problem, *, limit_s: float, seed: int, workers: int, stop: threading.Event
) -> Result:
    """Our engine, as ``onsite solve`` starts it."""
    first = list[float]()

    def watch(progress: child.Progress) -> None:
        if progress.objective is not None and not first:
            first.append(progress.seconds)

    began = time.monotonic()
    try:
        answer = child.solve(
            problem,
            limit_s=limit_s,
            seed=seed,
            workers=workers,
            on_progress=watch,
            stop=stop,
            began=began,
        )
    except child.EngineFailed as failed:
        seconds = time.monotonic() - began
        return Result(planner=OURS, seed=seed, seconds=seconds, words=f"failed: {failed}")
    return judged(
        answer.solution,
        problem=problem,
        planner=OURS,
        seed=seed,
        seconds=answer.seconds,
        first_s=first[0] if first else None,
    )


def theirs(
    peer: Peer, problem: Problem, *, limit_s: float, seed: int, workers: int, stop: threading.Event
) -> Result:
    """The best of a peer's plans, judged as ours are."""
    said = peers.ask(peer, problem, limit_s=limit_s, seed=seed, workers=workers, stop=stop)
    results = [
        Result(
            planner=peer.name,
            seed=seed,
            seconds=said.seconds,
            words=reply.words,
            cannot=reply.cannot,
        )
        if reply.solution is None
        else judged(
            reply.solution, problem=problem, planner=peer.name, seed=seed, seconds=said.seconds
        )
        for reply in said.replies
    ]
    return best(results)
