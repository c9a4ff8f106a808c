"""Bundles: made, checked, run alone, compared, signed, and held against every number of a programme."""
