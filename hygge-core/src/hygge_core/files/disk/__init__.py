"""The local disk: what is durable, atomic, locked and ours there, and what the system says."""
