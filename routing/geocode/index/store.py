"""The index in its file: SQLite with FTS5. Only this module opens it.

A data file like a road graph, written once and read only; no database of the product, so it needs
none of dispatch's tables. It is written beside its place and renamed: a failed build leaves the
old one, and who has it open goes on reading the old one.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from routing.geocode import numbers
from routing.geocode.fold import bigrams, forms, is_japanese
from routing.geocode.numbers import House
from routing.geocode.rows import Kind, Row, key_of

FORMAT = "1"
_SCHEMA = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE place (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, names TEXT NOT NULL, town TEXT NOT NULL,
    towns TEXT NOT NULL, postcodes TEXT NOT NULL, chome INTEGER NOT NULL, province TEXT NOT NULL,
    lat REAL NOT NULL, lon REAL NOT NULL
);
CREATE TABLE house (
    place_id INTEGER NOT NULL, number INTEGER NOT NULL, suffix TEXT NOT NULL,
    last INTEGER NOT NULL, label TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL
);
CREATE INDEX house_place ON house (place_id);
CREATE VIRTUAL TABLE word USING fts5(
    name, town, postcode, content='', tokenize='unicode61 remove_diacritics 2', prefix='2 3 4'
);
CREATE VIRTUAL TABLE gram USING fts5(pairs, content='', tokenize='unicode61');
"""
_COLUMNS = "id, kind, names, town, towns, postcodes, chome, province, lat, lon"


class IndexWrong(Exception):
    """The file is no index that this version can read; the sentence says what to do."""


def write(target: Path, rows: Iterable[Row], *, facts: Mapping[str, str]) -> None:
    """Write the index beside ``target`` and rename it. Raises OSError; then the old one stays."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".places.") as folder:
        draft = Path(folder) / target.name
        try:
            with closing(sqlite3.connect(draft)) as connection, connection:
                _fill(connection, rows, facts)
        except sqlite3.OperationalError as full:
            raise OSError(f"{target} cannot be written: {full}") from full
        draft.chmod(0o644)
        draft.replace(target)


def _fill(connection: sqlite3.Connection, rows: Iterable[Row], facts: Mapping[str, str]) -> None:
    connection.execute("PRAGMA journal_mode = OFF")
    connection.executescript(_SCHEMA)
    connection.executemany("INSERT INTO fact VALUES (?, ?)", facts.items())
    connection.execute("INSERT INTO fact VALUES ('format', ?)", (FORMAT,))
    for place_id, row in enumerate(rows, 1):
        _insert(connection, place_id, row)
    connection.execute("INSERT INTO word(word) VALUES ('optimize')")
    connection.execute("INSERT INTO gram(gram) VALUES ('optimize')")


def _insert(connection: sqlite3.Connection, place_id: int, row: Row) -> None:
    connection.execute(
        "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            place_id,
            row.kind.value,
            "\n".join(row.names),
            row.town,
            "\n".join(row.towns),
            "\n".join(row.postcodes),
            row.chome,
            row.province,
            *row.at,
        ),
    )
    connection.executemany(
        "INSERT INTO house VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                place_id,
                one.number.first,
                one.number.suffix,
                one.number.last,
                one.number.label,
                *one.at,
            )
            for one in row.houses
        ),
    )
    if row.kind is not Kind.BLOCKS:
        codes = " ".join(key_of(code) for code in row.postcodes)
        connection.execute(
            "INSERT INTO word (rowid, name, town, postcode) VALUES (?, ?, ?, ?)",
            (place_id, indexed(row.names), indexed(row.towns), codes),
        )
    if any(is_japanese(name) for name in row.names):
        # Blocks are asked for with town and province, which stand before without a space.
        where = row.province + row.town if row.kind is Kind.BLOCKS else row.town
        pairs = " ".join(bigrams(name) for name in row.names)
        connection.execute(
            "INSERT INTO gram (rowid, pairs) VALUES (?, ?)", (place_id, f"{pairs} {bigrams(where)}")
        )


def indexed(names: Iterable[str]) -> str:
    """The words of names for FTS5: canonical, in every spelling, and also grown together."""
    spelled = [form for name in names for form in forms(name)]
    each = [word for form in spelled for word in form]
    each += ["".join(form) for form in spelled if len(form) > 1]
    return " ".join(dict.fromkeys(each))


class Store:
    """An index that is open for reading; safe between threads, one reads at a time."""

    def __init__(self, path: Path) -> None:
        """Raises IndexWrong when there is no file, or not one of ours and of this version."""
        if not path.is_file():
            raise IndexWrong(f"{path} does not exist; onsite places index makes it.")
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self.facts = dict(self._connection.execute("SELECT name, value FROM fact"))
            self._words = self._read_words("name")
            self._town_words = self._read_words("town")
            self.regions = frozenset(self.facts.get("regions", "").split("\n")) - {""}
            self.towns = frozenset(
                key_of(name)
                for (names,) in self._connection.execute("SELECT DISTINCT towns FROM place")
                for name in names.split("\n")
            )
            self.postcodes = frozenset(
                key_of(code)
                for (codes,) in self._connection.execute("SELECT DISTINCT postcodes FROM place")
                for code in codes.split("\n")
            )
        except sqlite3.DatabaseError as broken:
            raise IndexWrong(
                f"{path} is no index of places ({broken}); onsite places index makes a new one."
            ) from broken
        if self.facts.get("format") != FORMAT:
            self.close()
            raise IndexWrong(
                f"{path} was made by another version; onsite places index makes a new one."
            )

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def knows(self, word: str) -> bool:
        """Whether a name has the word; in order, so a search by halves."""
        return _has(self._words, word)

    def is_in_town(self, word: str) -> bool:
        """Whether a town's name has the word."""
        return _has(self._town_words, word)

    def like(self, word: str, *, slips: int, most: int) -> list[str]:
        """Words of names at most so many slips away, ``most`` of each length; O(words so long)."""
        found: list[str] = []
        for length in range(len(word) - slips, len(word) + slips + 1):
            alike = process.extract(
                word,
                self._words.get(length, []),
                scorer=OSA.distance,
                score_cutoff=slips,
                limit=most,
            )
            found += [other for other, _far, _place in alike]
        return found

    def by_words(self, words: Sequence[str], *, starts: Sequence[str], most: int) -> list[Found]:
        """Rows with any of the words, or words that begin so, the rarest and most first."""
        asked = [f'"{word}"' for word in words] + [f'"{start}"*' for start in starts]
        if not asked:
            return []
        return self._rows(
            "SELECT rowid FROM word WHERE word MATCH ? ORDER BY bm25(word, 4.0, 2.0, 1.0) LIMIT ?",
            (" OR ".join(asked), most),
        )

    def by_pairs(self, text: str, *, most: int) -> list[Found]:
        """Rows whose Japanese names have pairs of characters of ``text``."""
        pairs = dict.fromkeys(bigrams(text).split())
        if not pairs:
            return []
        return self._rows(
            "SELECT rowid FROM gram WHERE gram MATCH ? ORDER BY bm25(gram) LIMIT ?",
            (" OR ".join(f'"{pair}"' for pair in pairs), most),
        )

    def houses(self, place_id: int) -> list[House]:
        """The known doors of a street."""
        with self._lock:
            return [
                House(
                    number=numbers.Number(first=first, suffix=suffix, last=last, label=label),
                    at=(lat, lon),
                )
                for first, suffix, last, label, lat, lon in self._connection.execute(
                    "SELECT number, suffix, last, label, lat, lon FROM house WHERE place_id = ?",
                    (place_id,),
                )
            ]

    def every(self) -> list[Found]:
        """All rows, in the order in which they were written."""
        return self._rows("SELECT id FROM place WHERE ? = ?", (1, 1))

    def _rows(self, query: str, values: tuple[object, ...]) -> list[Found]:
        with self._lock:
            ids = [row[0] for row in self._connection.execute(query, values)]
            marks = ",".join("?" * len(ids))
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM place WHERE id IN ({marks})",  # noqa: S608 - marks
                ids,
            ).fetchall()
        by_id = {row[0]: row for row in rows}
        return [Found(*by_id[each]) for each in ids]

    def _read_words(self, column: str) -> dict[int, list[str]]:
        """Every word of a column by its length; FTS5 tells them through a table that is not kept."""
        self._connection.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, word, col)"
        )
        words: dict[int, list[str]] = defaultdict(list)
        for (term,) in self._connection.execute(
            "SELECT term FROM temp.vocabulary WHERE col = ?", (column,)
        ):
            words[len(term)].append(term)
        return words


class Found:
    """A row that was found."""

    __slots__ = ("at", "chome", "id", "kind", "names", "postcodes", "province", "town", "towns")

    def __init__(  # noqa: PLR0913, PLR0917 - one a column
        self,
        place_id: int,
        kind: str,
        names: str,
        town: str,
        towns: str,
        postcodes: str,
        chome: int,
        province: str,
        lat: float,
        lon: float,
    ) -> None:
        self.id = place_id
        self.kind = Kind(kind)
        self.names = tuple(names.split("\n"))
        self.town = town
        self.towns = tuple(towns.split("\n")) if towns else ()
        self.postcodes = tuple(postcodes.split("\n")) if postcodes else ()
        self.chome = chome
        self.province = province
        self.at = (lat, lon)


def _has(words: Mapping[int, list[str]], word: str) -> bool:
    same = words.get(len(word), [])
    place = bisect_left(same, word)
    return place < len(same) and same[place] == word
