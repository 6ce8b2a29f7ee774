"""What the demo firm knows how to mend, in codes; the packs give the words.

Minutes are wall minutes on site. ``often`` is a weight among all tickets. A family is physical when
nobody can mend it from afar.
"""

from __future__ import annotations

from typing import NamedTuple


class Family(NamedTuple):
    """A fault family: the skill and level it needs on site, the work, the parts."""

    skill: str
    level: int
    minutes: int
    often: int
    physical: bool = False
    parts: tuple[str, ...] = ()
    certificate: str | None = None


class Model(NamedTuple):
    """An asset model: a made-up product, what skills mend it, how often it is found."""

    product: str
    families: tuple[str, ...]
    often: int


SKILLS = (
    "network", "wireless", "fibre", "server", "workstation", "printing", "telephony",
    "point-of-sale", "payment-terminal", "access-control", "cameras", "climate-control",
    "boiler-electronics", "power-backup",
)  # fmt: skip
CERTIFICATES = (
    "low-voltage", "height", "refrigerants", "payment-security", "hospital-pass", "lift-platform",
)  # fmt: skip
FAMILIES = {
    "network-down": Family("network", 2, 60, 7, parts=("switch-8",)),
    "network-slow": Family("network", 1, 50, 6, parts=("patch-cable",)),
    "wireless-coverage": Family("wireless", 2, 60, 5, parts=("access-point",)),
    "wireless-sign-in": Family("wireless", 1, 40, 4),
    "fibre-cut": Family("fibre", 3, 90, 2, physical=True, parts=("fibre-pigtail",)),
    "fibre-signal": Family("fibre", 2, 55, 3, parts=("fibre-connector",)),
    "server-down": Family("server", 2, 75, 3, parts=("server-psu",)),
    "server-storage": Family("server", 2, 60, 3, parts=("disk-sas",)),
    "workstation-dead": Family("workstation", 1, 50, 7, physical=True, parts=("pc-psu",)),
    "workstation-slow": Family("workstation", 1, 45, 8, parts=("disk-ssd",)),
    "screen-broken": Family("workstation", 1, 30, 4, physical=True, parts=("screen-24",)),
    "printer-jam": Family("printing", 1, 35, 7, parts=("pickup-roller",)),
    "printer-quality": Family("printing", 1, 45, 5, parts=("fuser",)),
    "phone-dead": Family("telephony", 1, 50, 5, parts=("poe-injector",)),
    "phone-noise": Family("telephony", 2, 50, 3),
    "till-down": Family("point-of-sale", 2, 55, 4, parts=("disk-ssd",)),
    "till-drawer": Family("point-of-sale", 1, 30, 3, physical=True, parts=("till-drawer",)),
    "terminal-payment": Family(
        "payment-terminal", 2, 40, 5, parts=("payment-terminal",), certificate="payment-security"
    ),
    "door-locked": Family("access-control", 2, 60, 4, physical=True, parts=("door-strike",)),
    "badge-reader": Family("access-control", 1, 45, 3, parts=("badge-reader",)),
    "camera-blind": Family("cameras", 1, 60, 3, parts=("camera-dome",), certificate="height"),
    "climate-control": Family("climate-control", 2, 70, 3, parts=("thermostat",)),
    "boiler-board": Family(
        "boiler-electronics", 2, 75, 4, physical=True, parts=("boiler-board",),
        certificate="low-voltage",
    ),
    "power-backup": Family("power-backup", 1, 45, 3, physical=True, parts=("ups-battery",)),
}  # fmt: skip
MODELS = {
    "router-r200": Model("Nordis R200", ("network-down", "network-slow"), 8),
    "switch-s24": Model("Nordis S24", ("network-down", "network-slow"), 6),
    "wireless-w6": Model("Nordis W6", ("wireless-coverage", "wireless-sign-in"), 7),
    "fibre-f1": Model("Lumenor F1", ("fibre-cut", "fibre-signal"), 4),
    "server-t310": Model("Atlor T310", ("server-down", "server-storage"), 5),
    "desktop-d50": Model("Atlor D50", ("workstation-dead", "workstation-slow", "screen-broken"), 9),
    "laptop-n14": Model("Atlor N14", ("workstation-dead", "workstation-slow", "screen-broken"), 7),
    "printer-l420": Model("Prestal L420", ("printer-jam", "printer-quality"), 7),
    "printer-c90": Model("Prestal C90", ("printer-jam", "printer-quality"), 4),
    "phone-v10": Model("Vocalor V10", ("phone-dead", "phone-noise"), 5),
    "phone-d3": Model("Vocalor D3", ("phone-dead", "phone-noise"), 4),
    "till-k7": Model("Kassior K7", ("till-down", "till-drawer"), 5),
    "terminal-p5": Model("Payvor P5", ("terminal-payment",), 4),
    "door-a2": Model("Serruor A2", ("door-locked", "badge-reader"), 5),
    "camera-c4": Model("Oculor C4", ("camera-blind",), 3),
    "climate-t3": Model("Clivor T3", ("climate-control",), 3),
    "boiler-b18": Model("Thermor-Axe B18", ("boiler-board",), 4),
    "backup-u1500": Model("Ondulor U1500", ("power-backup",), 3),
}
# What a household has: nobody keeps a till at home.
AT_HOME = ("router-r200", "wireless-w6", "desktop-d50", "laptop-n14", "printer-l420", "boiler-b18")
