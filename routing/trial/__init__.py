"""Routes tried out in numbers: exact times, rules and price of one technician's day, fast.

Insertion, reasons and the engine try thousands of orders a second; the judge looks at whole plans.
``Tables`` holds a problem as numbers and is built once, ``lay`` works a route out, ``Prices`` says
what it is worth. Whatever is found here is still judged before anybody sees it.

A stop is one int: a job by its number from 0, a depot by the number of jobs plus its own, the break
b of the shift as -1 - b. A vehicle is one technician, or a crew, in one shift.
"""
