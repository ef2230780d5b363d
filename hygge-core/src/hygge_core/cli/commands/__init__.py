"""The commands, one module each: every command is a sentence over the library."""
