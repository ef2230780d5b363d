"""What every store promises: the contract, by topic, and the place where a store is tried."""
