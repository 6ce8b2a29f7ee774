"""The hot loop of the search: ruin and recreate over arrays, compiled by numba, without the GIL.

``columns`` names the columns of the arrays, ``times`` keeps the times of a route, ``ruin`` and
``recreate`` change a plan, ``groups``, ``following`` and ``together`` see to jobs that hang together,
``depots`` and ``reloading`` to stops on the way at depots of ours, ``simulate`` prices what depends
on times, ``sharing`` what routes cost together, ``anneal`` is the loop.
``encode`` turns a trial into arrays, ``state`` holds a plan. A rule is known here only as numbers:
who may go at which price, when work may start, how much fits.

Slack-induced string removals (Christiaens and Vanden Berghe 2020).
"""
