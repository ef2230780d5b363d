"""What is written above what: files, discovered tables, ``[env.NAME]`` and ``--set``, merged."""
