"""What a society wrote, collected from its shards and handed on in pieces worth the trouble."""

from __future__ import annotations

from typing import Any

from rewardsim.behaviour.records import SEEN_COUNT, Seen

from .batches import joined
from .ground import Ground

LEAST = 1 << 15  # rows collected before they are handed on; a shard's table full of them goes alone


class Collected:
    """Entries, notes and events in the order of the days' parts; within a part, shard by shard."""

    def __init__(self, ground: Ground, recording: Any) -> None:
        self._ground = ground
        self._recording = recording
        self._parts: dict[str, list[Any]] = {"entries": [], "notes": [], "seen": []}

    def take(self, shard: int) -> None:
        """Take what a shard has written so far."""
        ground = self._ground
        for name, field in (("entries", "entry_count"), ("notes", "note_count")):
            if count := ground.head(shard, field):
                self._parts[name].append(ground.hand_over(shard, name, count))
                ground.set_head(shard, field, 0)
        world = ground.worlds[shard]
        if count := int(world.counts[SEEN_COUNT]):
            self._parts["seen"].append(ground.rows(world.seen, count, Seen))
            world.counts[SEEN_COUNT] = 0

    def take_all(self) -> None:
        """Take what all shards wrote in one part of a day; members are apart, so their order is of no account."""
        for shard in range(self._ground.shards):
            self.take(shard)
        self.hand_on(LEAST)

    def hand_on(self, least: int = 0) -> None:
        """Hand on what there is more of than ``least``."""
        for name, parts in self._parts.items():
            if sum(len(part) for part in parts) > least:
                self._recording.take(name, joined(parts))
                parts.clear()
