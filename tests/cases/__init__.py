"""Worked cases: one small file each, with the choice stated and where the number came from."""
