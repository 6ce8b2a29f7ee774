"""Which geocoder may be named, and what its settings need; knows no geocoder itself."""

from __future__ import annotations

from collections.abc import Iterator

NAMES = ("embedded", "nominatim", "photon", "pelias", "ban", "opencage", "none")


def disagreements(*, named: str, url: str, contact: str, key: str) -> Iterator[str]:
    """Find settings that do not go together, a sentence for each."""
    if named in {"embedded", "none"}:
        if url:
            yield (
                f"ONSITE_GEOCODER_URL is set, but ONSITE_GEOCODER is {named};"
                " name the service that answers there."
            )
        return
    if not url:
        yield (
            f"ONSITE_GEOCODER is {named}, so ONSITE_GEOCODER_URL must say where it"
            " is; no public server is taken by itself."
        )
    if named == "nominatim" and not contact:
        yield (
            "ONSITE_GEOCODER is nominatim, so ONSITE_GEOCODER_CONTACT must tell its owner how to"
            " reach you."
        )
    if named == "opencage" and not key:
        yield "ONSITE_GEOCODER is opencage, so ONSITE_GEOCODER_KEY must hold your key."
