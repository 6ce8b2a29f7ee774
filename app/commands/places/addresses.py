"""A table of addresses in, the same table with coordinates out."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from app.commands.places.begun import Found
from routing.geocode.answer import Answer, Geocoder, GeocoderPuzzled, Verdict, judge

ADDED = ("lat", "lon", "precision", "confidence", "verdict", "provider", "candidates")
PARTS = ("street", "number", "postcode", "town", "city", "country")
LONGEST = 400
_PARTED_BY = ",;\t"


class TableWrong(Exception):
    """The file is no table of addresses; the sentence says what is wrong and what to do."""


class Lines(Protocol):
    """What csv.reader makes; its own name is not to be had at run time."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as it came, with its address as one line; empty when it could not be read."""

    line: int
    cells: Sequence[str]
    address: str


@dataclass(slots=True, kw_only=True)
class Table:
    """What was read. ``faults`` name each bad row by its line."""

    header: Sequence[str]
    digest: str
    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read(path: Path) -> Table:
    """Read a table. Raises TableWrong when the file is none, or has no column for addresses."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as missing:
        raise TableWrong(f"{path} cannot be read: {missing.strerror}.") from missing
    except UnicodeDecodeError as other:
        raise TableWrong(f"{path} is not UTF-8; save it as CSV in UTF-8.") from other
    first = text.split("\n", 1)[0]
    parted_by = max(_PARTED_BY, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=parted_by, strict=True)
    try:
        header = [name.strip().lower() for name in next(lines)]
    except (StopIteration, csv.Error) as empty:
        raise TableWrong(f"{path} has no header; name its columns in the first line.") from empty
    columns = {name: header.index(name) for name in ("address", *PARTS) if name in header}
    if "address" not in columns and not {"street", "town", "city"} & set(columns):
        raise TableWrong(
            f"{path} has no column address, nor street and town; its columns are"
            f" {', '.join(header)}."
        )
    if doubled := [name for name, times in Counter(header).items() if times > 1]:
        raise TableWrong(f"{path} has the column {doubled[0]} twice.")
    table = Table(header=header, digest=hashlib.sha256(text.encode()).hexdigest())
    _read_rows(lines, table, columns)
    return table


def find(row: Row, geocoder: Geocoder, *, language: str) -> Found:
    """What is added to a row. Raises GeocoderBusy and GeocoderRefused."""
    if not row.address:
        return Found(cells=("",) * len(ADDED))
    try:
        return Found(cells=_added(geocoder.find(row.address, language=language)))
    except GeocoderPuzzled as puzzled:
        return Found(cells=_added(()), fault=f"line {row.line}: {puzzled}.")


def written(table: Table, found: Sequence[Found]) -> str:
    """The table with what was found, one for each of its rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    kept = [place for place, name in enumerate(table.header) if name not in ADDED]
    writer.writerow([*(table.header[place] for place in kept), *ADDED])
    for row, added in zip(table.rows, found, strict=True):
        cells = [row.cells[place] if place < len(row.cells) else "" for place in kept]
        writer.writerow([*cells, *added.cells])
    return out.getvalue()


def told(found: Sequence[Found]) -> str:
    """How many rows got which verdict."""
    verdicts = Counter(one.cells[ADDED.index("verdict")] for one in found)
    return ", ".join(f"{verdicts[verdict.value]} {verdict.value}" for verdict in Verdict)


def _read_rows(lines: Lines, table: Table, columns: dict[str, int]) -> None:
    """Rows until the end; where quotes do not close there is no telling where the next begins."""
    while True:
        line = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as broken:
            table.faults.append(
                f"line {line}: {broken}; close its quotes. What follows is not read."
            )
            return
        if not any(cell.strip() for cell in cells):
            continue
        address, fault = _address(cells, table.header, columns)
        if fault:
            table.faults.append(f"line {line}: {fault}.")
        table.rows.append(Row(line=line, cells=cells, address=address))


def _address(
    cells: Sequence[str], header: Sequence[str], columns: dict[str, int]
) -> tuple[str, str]:
    """The row's address as one line, or why there is none."""
    if len(cells) != len(header):
        return "", f"it has {len(cells)} columns, the header {len(header)}"
    part = {name: " ".join(cells[place].split()) for name, place in columns.items()}
    whole = part.get("address", "")
    if not whole:
        street = f"{part.get('street', '')} {part.get('number', '')}".strip()
        town = f"{part.get('postcode', '')} {part.get('town') or part.get('city', '')}".strip()
        whole = ", ".join(each for each in (street, town, part.get("country", "")) if each)
    if not whole:
        return "", "its address is empty"
    if len(whole) > LONGEST:
        return "", f"its address has {len(whole)} characters, more than {LONGEST}"
    return whole, ""


def _added(answers: Sequence[Answer]) -> tuple[str, ...]:
    verdict = judge(answers)
    candidates = json.dumps(
        [
            {
                "label": answer.label,
                "lat": answer.latitude,
                "lon": answer.longitude,
                "precision": answer.precision.value,
                "confidence": answer.confidence,
            }
            for answer in answers
        ],
        ensure_ascii=False,
    )
    if verdict is Verdict.NOT_FOUND:
        return ("", "", "", "", verdict.value, "", candidates)
    best = answers[0]
    return (
        f"{best.latitude:.6f}",
        f"{best.longitude:.6f}",
        best.precision.value,
        f"{best.confidence:.3f}",
        verdict.value,
        best.provider,
        candidates,
    )
