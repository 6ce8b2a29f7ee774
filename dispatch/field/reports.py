"""The report from the field: what a technician says happened, and what it must contain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from dispatch.base import DispatchError
from dispatch.field.tables import OutcomeKind, RemoteFixable
from dispatch.visits import CrewRole, NeededPart, NeededSkill, Needs, Visit, needs_of

MOST_MINUTES = 24 * 60


class OutcomeIncomplete(DispatchError):
    """The report lacks something that this outcome needs; ``missing`` lists the fields."""

    code: ClassVar[str] = "outcome-incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReport:
    """What happened on site, in the technician's words and numbers.

    ``parts_used``: ``{"part_id", "pieces"}`` each. ``next_needs`` is what the next visit must bring,
    every key optional: ``why``, ``skills`` (``{"skill_id", "level"}``), ``parts`` (as above),
    ``work_minutes``, ``crew_size``, ``arrives_on`` (date of the part, ISO), ``tier`` (3: no visit,
    it is the product). ``environment`` is what only somebody on site can see.
    """

    kind: OutcomeKind
    work_minutes: int
    cause: str = ""
    remedy: str = ""
    environment: str = ""
    waited_minutes: int = 0
    parts_used: Sequence[Mapping[str, Any]] = ()
    next_needs: Mapping[str, Any] = field(default_factory=dict)
    remote_fixable: RemoteFixable = RemoteFixable.UNSURE
    remote_step: str = ""
    signed_by: str = ""
    unsigned_reason: str = ""

    @property
    def missing(self) -> list[str]:
        """Names of the fields that this outcome needs and that are not there or not right."""
        signed = bool(self.signed_by.strip() or self.unsigned_reason.strip())
        needed = {
            "work_minutes": 0 <= self.work_minutes <= MOST_MINUTES,
            "remote_step": self.remote_fixable is not RemoteFixable.YES
            or bool(self.remote_step.strip()),
            **_of_kind(self, signed=signed),
        }
        return [name for name, there in needed.items() if not there]

    def learnt_needs(self, visit: Visit, *, technician_id: int) -> Needs:
        """What the next visit must bring: as before, and what was learnt on site.

        Skills named again take the higher level; whoever was there is preferred.
        """
        before = needs_of(visit)
        learnt = self.next_needs
        levels = {each.skill_id: each for each in before.skills if each.role is CrewRole.LEAD}
        helpers = (each for each in before.skills if each.role is CrewRole.HELPER)
        for raw in learnt.get("skills", ()):
            skill = NeededSkill(skill_id=int(raw["skill_id"]), level=int(raw.get("level", 1)))
            known = levels.get(skill.skill_id)
            if known is None or known.level < skill.level:
                levels[skill.skill_id] = skill
        parts = {int(raw["part_id"]): int(raw.get("pieces", 1)) for raw in learnt.get("parts", ())}
        wished = {*before.must, *before.preferred, *before.never}
        return Needs(
            summary=before.summary,
            instructions=_joined(before.instructions, str(learnt.get("why", ""))),
            work_minutes=int(learnt.get("work_minutes") or before.work_minutes),
            crew_size=int(learnt.get("crew_size") or before.crew_size),
            skills=(*levels.values(), *helpers),
            parts=tuple(NeededPart(part_id=part, pieces=n) for part, n in parts.items())
            or before.parts,
            must=before.must,
            preferred=before.preferred
            if technician_id in wished
            else (*before.preferred, technician_id),
            never=before.never,
        )

    def part_arrives_at(self, zone: ZoneInfo) -> datetime | None:
        """The first instant of the day on which the missing part comes; none when nobody knows."""
        raw = self.next_needs.get("arrives_on")
        if not raw:
            return None
        return datetime.combine(date.fromisoformat(str(raw)), datetime.min.time(), tzinfo=zone)


def _of_kind(report: OutcomeReport, *, signed: bool) -> dict[str, bool]:
    """What this kind of outcome needs besides."""
    needs = report.next_needs
    cause, remedy = bool(report.cause.strip()), bool(report.remedy.strip())
    if report.kind is OutcomeKind.FIXED:
        return {"cause": cause, "remedy": remedy, "signed_by": signed}
    if report.kind is OutcomeKind.PART_MISSING:
        return {"parts": bool(needs.get("parts")), "arrives_on": _is_date(needs)}
    if report.kind is OutcomeKind.NEEDS_FOLLOW_UP:
        return {"why": bool(str(needs.get("why", "")).strip()), "arrives_on": _is_date(needs)}
    if report.kind is OutcomeKind.NO_ACCESS:
        return {"waited_minutes": 0 <= report.waited_minutes <= MOST_MINUTES, "cause": cause}
    return {"cause": cause}


def _is_date(needs: Mapping[str, Any]) -> bool:
    raw = needs.get("arrives_on")
    if not raw:
        return True
    try:
        date.fromisoformat(str(raw))
    except ValueError:
        return False
    return True


def _joined(*texts: str) -> str:
    return "\n".join(text for text in texts if text.strip())
