"""Pieces of durable work, one file each: ``start`` asks for it, ``task`` is what the queue runs."""
