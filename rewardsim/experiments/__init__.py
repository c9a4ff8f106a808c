"""Runs and what is asked of them: stored, found again, compared, explained."""
