"""Sweeps: many lives, lived anywhere, kept as they finish, compared by the luck they share.

Read in this order: ``jobs`` and ``outcome`` (what is sent to a worker and what comes back),
``living`` (what a worker does), ``crew``, ``crew_member`` and ``dask_workers`` (who the workers
are), ``workers`` (how they are chosen), ``lives`` (where outcomes are kept), ``observed`` and
``runner`` (which sends, keeps and replaces), ``policies`` and ``selection`` (how many replicates
next), ``effects`` (what scenarios change), ``sweep``, ``sweep_store`` and ``sweep_run`` (the stored
run), ``over_time``, ``production``, ``sweep_tables``, ``sweep_text`` and ``sweep_plots`` (what is asked of it).
"""
