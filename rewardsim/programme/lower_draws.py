"""The [[draws]] rows as integers of the law."""

from __future__ import annotations

from typing import Any

from rewardsim.programme.draws import Draw
from rewardsim.programme.life import within
from rewardsim.programme.model import ProgrammeFile
from rewardsim.programme.names import folded
from rewardsim.rules import codes
from rewardsim.rules.records import DrawTerms, Prize


class Draws:
    """Draws in order of their day, then of what they say, with their prizes and the words of data."""

    def __init__(self, file: ProgrammeFile) -> None:
        self.rows: list[DrawTerms] = []
        self.prizes: list[Prize] = []
        self.ids: list[str] = []
        self.hashtags: dict[str, int] = {}
        """Hashtag in lower case -> code; numbered as the rows need them, so that a renamed one keeps its code."""
        for draw in canonical(file):
            self.rows.append(self.row(file, draw, len(self.rows)))
            self.ids.append(draw.id)

    def row(self, file: ProgrammeFile, draw: Draw, number: int) -> DrawTerms:
        """One draw."""
        days, entry, ranks = window(file, draw), entry_parts(draw), draw.ranks()
        word = hashtag(draw)
        return DrawTerms(
            opens_day=days[0],
            closes_day=days[1],
            draws_day=draw.draws_on,
            winners=ranks[-1][0],
            prize_first=self.block([Prize(upto, tokens) for upto, tokens in ranks]),
            prize_count=len(ranks),
            entry=entry[0],
            hashtag=self.hashtags.setdefault(word, len(self.hashtags) + 1) if word else 0,
            tags_min=entry[1],
            public=entry[2],
            entries_max=draw.entries_per_member_max,
            rule=codes.RULE_DRAW_BASE + number,
        )

    def block(self, prizes: list[Prize]) -> int:
        """First row of a run of prizes, found or added."""
        for first in range(len(self.prizes) - len(prizes) + 1):
            if self.prizes[first : first + len(prizes)] == prizes:
                return first
        self.prizes.extend(prizes)
        return len(self.prizes) - len(prizes)


def canonical(file: ProgrammeFile) -> list[Draw]:
    """Draws by day, then content; equal ones by the draws that share their hashtag; then, without effect, by id."""
    said = {draw.id: content(file, draw) for draw in file.draws}
    families: dict[str, list[Any]] = {}
    for draw in file.draws:
        families.setdefault(hashtag(draw), []).append(said[draw.id])
    return sorted(file.draws, key=lambda draw: (said[draw.id], sorted(families[hashtag(draw)]), draw.id))


def content(file: ProgrammeFile, draw: Draw) -> tuple[Any, ...]:
    """What a draw says, but for the word of its hashtag."""
    given = (bool(hashtag(draw)), *entry_parts(draw), draw.entries_per_member_max)
    return (draw.draws_on, *window(file, draw), *given, tuple(draw.ranks()))


def window(file: ProgrammeFile, draw: Draw) -> tuple[int, int]:
    """Days of entry, cut by phase and programme."""
    return within(file, draw.phase, draw.opens, draw.closes)


def hashtag(draw: Draw) -> str:
    """The hashtag a post must carry, in lower case; empty for any."""
    return folded(draw.entry.hashtag or "") if draw.entry.kind == "social_post" else ""


def entry_parts(draw: Draw) -> tuple[int, int, int]:
    """Kind of entry, fewest tags, and whether it must be public; the last two matter for posts only."""
    entry = draw.entry
    if entry.kind != "social_post":
        return codes.DRAW_ENTRIES[entry.kind], 0, 0
    return codes.BY_POST, entry.tags_min, int(entry.public)
