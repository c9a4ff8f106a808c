"""Production over a network: PostgreSQL, HTTP, a second bundle in the shadow, the outbox.

Reading order: ``pool`` and ``postgres`` (where members are kept), ``audit`` (balance = sum of the
ledger), ``serving`` (which bundle answers), ``quote`` and ``shadow`` (what would be), ``app`` with
``reading``, ``problems``, ``keys``, ``models``, ``metrics`` and ``logs`` (how one asks),
``server`` (the process), ``outbox`` (what is sent on).
"""
