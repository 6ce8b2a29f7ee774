"""Long lists go on by cursor: the last id seen, so that nothing is shown twice or skipped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for

Row = TypeVar("Row")
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """What one page shows, where the next one is, and the way back to the first."""

    rows: Sequence[Row]
    onward: str
    begin: str


def after() -> int | None:
    """Return the id after which this page begins; none for the first page."""
    asked = request.args.get("after", "")
    return int(asked) if re.fullmatch(r"[0-9]{1,9}", asked) else None


def page(rows: Sequence[Row], *, cursor: str) -> Page[Row]:
    """Cut ``rows``, of which one more than PAGE was read, to a page; ``cursor`` is the last row's."""
    more = len(rows) > PAGE
    return Page(
        rows=rows[:PAGE],
        onward=_here(after=cursor) if more else "",
        begin=_here() if after() is not None else "",
    )


def _here(**changes: str) -> str:
    values: dict[str, Any] = dict(request.view_args or {})
    values |= {name: value for name, value in request.args.items() if name != "after" and value}
    values |= changes
    return url_for(str(request.endpoint), **values)
