"""When the demo worlds of the tests are: a Tuesday, five days before clocks go forward in Europe."""

from __future__ import annotations

from datetime import date

D0 = date(2026, 3, 24)
