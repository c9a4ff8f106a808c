"""Runs and what is asked of them: found again, whole or not there, consistent, explained, compared."""
