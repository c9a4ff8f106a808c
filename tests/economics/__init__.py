"""Figures over replicates and runs: intervals, decomposition, profit, purposes."""
