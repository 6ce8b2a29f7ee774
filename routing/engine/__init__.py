"""The search. Only this package knows OR-Tools, and it runs in a child process of its own."""
