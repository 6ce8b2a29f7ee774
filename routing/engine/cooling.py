"""How a search cools down: once, or lap by lap where there are steps for several.

Into which plan a search freezes is settled while it is warm, so a long one ends hardly better than a
short one. Where there are steps for several each begins anew, and a last lap goes on from the best
plan of all, a little warmed up.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.engine.kernel.squad import Manner

# Steps of a lap, by job and stop of a mean round, for long rounds take longer to settle, and by job at
# least; below so many laps one search is as good. From tuning on generated days of 200 and 400 visits,
# and on public ones of 100 with four stops a round.
LAP_STEPS, LEAST_LAP_STEPS, FEWEST_LAPS = 150, 2000, 2
# The part of the time for laps that begin anew, and where the last one begins, in short legs.
LAPS_SHARE, WARM = 0.75, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Which lap it is, which share of that is over, and the temperature, in means of a short leg."""

    lap: int
    share: float
    heat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooling:
    """``laps`` begin anew, and one more goes on from the best; with one there is no other."""

    manner: Manner
    laps: int = 1

    @classmethod
    def of(cls, manner: Manner, *, steps: float, jobs: int, routes: int) -> Cooling:
        """For a search with time for so many steps of each searcher."""
        stops = max(1.0, jobs / max(1, routes))
        each = max(LAP_STEPS * stops, LEAST_LAP_STEPS) * max(1, jobs)
        laps = int(LAPS_SHARE * steps / each)
        return cls(manner=manner, laps=laps if laps >= FEWEST_LAPS else 1)

    def at(self, share: float) -> Moment:
        """When this share of the whole time is over."""
        share = min(1.0, share)
        if self.laps == 1:
            return self._moment(0, share, hot=self.manner.hot)
        if share < LAPS_SHARE:
            place = share / LAPS_SHARE * self.laps
            lap = min(self.laps - 1, int(place))
            return self._moment(lap, place - lap, hot=self.manner.hot)
        rest = (share - LAPS_SHARE) / (1 - LAPS_SHARE)
        return self._moment(self.laps, rest, hot=min(WARM, self.manner.hot))

    def is_last(self, lap: int) -> bool:
        """Whether no lap comes after this one."""
        return self.laps in {lap, 1}

    def _moment(self, lap: int, share: float, *, hot: float) -> Moment:
        return Moment(lap=lap, share=share, heat=hot * (self.manner.cold / hot) ** share)
