"""The command line: every command, every exit code, every message."""
