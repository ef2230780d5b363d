"""A load before it is published: what is settled first, its rows, their keys."""
