"""The journal: every verb one transaction, leases and locks, and what is looked back at."""
