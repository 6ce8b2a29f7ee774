"""Orders of a plan's routes with one more job in them, and the depot stops that it takes."""

from __future__ import annotations

from collections.abc import Sequence

from routing.trial.openings import Order
from routing.trial.trial import Trial


class Supplied:
    """``bare`` are the stops of each vehicle without breaks, which must not change meanwhile.

    A gap is named by its vehicle and the number of jobs before it; where depot stops lie between
    the same two jobs, it is several places among all stops.
    """

    def __init__(self, trial: Trial, *, bare: Sequence[Order]) -> None:
        self._trial, self._bare = trial, bare
        self._known: dict[tuple[int, int, int], list[tuple[int, Order]]] = {}

    def positions(self, vehicle: int, *, before: int) -> list[int]:
        """Where among all stops the gap is."""
        bare, jobs = self._bare[vehicle], len(self._trial.holder)
        return [n for n in range(len(bare) + 1) if sum(code < jobs for code in bare[:n]) == before]

    def orders(self, job: int, *, vehicle: int, before: int) -> list[tuple[int, Order]]:
        """Each way to load what the stops with the job in the gap need.

        Each with the position of the job for the sake of which it is tried. Those with a job that
        takes nothing out of the van are remembered: they are the same whatever it is.
        """
        key = job, vehicle, before
        if key in self._known and job not in self._trial.tables.draft.stocked:
            return self._known[key]
        found = [
            (n, order)
            for n in self.positions(vehicle, before=before)
            for order in self._trial.orders(job, vehicle, n)
        ]
        if job not in self._trial.tables.draft.stocked:
            self._known[key] = found
        return found
