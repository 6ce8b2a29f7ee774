"""Events are lines that a machine reads, and carry nobody's name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import logging, structlog
from app import logs
logs.set_up("info")
structlog.get_logger("onsite").info("visit.published", visit_id=3)
structlog.get_logger("onsite").debug("not.asked.for")
logging.getLogger("onsite.web").warning("refused %s", "window-taken")
def send(address):
    raise ValueError("no such host")
try:
    send("Łukasz Żółć")
except ValueError:
    structlog.get_logger("onsite").exception("notice.failed", notice_id=4)
"""


def events() -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_each_event_is_one_line_of_json_with_its_fields():
    published, refused, failed = events()

    assert (published["event"], published["visit_id"]) == ("visit.published", 3)
    assert (refused["event"], refused["level"]) == ("refused window-taken", "warning")
    assert failed["notice_id"] == 4


def test_a_traceback_is_kept_without_the_values_of_variables():
    *_others, failed = events()

    assert "no such host" in str(failed["exception"])
    assert "Żółć" not in str(failed["exception"]).replace('send("Łukasz Żółć")', "")
