"""What every home promises: the contract, by topic, and the place where a home is tried."""
