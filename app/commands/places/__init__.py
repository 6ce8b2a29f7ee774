"""``onsite places``: an index of addresses from a map extract, and coordinates from it."""

from app.commands.places.command import places

__all__ = ["places"]
