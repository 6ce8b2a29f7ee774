"""Other planners that can be given the same problem, each modelled as well as it allows.

A peer is started in a child process, never imported: it is no part of an installation, it may hold
the interpreter's lock, and it may need killing. What it cannot state, it says, and plans nothing.

Why a package: ``statement`` reduces a problem to what such planners have in common, in small whole
numbers; one module a peer puts it in that peer's words; ``answering`` is the child process.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """``package`` is what pip installs, ``library`` what Python then imports; the child runs
    ``module``.

    ``threads`` says that one process uses all cores; otherwise one a core is started, each with a
    seed or a recipe of its own, and the best plan counts.
    """

    name: str
    package: str
    library: str
    module: str
    threads: bool = False


PEERS = {
    peer.name: peer
    for peer in (
        Peer(name="pyvrp", package="pyvrp", library="pyvrp", module="routing.peers.pyvrp"),
        Peer(
            name="vroom",
            package="pyvroom",
            library="vroom",
            module="routing.peers.vroom",
            threads=True,
        ),
        Peer(name="ortools", package="ortools", library="ortools", module="routing.engine.guided"),
    )
}
