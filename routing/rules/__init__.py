"""One file per planning rule. Each imposes itself on a search, checks an answer, and has a code."""
