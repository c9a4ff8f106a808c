"""Populations: what a file may say, and who comes of it."""
