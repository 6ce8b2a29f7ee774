"""Compile the kernel: ``python -m routing.engine.kernel``. Done once, it takes a minute or two."""

from __future__ import annotations

import os

from routing.engine.kernel.warming import warm

if __name__ == "__main__":
    os.nice(5)  # somebody may be planning meanwhile
    warm()
