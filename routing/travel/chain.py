"""Several providers in order: what one does not answer, the next is asked, cell by cell.

The crow's flight stands last and always answers, so a table is always complete and a plan is always
made; its cells are marked as estimated where somebody else should have answered. A provider that
fails is left alone for a while, so a dead server costs one time-out. Equal questions that are asked
at the same time are asked once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.travel.breaker import LONG_REST_S, REST_S, Breaker
from routing.travel.crowfly import CrowFly
from routing.travel.matrix import TravelMatrix
from routing.travel.provider import (
    ALL_DAY,
    Capabilities,
    DayPart,
    DayParts,
    Health,
    Path,
    Point,
    Profile,
    Provider,
    TravelBusy,
    TravelError,
    TravelImpossible,
    TravelRefused,
)
from routing.travel.sketch import Drawing, Sketch, halves
from routing.travel.tiles import tiles

# Seconds that a table may take: to begin with, for each further piece, and for each cell. OSRM
# needs 1 to 3 millionths for a cell (measured). A provider that is slower than that is
# stopped between two pieces.
BASE_S, PIECE_S, CELL_S = 2.0, 0.02, 4e-6
# And that each leg of a path may take beyond the first seconds. The slowest, Valhalla, needs less.
LEG_S = 0.05

Question = tuple[tuple[Point, ...], tuple[Point, ...], Profile, DayPart]
Piece = tuple[list[int], list[int]]
Tell = Callable[[str, TravelError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A table, and which of its cells ``lasting`` would be the same if everybody were well."""

    table: TravelMatrix
    lasting: NDArray[np.bool_]


class Chain:
    """Providers in order, the crow's flight last. ``tell`` hears who failed and how, no places."""

    def __init__(
        self,
        providers: Sequence[Provider],
        *,
        crowfly: CrowFly | None = None,
        graph_version: str = "",
        monotonic: Callable[[], float] = time.monotonic,
        tell: Tell = lambda _name, _error: None,
    ) -> None:
        self._providers = tuple(providers)
        self._crowfly = crowfly or CrowFly()
        self._graph_version = graph_version
        self._monotonic = monotonic
        self._breakers = [Breaker(monotonic) for _ in self._providers]
        self._tell = tell
        self._lock = threading.Lock()
        self._in_flight: dict[Question, Future[Answer]] = {}

    @property
    def name(self) -> str:
        return ",".join((*(provider.name for provider in self._providers), self._crowfly.name))

    @property
    def graph_version(self) -> str:
        """As given; whatever was asked under another is out of date."""
        return self._graph_version

    @property
    def capabilities(self) -> Capabilities:
        each = [provider.capabilities for provider in self._providers]
        days = [one.may_cache_days for one in each if one.may_cache_days is not None]
        return Capabilities(
            asymmetric=any(one.asymmetric for one in each),
            geometry=any(one.geometry for one in each),
            day_parts=_first_of(each),
            profiles=frozenset(Profile),
            may_cache_days=min(days, default=None),
            attribution=" · ".join(dict.fromkeys(one.attribution for one in each)),
        )

    def matrix(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> TravelMatrix:
        """A complete table, whoever is ill; never raises TravelError."""
        return self.ask(
            origins, destinations=destinations, profile=profile, day_part=day_part
        ).table

    def ask(
        self,
        origins: Sequence[Point],
        *,
        destinations: Sequence[Point],
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> Answer:
        """As `matrix`, and what of it is worth keeping."""
        part = self.capabilities.known(day_part, profile=profile)
        question = (tuple(origins), tuple(destinations), profile, part)
        with self._lock:
            asked = self._in_flight.get(question)
            mine: Future[Answer] = Future()
            if asked is None:
                self._in_flight[question] = mine
        if asked is not None:
            return asked.result()
        try:
            answer = self._answered(question)
        except BaseException as fault:
            mine.set_exception(fault)
            raise
        else:
            mine.set_result(answer)
            return answer
        finally:
            with self._lock:
                del self._in_flight[question]

    def guess(
        self, origins: Sequence[Point], *, destinations: Sequence[Point], profile: Profile
    ) -> TravelMatrix:
        """The crow's flight, marked as an estimate where others are asked first; asks nobody."""
        sheet = _Sheet(len(origins), len(destinations))
        question = (tuple(origins), tuple(destinations), profile, ALL_DAY)
        self._complete(sheet, question)
        return sheet.answer().table

    def straight(self, points: Sequence[Point], *, profile: Profile) -> Path:
        """The crow's flight; asks nobody."""
        return self._crowfly.path(points, profile=profile)

    def path(
        self,
        points: Sequence[Point],
        *,
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> Path:
        """Each leg by the first who can draw it, else straight; never raises TravelError."""
        return self.draw(points, profile=profile, day_part=day_part).path

    def draw(
        self,
        points: Sequence[Point],
        *,
        profile: Profile = Profile.CAR,
        day_part: DayPart = ALL_DAY,
    ) -> Drawing:
        """As `path`, and what of it is worth keeping."""
        sketch = Sketch(points)
        for provider, breaker in zip(self._providers, self._breakers, strict=True):
            able = provider.capabilities
            if not sketch.wanting or not able.geometry or profile not in able.profiles:
                continue
            ask = partial(provider.path, profile=profile, day_part=day_part)
            if not (breaker.admits() and self._draw(provider, breaker, sketch, ask)):
                sketch.give_up()
        return sketch.complete(self._crowfly.path(points, profile=profile, day_part=day_part))

    def _draw(
        self,
        provider: Provider,
        breaker: Breaker,
        sketch: Sketch,
        ask: Callable[[Sequence[Point]], Path],
    ) -> bool:
        """Ask for the legs that are wanting, in pieces; whether it held out to the end.

        A piece without a way is halved, so that one odd place does not cost its neighbours theirs.
        """
        pieces = sketch.pieces(most=provider.capabilities.max_stops)
        watch = _Watch(self._monotonic, seconds=BASE_S + LEG_S * len(sketch.wanting))
        while pieces:
            if watch.is_over():
                self._failed(provider, breaker, TravelBusy("slower than it may be"))
                return False
            piece = pieces.pop()
            try:
                path = ask(sketch.points[piece.start : piece.stop + 1])
            except TravelImpossible:
                pieces += halves(piece)
            except TravelError as error:
                self._failed(provider, breaker, error)
                return False
            else:
                sketch.take(path, piece)
            watch.lap()
        breaker.succeed()
        return True

    def health(self) -> Health:
        """Whether all are well; names those who are not."""
        each = {provider.name: provider.health() for provider in self._providers}
        ill = [f"{name}: {one.message}" for name, one in each.items() if not one.well]
        return Health(well=not ill, message="; ".join(ill))

    def _answered(self, question: Question) -> Answer:
        origins, destinations, profile, _ = question
        sheet = _Sheet(len(origins), len(destinations))
        for provider, breaker in zip(self._providers, self._breakers, strict=True):
            if not sheet.wanting.any():
                break
            if profile not in provider.capabilities.profiles:
                continue
            if not (breaker.admits() and self._ask(provider, breaker, sheet, question)):
                sheet.lasting &= ~sheet.wanting
        self._complete(sheet, question)
        return sheet.answer()

    def _ask(self, provider: Provider, breaker: Breaker, sheet: _Sheet, question: Question) -> bool:
        """Ask piece by piece for what is wanting; whether it held out to the end."""
        origins, destinations, profile, day_part = question
        pieces = sheet.pieces(most=provider.capabilities.max_elements)
        cells = sum(len(rows) * len(columns) for rows, columns in pieces)
        seconds = BASE_S + CELL_S * cells + PIECE_S * (len(pieces) - 1)
        watch = _Watch(self._monotonic, seconds=seconds)
        for rows, columns in pieces:
            if watch.would_be_late():
                self._failed(provider, breaker, TravelBusy("slower than it may be"))
                return False
            try:
                table = provider.matrix(
                    [origins[i] for i in rows],
                    destinations=[destinations[j] for j in columns],
                    profile=profile,
                    day_part=day_part,
                )
            except TravelImpossible:
                pass  # about these places only
            except TravelError as error:
                self._failed(provider, breaker, error)
                return False
            else:
                sheet.take(table, rows, columns)
            watch.lap()
        breaker.succeed()
        return True

    def _failed(self, provider: Provider, breaker: Breaker, error: TravelError) -> None:
        breaker.fail(rest_s=LONG_REST_S if isinstance(error, TravelRefused) else REST_S)
        self._tell(provider.name, error)

    def _complete(self, sheet: _Sheet, question: Question) -> None:
        """Fill what nobody answered with the crow's flight."""
        if not sheet.empty.any():
            return
        origins, destinations, profile, _ = question
        straight = self._crowfly.matrix(origins, destinations=destinations, profile=profile)
        sheet.complete(straight, is_estimate=bool(self._providers))


def _first_of(each: Sequence[Capabilities]) -> DayParts:
    """Hours are known where those who are asked first know them: the others fill what is left."""
    return {
        profile: next(one for one in each if profile in one.profiles).day_parts.get(
            profile, frozenset()
        )
        for profile in frozenset[Profile]().union(*(one.profiles for one in each))
    }


class _Watch:
    """Time that a provider has for all pieces of a question."""

    def __init__(self, monotonic: Callable[[], float], *, seconds: float) -> None:
        self._monotonic = monotonic
        self._lap = monotonic()
        self._end = self._lap + seconds
        self._longest = 0.0

    def would_be_late(self) -> bool:
        """Whether a piece that takes as long as the longest so far would end too late."""
        return self._lap + self._longest > self._end

    def is_over(self) -> bool:
        """Whether no time is left. Who loads its roads first is slow only once."""
        return self._lap > self._end

    def lap(self) -> None:
        """A piece is done."""
        now = self._monotonic()
        self._longest = max(self._longest, now - self._lap)
        self._lap = now


class _Sheet:
    """A table on its way to be complete. ``empty`` cells hold nothing, ``wanting`` no answer."""

    def __init__(self, rows: int, columns: int) -> None:
        shape = (rows, columns)
        self.seconds, self.metres = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
        self.empty = np.ones(shape, np.bool_)
        self.estimated = np.zeros(shape, np.bool_)
        self.lasting = np.ones(shape, np.bool_)
        self._sources: dict[str, None] = {}
        self._versions: dict[str, None] = {}

    @property
    def wanting(self) -> NDArray[np.bool_]:
        wanting: NDArray[np.bool_] = self.empty | self.estimated
        return wanting

    def pieces(self, *, most: int | None) -> list[Piece]:
        """Rows and columns that hold everything that is wanting, in pieces of ``most`` cells."""
        rows = np.flatnonzero(self.wanting.any(axis=1)).tolist()
        columns = np.flatnonzero(self.wanting.any(axis=0)).tolist()
        return [
            ([rows[i] for i in high], [columns[j] for j in wide])
            for high, wide in tiles(len(rows), len(columns), most=most)
        ]

    def take(self, table: TravelMatrix, rows: list[int], columns: list[int]) -> None:
        """Keep answers, and of the estimates the first."""
        where = np.ix_(rows, columns)
        fresh = np.where(table.estimated, self.empty[where], self.wanting[where])
        self._write(where, fresh, table)
        self.estimated[where] = np.where(fresh, table.estimated, self.estimated[where])
        if (fresh & ~table.estimated).any():
            self._sources[table.source] = None
            self._versions[table.graph_version] = None

    def complete(self, straight: TravelMatrix, *, is_estimate: bool) -> None:
        """Fill every empty cell; two places at one point are no leg and no estimate."""
        left = self.empty.copy()
        if is_estimate:
            self.estimated |= left & (straight.metres > 0)
        self._write(np.ix_(*map(range, left.shape)), left, straight)
        self._sources[straight.source] = None

    def answer(self) -> Answer:
        assert not self.empty.any()
        table = TravelMatrix(
            seconds=self.seconds,
            metres=self.metres,
            estimated=self.estimated,
            source=",".join(self._sources),
            graph_version="+".join(version for version in self._versions if version),
        )
        return Answer(table=table, lasting=self.lasting)

    def _write(
        self, where: tuple[NDArray[Any], ...], fresh: NDArray[np.bool_], table: TravelMatrix
    ) -> None:
        self.seconds[where] = np.where(fresh, table.seconds, self.seconds[where])
        self.metres[where] = np.where(fresh, table.metres, self.metres[where])
        self.empty[where] &= ~fresh
