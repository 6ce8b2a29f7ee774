"""Figures that a change must not make worse, each by a command of its own."""
