"""Golden stories: events aimed at every edge of one programme, and what its rules make of them.

Reading order: ``world`` (words, days and amounts of a programme), ``plot`` (a story being
written), then what the stories are about: ``earning``, ``campaigns``, ``spending``, ``life``,
``undoing``, ``friends``, ``tiers``, ``lots`` (lucky draws), ``oddities``, ``walks``; ``made`` has them all.
"""
