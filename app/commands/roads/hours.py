"""What this installation knows about hours of the day: from whom, and of whom."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from app import travel
from app.config import Settings
from dispatch import store
from routing.travel.dayparts import PARTS
from routing.travel.learn import Lesson
from routing.travel.provider import MOTORISED, DayParts, Profile


def learned(settings: Settings, name: str) -> Lesson | None:
    """What was learned about a provider; none where there is no database.

    Raises SQLAlchemyError for one that cannot be read.
    """
    if not (settings.database_url or (settings.instance / "onsite.db").exists()):
        return None  # a file that is not there is not made by looking
    engine = store.open_store(settings.database)
    try:
        return travel.lesson_about(name, open_session=store.sessions(engine))
    finally:
        engine.dispose()


def told(settings: Settings) -> Iterator[str]:
    """Half a sentence for each source of hours that plans have; at least one."""
    chain = travel.chain_of(settings)
    name = ",".join(travel.names_of(settings))
    found = False
    for who, parts in _together(chain.capabilities.day_parts):
        found = True
        yield f"{name} tells {', '.join(who)} at {_listed(parts)}"
    try:
        lesson = learned(settings, name)
    except SQLAlchemyError as wrong:
        yield f"what was learned cannot be read ({type(wrong).__name__})"
        return
    if lesson is not None and lesson.parts:
        found = True
        drivers = ", ".join(sorted(MOTORISED))
        yield f"{lesson.legs} legs taught {drivers} at {_listed(frozenset(lesson.parts))}"
    if not found:
        yield "none is known apart; a plan takes its usual times at every hour"


def _together(day_parts: DayParts) -> Iterator[tuple[list[Profile], frozenset[str]]]:
    """Profiles whose hours are the same."""
    for parts in dict.fromkeys(filter(None, day_parts.values())):
        yield sorted(who for who, own in day_parts.items() if own == parts), parts


def _listed(parts: frozenset[str]) -> str:
    """Names in the order of the day."""
    return ", ".join(name for name in PARTS if name in parts)
