"""Promises in the making: windows that the plan in force can truly keep, held, then confirmed.

An offer is no row. A hold reserves a proved insertion until it expires; confirming it makes a
numbered promise that is never overwritten (rows: dispatch/promises.py).
"""
