"""How well and how fast rounds are planned, by the commands that everybody has."""
