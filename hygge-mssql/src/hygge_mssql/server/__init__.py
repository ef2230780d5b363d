"""The server: connections, sessions, signing in, and what the driver's errors mean."""
