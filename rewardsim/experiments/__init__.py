"""Experiments: runs, and what is asked of them.

Read in this order: ``store`` and ``run`` (what a stored run is), ``replays``, ``simulations``; then
``scenarios`` (what is varied), ``sweeps`` (many lives, compared), ``sensitivity`` (what drives the answer),
``tuning`` (what to change), each of which may import those before it; and ``drifts`` (production against a forecast).
"""
