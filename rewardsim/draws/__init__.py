"""Lucky draws that anybody can check: commit to a secret, freeze the entrants, rank by keys, reveal.

Reading order: ``keys`` (the draw itself, and the check that lies beside every result), ``odds``
(what entries are worth), ``holding`` (commit, run, verify), ``entrants`` and ``terms`` (what may
come in), ``files`` (what is written, once).
"""

from __future__ import annotations

from .keys import rank_tickets

__all__ = ["rank_tickets"]
