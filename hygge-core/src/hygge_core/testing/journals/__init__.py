"""What every journal promises: the contract, by topic, and the place where a journal is tried."""
