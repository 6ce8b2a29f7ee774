"""Where events go: standard error, a line each; for people on a terminal, as JSON elsewhere.

Events have fields (ids, seconds), never addresses, names or numbers of people. Tracebacks are
written without the values of variables, which would contain them.
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor

# Libraries that speak on the level below a warning say nothing that a person here can use.
LIBRARIES = ("alembic", "waitress", "werkzeug", "procrastinate")


def set_up(level: str) -> None:
    """Send our events and those of the libraries to standard error, from ``level`` on."""
    least = getattr(logging, level.upper())
    terminal = sys.stderr.isatty()
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(terminal=terminal),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=least, force=True)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(max(least, logging.WARNING))


def _rendering(*, terminal: bool) -> list[Processor]:
    if terminal:
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
