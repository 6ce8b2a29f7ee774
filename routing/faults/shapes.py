"""The keys of every object of the format: what they hold, which must be there, which may be null.

Nested lists of objects are only lists here; ``question`` and ``answer`` look into them.
"""

from __future__ import annotations

from routing.faults import kinds
from routing.faults.notes import Shape, may, need

PROBLEM: Shape = {
    "format": need(kinds.text),
    "name": may(kinds.text),
    "provenance": may(kinds.free),
    "epoch": may(kinds.text),
    "time_zone": may(kinds.text),
    "currency": may(kinds.text),
    "locations": need(kinds.listing),
    "travel": need(kinds.mapping),
    "technicians": need(kinds.listing),
    "visits": need(kinds.listing),
    "depots": may(kinds.listing),
    "equipment": may(kinds.listing),
    "relations": may(kinds.listing),
    "objective": need(kinds.mapping),
    "incumbent": may(kinds.mapping, null=True),
    "change_cost": may(kinds.mapping, null=True),
    "fairness": may(kinds.mapping, null=True),
}
LOCATION: Shape = {
    "id": need(kinds.identity),
    "name": may(kinds.text),
    "x": may(kinds.number),
    "y": may(kinds.number),
    "lat": may(kinds.number),
    "lon": may(kinds.number),
    "setup_s": may(kinds.amount),
}
TRAVEL: Shape = {
    "type": need(kinds.text),
    "seconds": may(kinds.listing),
    "metres": may(kinds.listing),
    "seconds_per_unit": may(kinds.amount),
    "metres_per_unit": may(kinds.amount),
    "round_units": may(kinds.text),
    "metres_per_second": may(kinds.amount),
    "detour_factor": may(kinds.amount),
    "radius_m": may(kinds.amount),
    "traffic": may(kinds.mapping, null=True),
    "profiles": may(kinds.mapping, null=True),
}
PROFILE: Shape = {
    "seconds": need(kinds.listing),
    "metres": may(kinds.listing),
    "traffic": may(kinds.mapping, null=True),
}
TRAFFIC: Shape = {"slices": need(kinds.filled), "repeat_s": may(kinds.amount, null=True)}
SLICE: Shape = {
    "start": need(kinds.number),
    "factor": may(kinds.factor),
    "seconds": may(kinds.listing),
}

TECHNICIAN: Shape = {
    "id": need(kinds.identity),
    "name": may(kinds.text),
    "start_location": may(kinds.text, null=True),
    "end_location": may(kinds.text, null=True),
    "shifts": need(kinds.filled),
    "skills": may(kinds.names),
    "tools": may(kinds.texts),
    "parts": may(kinds.amounts),
    "capacity": may(kinds.amounts),
    "service_factor": may(kinds.factor),
    "travel_factor": may(kinds.factor),
    "profile": may(kinds.text),
    "allowed_territories": may(kinds.texts, null=True),
    "forbidden_territories": may(kinds.texts),
    "preferred_territories": may(kinds.texts, null=True),
    "min_rest_s": may(kinds.amount),
    "cost": may(kinds.mapping),
    "history": may(kinds.mapping),
}
SKILL: Shape = {
    "level": may(kinds.amount),
    "from": may(kinds.number, null=True),
    "until": may(kinds.number, null=True),
}
COST: Shape = {
    "fixed": may(kinds.amount),
    "per_m": may(kinds.amount),
    "per_travel_s": may(kinds.amount),
    "per_duration_s": may(kinds.amount),
    "per_overtime_s": may(kinds.amount),
    "overtime_steps": may(kinds.listing),
    "per_visit": may(kinds.amount),
    "per_outside_visit": may(kinds.amount),
    "per_outside_s": may(kinds.amount),
    "per_spare_level": may(kinds.amount),
}
OVERTIME_STEP: Shape = {"after_s": need(kinds.amount), "per_s": need(kinds.amount)}
HISTORY: Shape = {
    "worked_s": may(kinds.amount),
    "available_s": may(kinds.amount),
    "group": may(kinds.text),
}
SHIFT: Shape = {
    "id": may(kinds.identity),
    "start": need(kinds.number),
    "end": need(kinds.number),
    "start_location": may(kinds.text, null=True),
    "end_location": may(kinds.text, null=True),
    "max_overtime_s": may(kinds.amount),
    "max_duration_s": may(kinds.amount, null=True),
    "max_travel_s": may(kinds.amount, null=True),
    "max_distance_m": may(kinds.amount, null=True),
    "max_leg_s": may(kinds.amount, null=True),
    "max_visits": may(kinds.whole, null=True),
    "max_visits_by_tag": may(kinds.amounts),
    "first_start": may(kinds.number, null=True),
    "last_end": may(kinds.number, null=True),
    "soft_limits": may(kinds.listing),
    "breaks": may(kinds.listing),
}
SOFT_LIMIT: Shape = {
    "limit": need(kinds.text),
    "value": need(kinds.number),
    "price": need(kinds.amount),
}
BREAK: Shape = {
    "id": need(kinds.identity),
    "duration_s": need(kinds.amount),
    "window": may(kinds.window, null=True),
    "location": may(kinds.text, null=True),
    "paid": may(kinds.flag),
}

VISIT: Shape = {
    "id": need(kinds.identity),
    "name": may(kinds.text),
    "location": need(kinds.text),
    "duration_s": need(kinds.amount),
    "duration_by_technician": may(kinds.amounts),
    "windows": may(kinds.windows, null=True),
    "finish_inside": may(kinds.flag),
    "max_lateness_s": may(kinds.amount, null=True),
    "lateness_cost_per_s": may(kinds.amount),
    "promise": may(kinds.window, null=True),
    "promise_hard": may(kinds.flag),
    "release": may(kinds.number, null=True),
    "deadlines": may(kinds.listing),
    "delay_cost_per_s": may(kinds.amount),
    "delay_steps": may(kinds.listing),
    "wishes": may(kinds.listing),
    "skills": may(kinds.listing),
    "crew_size": may(kinds.from_one),
    "tools": may(kinds.texts),
    "parts": may(kinds.amounts),
    "demand": may(kinds.amounts),
    "equipment": may(kinds.amounts),
    "allowed_technicians": may(kinds.texts, null=True),
    "forbidden_technicians": may(kinds.texts),
    "territory": may(kinds.text, null=True),
    "tags": may(kinds.texts),
    "priority": may(kinds.from_one),
    "mandatory": may(kinds.flag),
    "unserved_penalty": may(kinds.amount),
    "pin": may(kinds.mapping, null=True),
    "change_factor": may(kinds.amount),
    "known_from": may(kinds.number, null=True),
}
DEADLINE: Shape = {
    "of": need(kinds.text),
    "at": need(kinds.number),
    "cost": may(kinds.amount),
    "cost_per_s": may(kinds.amount),
    "step_s": may(kinds.amount),
    "hours": may(kinds.windows, null=True),
}
DELAY_STEP: Shape = {"from": need(kinds.number), "cost": need(kinds.amount)}
WISH: Shape = {
    "technicians": may(kinds.texts),
    "windows": may(kinds.windows),
    "cost": may(kinds.amount),
    "cost_per_s": may(kinds.amount),
    "max_cost": may(kinds.amount, null=True),
}
REQUIREMENT: Shape = {
    "skill": may(kinds.text),
    "any_of": may(kinds.texts),
    "none_of": may(kinds.texts),
    "level": may(kinds.amount),
    "count": may(kinds.whole),
}
PIN: Shape = {
    "technician": may(kinds.text, null=True),
    "shift": may(kinds.text, null=True),
    "position": may(kinds.from_one, null=True),
    "start": may(kinds.number, null=True),
    "slack_s": may(kinds.amount),
    "must_serve": may(kinds.flag),
}

DEPOT: Shape = {
    "id": need(kinds.identity),
    "name": may(kinds.text),
    "location": need(kinds.text),
    "duration_s": need(kinds.amount),
    "windows": may(kinds.windows, null=True),
    "supplies": may(kinds.supplies),
}
EQUIPMENT: Shape = {
    "id": need(kinds.identity),
    "name": may(kinds.text),
    "count": may(kinds.whole),
    "windows": may(kinds.windows, null=True),
}
RELATION: Shape = {
    "type": need(kinds.text),
    "visits": need(kinds.texts),
    "min_s": may(kinds.number, null=True),
    "max_s": may(kinds.number, null=True),
    "cost": may(kinds.amount, null=True),
}
OBJECTIVE: Shape = {"levels": need(kinds.filled)}
TERM: Shape = {
    "metric": need(kinds.text),
    "weight": may(kinds.number),
    "priority": may(kinds.whole, null=True),
}
CHANGE_COST: Shape = {
    "per_change": may(kinds.amount),
    "per_technician_change": may(kinds.amount),
    "per_shift_change": may(kinds.amount),
    "per_moved_s": may(kinds.amount),
    "tolerance_s": may(kinds.amount),
    "per_drop": may(kinds.amount),
    "max_changes": may(kinds.whole, null=True),
}
FAIRNESS: Shape = {"tolerance_s": may(kinds.amount), "cost_per_s": may(kinds.amount)}

PLAN: Shape = {
    "format": may(kinds.text),
    "problem": may(kinds.text),
    "routes": need(kinds.listing),
    "unserved": may(kinds.listing),
    "objective": may(kinds.numbers, null=True),
    "about": may(kinds.mapping),
}
ROUTE: Shape = {
    "technician": may(kinds.text),
    "technicians": may(kinds.texts),
    "shift": may(kinds.text, null=True),
    "depart": may(kinds.number, null=True),
    "return": may(kinds.number, null=True),
    "stops": need(kinds.listing),
}
STOP: Shape = {
    "type": may(kinds.text),
    "visit": may(kinds.text),
    "depot": may(kinds.text),
    "break": may(kinds.text),
    "arrival": may(kinds.number, null=True),
    "start": may(kinds.number, null=True),
    "end": may(kinds.number, null=True),
}
UNSERVED: Shape = {
    "visit": need(kinds.text),
    "reason": may(kinds.text),
    "text": may(kinds.text),
}
ABOUT: Shape = {
    "origin": may(kinds.text),
    "proof": may(kinds.text),
    "bound": may(kinds.numbers, null=True),
    "solver": may(kinds.text),
    "version": may(kinds.text),
    "seed": may(kinds.whole, null=True),
    "seconds": may(kinds.amount),
}
