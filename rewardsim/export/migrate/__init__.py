"""Migrations of states: ``vN.py`` from version N to N + 1, with vectors in ``vN.jsonl``. None are needed so far."""
