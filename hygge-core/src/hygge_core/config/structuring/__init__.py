"""From a table of TOML to a frozen attrs class, strictly; what is wrong with it, as findings."""
