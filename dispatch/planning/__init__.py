"""From visits and shifts to rounds: the brief, the run, the plan in force, pins and reasons.

Read, think, write: a brief is read in one moment, thought over with no transaction open, and
written back only while its stamp still holds.
"""
