"""The local stores of files: frames are written, whole files are taken, by one set of rules."""
