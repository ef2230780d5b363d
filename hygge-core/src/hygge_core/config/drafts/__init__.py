"""Flows and entities with every part of them structured, not yet held to each other."""
