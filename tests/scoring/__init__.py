"""The scorer and its stores: equal to a replay, whole under kills and repeats, precise about bad input."""
