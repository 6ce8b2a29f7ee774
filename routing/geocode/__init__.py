"""Addresses to coordinates, each with a grade of trust; only this package knows geopy."""
