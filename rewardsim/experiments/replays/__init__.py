"""Replays: imported events under a programme, as stored runs; what another programme changes, and why.

Read in this order: ``replay``, ``kept`` (events that a run kept), ``explain`` with ``notes`` and ``foreign``
(one member's history in words), ``against`` (two replays of the same events).
"""
