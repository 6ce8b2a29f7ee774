"""How often one address may follow customers' links, counted in this process."""

from __future__ import annotations

from app.context import settings
from app.security import limiter

links = limiter.limit(lambda: f"{settings().links_per_minute} per minute")
