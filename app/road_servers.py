"""Addresses of servers that know roads, as settings write them; asks none of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from routing.travel.dayparts import PARTS, WORKING_DAY
from routing.travel.provider import MOTORISED, Profile

# One address of OSRM: ``http://…`` for cars, ``bike=http://…``, ``car@morning-rush=http://…``.
ADDRESS = r"(?:(?P<label>[^\s=/:]+)=)?(?P<url>https?://\S+)"
ADDRESSES = re.sub(r"\?P<\w+>", "?:", rf"{ADDRESS}( +{ADDRESS})*")


class OsrmServers(NamedTuple):
    """Addresses by profile, and by profile and part of the day."""

    usual: dict[Profile, str]
    hours: dict[Profile, dict[str, str]]


class _Address(NamedTuple):
    """``part`` is None where the address is for all hours that have none of their own."""

    label: str
    profile: str
    part: str | None
    url: str


def osrm_servers(given: str) -> OsrmServers:
    """Read ``ONSITE_OSRM_URL``, whose `disagreements` were looked for before."""
    servers = OsrmServers({}, {})
    for each in _read(given):
        profile = Profile(each.profile)
        if each.part is None:
            servers.usual[profile] = each.url
        else:
            servers.hours.setdefault(profile, {})[each.part] = each.url
    return servers


def disagreements(
    *, travel: str, osrm_url: str, valhalla_url: str, valhalla_traffic: bool
) -> Iterator[str]:
    """Find settings of servers that do not go together, a sentence for each."""
    yield from _osrm_disagrees(_read(osrm_url))
    if "valhalla" in travel.split(",") and not valhalla_url:
        yield "ONSITE_TRAVEL names valhalla, so ONSITE_VALHALLA_URL must say where it is."
    if valhalla_traffic and not valhalla_url:
        yield "ONSITE_VALHALLA_TRAFFIC is yes, so ONSITE_VALHALLA_URL must say where Valhalla is."


def _read(given: str) -> list[_Address]:
    found = []
    for word in given.split():
        match = re.fullmatch(ADDRESS, word)
        assert match is not None  # the setting's form was checked
        label = match["label"] or Profile.CAR.value
        profile, at, part = label.partition("@")
        found.append(_Address(label, profile, part if at else None, match["url"]))
    return found


def _osrm_disagrees(addresses: Sequence[_Address]) -> Iterator[str]:
    usual = {each.profile for each in addresses if each.part is None}
    for each in addresses:
        names = f"ONSITE_OSRM_URL names {each.label}, but"
        if each.profile not in set(Profile):
            yield f"{names} people move by {', '.join(Profile)}."
        elif each.part is None:
            continue
        elif each.part not in PARTS:
            parts = ", ".join(part.name for part in WORKING_DAY)
            yield f"{names} no part of the day is called so: {parts}; weekend-night and so on."
        elif each.profile not in MOTORISED:
            yield f"{names} the hour holds up nobody but {' and '.join(sorted(MOTORISED))}."
        elif not usual & {each.profile, Profile.CAR}:
            yield f"{names} no address of {each.profile} for other hours; add one without a part."
    for label, count in Counter(each.label for each in addresses).items():
        if count > 1:
            yield f"ONSITE_OSRM_URL names {label} more than once."
