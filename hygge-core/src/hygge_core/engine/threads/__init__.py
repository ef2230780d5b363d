"""Who works beside whom: a crew, the pipe between two of it, slots, and how long anybody waits."""
