"""How mistakes are collected and said: in words of TOML, all at once, without a secret."""
