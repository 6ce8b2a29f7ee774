"""A process that gets ready before there is anything to search: ``python -m routing.engine.spare``.

It loads libraries and compiled code, says ``{"event": "warm"}``, and waits. A first line of JSON on
standard input holds the words that ``python -m routing.engine`` would have had; the problem follows,
and from there on it is the same. When its input ends before, so does it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading

from routing.engine.lineage import die_with

# Added to the niceness while it gets ready: nobody waits for it, and somebody may be working.
NICER = 10


def main() -> int:
    parent = sys.argv[1]
    die_with(int(parent))
    # Only the thread is nice: a process could not take that back for its search.
    warming = threading.Thread(target=_get_ready, name="warming")
    warming.start()
    warming.join()
    sys.stdout.write(json.dumps({"event": "warm"}) + "\n")
    sys.stdout.flush()
    line = sys.stdin.buffer.readline()
    if not line:
        return 0
    importlib.import_module("routing.engine.__main__").main([parent, *json.loads(line)])
    return 0  # not reached: a search leaves by itself


def _get_ready() -> None:
    if sys.platform == "linux":  # elsewhere threads have no niceness of their own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(19, os.nice(0) + NICER))
    importlib.import_module("routing.engine.__main__")
    importlib.import_module("routing.engine.kernel.warming").warm_if_kept()


if __name__ == "__main__":
    sys.exit(main())
