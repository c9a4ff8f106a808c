"""Simulations: a population lives under a programme and, by the same luck, without it; as stored runs.

Read in this order: ``plan`` (what is asked, checked by ``memory`` and ``growth``), ``simulate``, ``twin`` (one
replicate, of whose ``lives`` and ``members`` little is kept: ``tables``, ``totals``), ``run`` with ``effects``,
``selection``, ``text`` and ``plots``; then ``compare`` (two simulations) and ``checkpoints``.
"""
