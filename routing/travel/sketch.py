"""A path on its way to be complete: which legs are drawn, which are wanting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.travel.provider import Path, Point, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A path, and which of its legs ``lasting`` would be the same if everybody were well."""

    path: Path
    lasting: tuple[bool, ...]


class Sketch:
    """The legs between ``points``; those between two spellings of one place are drawn at once."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = tuple(points)
        self._legs: list[Way | None] = [
            Way.between(begin, end, seconds=0, metres=0, line=())
            if begin.rounded() == end.rounded()
            else None
            for begin, end in zip(self.points[:-1], self.points[1:], strict=True)
        ]
        self._lasting = [True] * len(self._legs)

    @property
    def wanting(self) -> list[int]:
        """Numbers of the legs of which nobody knows the roads yet."""
        return [here for here, leg in enumerate(self._legs) if leg is None or leg.straight]

    def pieces(self, *, most: int | None) -> list[range]:
        """Legs that are wanting, those in a row together, with at most ``most`` points a piece."""
        longest = len(self.points) if most is None else most - 1
        pieces: list[range] = []
        for here in self.wanting:
            last = pieces[-1] if pieces else range(0)
            if last.stop == here and 0 < len(last) < longest:
                pieces[-1] = range(last.start, here + 1)
            else:
                pieces.append(range(here, here + 1))
        return pieces[::-1]

    def take(self, path: Path, piece: range) -> None:
        """Keep the legs on roads, and of straight ones the first."""
        for here, leg in zip(piece, path.legs, strict=True):
            if self._legs[here] is None or not leg.straight:
                self._legs[here] = leg

    def give_up(self) -> None:
        """Somebody who might have known what is wanting did not answer."""
        for here in self.wanting:
            self._lasting[here] = False

    def complete(self, straight: Path) -> Drawing:
        """The path, with straight lines where nobody answered."""
        legs = zip(self._legs, straight.legs, strict=True)
        return Drawing(
            path=Path(legs=tuple(guess if leg is None else leg for leg, guess in legs)),
            lasting=tuple(self._lasting),
        )


def halves(piece: range) -> list[range]:
    """Both halves of a piece, the later one first; none of a single leg."""
    middle = piece.start + len(piece) // 2
    return [] if len(piece) < 2 else [range(middle, piece.stop), range(piece.start, middle)]
