"""How the answers of the library look: a table for a person, JSON for a program."""
