"""Drift: what production did against what was forecast, and which assumption broke.

Read in this order: ``drift``, ``actual`` (what production did), ``forecast`` (the worlds of a simulation),
``world`` (facts counted alike in both), ``measures``, ``judge``, ``text``.
"""
