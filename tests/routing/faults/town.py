"""A sound problem with every kind of object in it, and ways to spoil it."""

from __future__ import annotations

import copy
import json

from tests.routing import spice

LONG = "x" * 10**6
MISSING = object()
# Values that are nearly everywhere wrong.
NONSENSE = (None, True, -1, 1e300, float("nan"), "", LONG[:20000], [], [[]], {}, {"a": {}})

# Paths of its first objects.
VISIT = ("visits", 0)
PERSON = ("technicians", 0)
SHIFT = (*PERSON, "shifts", 0)


def town(**keys):
    """A sound problem with every kind of object in it, and some keys put over it."""
    problem = spice.town()
    problem["technicians"][0] |= {
        "skills": {"gas": {"level": 2}},
        "shifts": [
            {
                "id": "mon",
                "start": 28800,
                "end": 61200,
                "breaks": [{"id": "lunch", "duration_s": 1800, "window": [39600, 43200]}],
                "soft_limits": [{"limit": "max_visits", "value": 3, "price": 1}],
            }
        ],
    }
    problem["visits"][0] |= {
        "windows": [[30000, 40000]],
        "skills": [{"skill": "gas"}],
        "wishes": [{"technicians": ["bob"]}],
        "deadlines": [{"of": "end", "at": 50000}],
        "delay_steps": [{"from": 0, "cost": 1}, {"from": 9, "cost": 2}],
        "pin": {"technician": "łukasz", "shift": "mon"},
        "equipment": {"lift": 1},
    }
    problem |= {
        "depots": [{"id": "store", "location": "p0", "duration_s": 60, "supplies": ["router"]}],
        "equipment": [{"id": "lift"}],
        "relations": [{"type": "precedence", "visits": ["v1", "v2"]}],
        "incumbent": {"routes": [{"technician": "gone", "stops": [{"visit": "done"}]}]},
    }
    return problem | keys


def changed(path, value):
    """The town with one thing replaced, or taken out when ``value`` is MISSING."""
    problem = town()
    at = problem
    for key in path[:-1]:
        at = at[key]
    if value is MISSING:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return json.dumps(problem).encode()


def paths(value, path=()):
    """Every key and index of a document."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, content in items:
        yield (*path, key)
        if not path or (len(path) < 6 and key not in ("locations", "visits")):
            first = content[:2] if isinstance(content, list) else content
            yield from paths(first, (*path, key))


def with_value(document, path, value):
    made = copy.deepcopy(document)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return json.dumps(made).encode()
