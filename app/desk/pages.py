"""The blueprint on which every page of the desk hangs itself."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("desk", __name__)
