"""``onsite bench``: plans files with our engine and with peers, judges all, prints one table.

Why a package: ``files`` finds problems and best known values, ``planners`` runs one planner on one
problem, ``results`` judges and compares, ``table`` and ``machine`` make what can be pasted into a
document, ``command`` is what a user types.
"""

from __future__ import annotations

from app.commands.bench.command import bench

__all__ = ["bench"]
