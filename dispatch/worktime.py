"""Service hours and their arithmetic: weekly hours and public holidays in one time zone.

Pure: no table, no clock. Lengths are computed in UTC, so a night on which clocks change is as
long as it really was.
"""
