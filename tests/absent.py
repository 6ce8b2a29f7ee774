"""What cannot run here is named: a failure in continuous integration, a skip elsewhere."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def unavailable(what: str) -> NoReturn:
    """Leave the test, saying by name what is not there."""
    if os.environ.get("CI", "").lower() in {"", "0", "false"}:
        pytest.skip(what)
    pytest.fail(what, pytrace=False)
