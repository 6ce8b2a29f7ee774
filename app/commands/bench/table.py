"""The table: a line for each problem, our figures, the best known, and each peer beside us."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table as Drawing

from app.commands.bench.results import Result, median, ratio, verdict

NONE = "-"
# Columns that are words; the others are figures and stand to the right.
WORDS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One problem: what each planner made of it with each seed, ours first."""

    name: str
    visits: int
    ours: list[Result]
    peers: Mapping[str, list[Result]] = field(default_factory=dict)
    best: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows as texts; the last rows are means."""

    heads: list[str]
    rows: list[list[str]]
    means: list[list[str]]

    def markdown(self) -> str:
        """As it stands in a document."""
        lines = [self.heads, ["---"] * WORDS + ["---:"] * (len(self.heads) - WORDS)]
        lines += [*self.rows, *self.means]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

    def draw(self, console: Console) -> None:
        """On a terminal."""
        drawing = Drawing()
        for number, head in enumerate(self.heads):
            drawing.add_column(head, justify="left" if number < WORDS else "right")
        for row in self.rows:
            drawing.add_row(*row)
        drawing.add_section()
        for row in self.means:
            drawing.add_row(*row, style="bold")
        console.print(drawing)


def tabulate(lines: Sequence[Line], *, peers: Sequence[str], best: bool) -> Table:
    """``best`` adds the gap to what is known."""
    heads = ["instance", "visits", "first plan, s", "total, s", "objective", "served"]
    heads += ["gap, %"] if best else []
    for peer in peers:
        heads += [peer, f"{peer}, s", f"onsite / {peer}"]
    rows = [_row(line, peers=peers, best=best) for line in lines]
    return Table(heads, rows, _means(lines, peers=peers, best=best))


def worth(objective: Sequence[float]) -> str:
    """The levels of an objective, up to two decimals each."""
    return " / ".join(f"{value:,.2f}".rstrip("0").rstrip(".") for value in objective)


def _row(line: Line, *, peers: Sequence[str], best: bool) -> list[str]:
    ours = median(line.ours)
    row = [line.name, str(line.visits), _seconds(ours.first_s), _seconds(ours.seconds)]
    row += [_objective(ours), f"{ours.served} of {line.visits}"]
    if best:
        row.append(_compared(ours.objective, line.best, as_text=_percent))
    for peer in peers:
        theirs = median(line.peers[peer])
        row += [_objective(theirs), _seconds(theirs.seconds)]
        row.append(_compared(ours.objective, theirs.objective, as_text=_factor))
    return row


def _means(lines: Sequence[Line], *, peers: Sequence[str], best: bool) -> list[list[str]]:
    """Arithmetic for seconds and gaps, geometric for ratios; (3 of 4) when some have none."""
    middle = [median(line.ours) for line in lines]
    firsts = [one.first_s for one in middle]
    arithmetic = ["arithmetic mean", "", _mean(firsts), _mean([one.seconds for one in middle])]
    geometric = ["geometric mean", "", "", ""]
    arithmetic += ["", ""]
    geometric += ["", ""]
    if best:
        gaps = [_ratio(one.objective, line.best) for one, line in zip(middle, lines, strict=True)]
        arithmetic.append(_share(gaps, _percent, mean=_average))
        geometric.append(_share(gaps, _percent, mean=_geometric))
    for peer in peers:
        theirs = [median(line.peers[peer]) for line in lines]
        pairs = zip(middle, theirs, strict=True)
        ratios = [_ratio(one.objective, other.objective) for one, other in pairs]
        arithmetic += ["", _mean([one.seconds for one in theirs])]
        arithmetic.append(_share(ratios, _factor, mean=_average))
        geometric += ["", "", _share(ratios, _factor, mean=_geometric)]
    return [arithmetic, geometric]


def _ratio(ours: tuple[float, ...] | None, theirs: tuple[float, ...] | None) -> float | None:
    return None if ours is None or theirs is None else ratio(ours, theirs)


def _compared(
    ours: tuple[float, ...] | None,
    theirs: tuple[float, ...] | None,
    *,
    as_text: Callable[[float], str],
) -> str:
    if ours is None or theirs is None:
        return NONE
    found = ratio(ours, theirs)
    return verdict(ours, theirs) if found is None else as_text(found)


def _objective(result: Result) -> str:
    if result.objective is not None:
        return worth(result.objective)
    if len(result.cannot) > 1:
        return f"cannot state {result.cannot[0]} and {len(result.cannot) - 1} more"
    return result.why


def _seconds(value: float | None) -> str:
    return NONE if value is None else f"{value:.1f}"


def _percent(factor: float) -> str:
    return f"{100 * (factor - 1):.2f}"


def _factor(factor: float) -> str:
    return f"{factor:.4f}"


def _mean(values: Iterable[float | None]) -> str:
    found = [value for value in values if value is not None]
    return _seconds(_average(found)) if found else NONE


def _share(
    ratios: Sequence[float | None],
    as_text: Callable[[float], str],
    *,
    mean: Callable[[Sequence[float]], float],
) -> str:
    """A mean, and of how many where some have none."""
    found = [one for one in ratios if one is not None]
    if not found:
        return NONE
    counted = "" if len(found) == len(ratios) else f" ({len(found)} of {len(ratios)})"
    return as_text(mean(found)) + counted


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _geometric(values: Sequence[float]) -> float:
    if min(values) <= 0:
        return 0.0
    return math.exp(sum(math.log(value) for value in values) / len(values))
