"""What the running application was given at its start."""

from __future__ import annotations

from flask import Flask, current_app

from app.config import Settings


def settings() -> Settings:
    """Return the settings of the current application."""
    return settings_of(current_app)


def settings_of(app: Flask) -> Settings:
    """Return the settings of ``app``."""
    held: Settings = app.extensions["onsite.settings"]
    return held
