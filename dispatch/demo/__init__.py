"""The reference data set: one seeded world to see, to test and to measure with.

Everything is invented except place names, coordinates of places, and French and Japanese postal
codes. The same pack, profile, seed and day give the same rows. ``load`` writes a world, ``clear``
takes it away, ``mark_of`` tells whether there is one.
"""

from dispatch.demo.loading import Progress, clear, is_empty, load
from dispatch.demo.mark import DemoMark, NotADemo, mark_of
from dispatch.demo.pack import PackName
from dispatch.demo.profile import ProfileName

__all__ = [
    "DemoMark",
    "NotADemo",
    "PackName",
    "ProfileName",
    "Progress",
    "clear",
    "is_empty",
    "load",
    "mark_of",
]
