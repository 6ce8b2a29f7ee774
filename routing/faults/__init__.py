"""Every mistake that a question or an answer in a file can contain, all reported at once.

A fault names the place (``visits[3].windows[0]``), says what is wrong, and advises. Nothing here
raises for a bad document, whatever it holds; ``Malformed`` is for those who cannot go on.

Why a package: ``parse`` reads bytes, ``notes`` and ``kinds`` look at single values, ``shapes`` list
the keys, ``question`` and ``answer`` know what must fit together.
"""

from __future__ import annotations

from routing.faults.answer import answer_faults, incumbent_faults
from routing.faults.notes import Fault, Malformed
from routing.faults.parse import parse
from routing.faults.question import question_faults

__all__ = [
    "Fault",
    "Malformed",
    "answer_faults",
    "incumbent_faults",
    "parse",
    "question_faults",
]
