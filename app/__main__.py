"""``python -m app``: the same door as the command ``onsite``."""

from app.commands import main

main()
