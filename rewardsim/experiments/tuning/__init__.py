"""Tuning: which values of a programme's parameters serve best, within limits, and how sure that is.

Read in this order: ``tune_file`` (what a person writes), ``space`` (the values that may be tried),
``study`` and ``compass`` (which are tried), ``trials`` (what came of them, by lives), ``leaders``
(judged anew on fresh luck), ``advice`` (what is recommended), ``robust`` (on people who respond
otherwise), ``tune`` and ``tune_run``.
"""
