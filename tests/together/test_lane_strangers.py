"""Files that others wrote, in the file lane: what their footers say is taken as their rows are."""
