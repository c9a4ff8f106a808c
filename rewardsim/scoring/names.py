"""Words for the numbers of a law, and numbers for the words of the data."""

from __future__ import annotations

from dataclasses import dataclass, field
from unicodedata import normalize

from ..rules import codes
from ..rules.records import NONE


@dataclass(frozen=True)
class Names:
    """The dictionary between a programme's law and people or data."""

    rules: dict[int, str] = field(default_factory=dict)
    """Rule code -> name: "earning.purchase", "campaign:<id>", "exchange:<id>", "tiers.<id>", "draws.<id>"."""
    categories: dict[str, int] = field(default_factory=dict)
    """Category -> code; every other category is 0."""
    channels: dict[str, int] = field(default_factory=dict)
    """Channel -> code; every other channel is 0."""
    items: dict[str, tuple[tuple[int, int, int], ...]] = field(default_factory=dict)
    """Item id -> (first day, first day after, row) in order of time."""
    kinds: dict[str, int] = field(default_factory=dict)
    """Item id -> kind."""
    levels: list[str] = field(default_factory=list)
    """Tier ids by place, lowest first."""
    draws: dict[str, int] = field(default_factory=dict)
    """Draw id -> row."""
    hashtags: dict[str, int] = field(default_factory=dict)
    """Hashtag with its sign, in lower case -> code from 1; every other hashtag is 0."""

    def rule(self, code: int) -> str:
        """Name of the rule behind an entry."""
        return self.rules.get(code, f"rule {code}")

    def rule_codes(self, name: str) -> list[int]:
        """All codes of a rule's name; a campaign with several rows has several."""
        return sorted(code for code, known in self.rules.items() if known == name)

    def category(self, word: str | None) -> int:
        """Code of a category, 0 where the programme does not name it."""
        return self.categories.get(word or "", 0)

    def channel(self, word: str | None) -> int:
        """Code of a channel, 0 where the programme does not name it."""
        return self.channels.get(word or "", 0)

    def item(self, name: str | None, day: int) -> int:
        """Row of an item as it stands on a day: the one offered, else the last before, else the first.

        NONE for an id the programme does not know. Whether the row is offered on that day is
        for the law to say.
        """
        rows = self.items.get(name or "", ())
        before = [row for first, _, row in rows if first <= day]
        return before[-1] if before else rows[0][2] if rows else NONE

    def kind(self, name: str | None) -> int:
        """Kind of an item id, NONE where unknown."""
        return self.kinds.get(name or "", NONE)

    def level(self, place: int) -> str:
        """Id of a tier by its place, empty for a member below the first."""
        return self.levels[place] if place >= 0 else ""

    def draw(self, name: str | None) -> int:
        """Row of a draw, NONE for an id the programme does not know."""
        return self.draws.get(name or "", NONE)

    def hashtag(self, word: str | None) -> int:
        """Code of a hashtag, written with or without its sign, 0 where the programme does not name it."""
        return self.hashtags.get(folded("#" + (word or "").removeprefix("#")), 0)


def folded(word: str) -> str:
    """A hashtag as it is compared: upper and lower case alike, accents in one form."""
    return normalize("NFC", normalize("NFC", word).casefold())


def base_rules() -> dict[int, str]:
    """Names of the rules every programme has."""
    return {code: name for name, code in codes.RULES.items()}
