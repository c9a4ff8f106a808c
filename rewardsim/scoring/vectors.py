"""Golden vectors: stories of events with what they must come to, told to a scorer and compared.

A file holds stories, a line each step:

    {"story": name, "about": text, "pools": [[...]]}   from here on, a book with nothing in it but what
                                                       pools already gave: [pool, period, used]
    {"event": {...}, "reply": {...}}                   all of a reply but the bundle's hash
    {"event": {...}, "status": word, "chain": hex}     of a long story: how it went, and the member's chain
    {"settle": day, "draws": [...], "secrets": {...}}  the days before are settled; secrets in hexadecimal
    {"end": day, "digest": hex}                        everybody carried on to a day; digest of ledger and journal
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..rules.records import Law
from .checks import day_of
from .faults import InvalidEvent
from .memory import MemoryStore
from .names import Names
from .scorer import Scorer

FOLDER, SUFFIX = "vectors/", ".jsonl"
Step = dict[str, Any]


class Difference(NamedTuple):
    """A step that came to something else; ``line`` counts from 1 within its file."""

    file: str
    line: int
    story: str
    key: str
    found: Any
    expected: Any

    def __str__(self) -> str:
        parted = f"{self.key} is {_short(self.found)}, not {_short(self.expected)}"
        return f"{self.file}:{self.line} ({self.story}): {parted}"


def vector_files(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files of vectors among a bundle's."""
    return {name: files[name] for name in sorted(files) if name.startswith(FOLDER) and name.endswith(SUFFIX)}


def steps_of(text: bytes) -> list[Step]:
    """Return the steps of a file."""
    return [json.loads(line) for line in text.splitlines()]


class Teller:
    """Tells steps to a scorer; a step that begins a story begins a new book."""

    def __init__(self, law: Law, names: Names) -> None:
        self.law, self.names = law, names
        self.story = ""
        self.store = MemoryStore(keep=False)
        self.scorer: Scorer | None = None

    def tell(self, step: Step) -> Step:
        """Return what a step comes to, under the keys in which it says what is expected."""
        if "story" in step:
            self.story = step["story"]
            self.scorer = self._begin(step.get("pools", ()))
            return {}
        assert self.scorer is not None, "a story begins first"
        if "event" in step:
            return self._event(self.scorer, step)
        if "settle" in step:
            self.scorer.secrets = {name: bytes.fromhex(text) for name, text in step.get("secrets", {}).items()}
            return {"draws": list(self.scorer.settle(_day(step["settle"])).draws)}
        self.scorer.advance_to(_day(step["end"]))
        return {"digest": self.scorer.digest()}

    def _begin(self, pools: Iterable[tuple[int, int, int]]) -> Scorer:
        self.store = MemoryStore(keep=False)
        scorer = Scorer(self.law, self.names, self.store, bundle_hash="")
        for row, period, used in pools:
            pool = self.store.book.pools[row]
            pool.period, pool.used = period, used
        return scorer

    def _event(self, scorer: Scorer, step: Step) -> Step:
        try:
            said = scorer.apply(step["event"])
        except InvalidEvent as error:
            return {"reply": {"status": "invalid", "faults": [[fault.code, fault.place] for fault in error.faults]}}
        if "status" in step:
            return {"status": said.status, "chain": None if said.done is None else _hex(said.done.chain)}
        return {"reply": {key: value for key, value in said.to_dict().items() if key != "bundle"}}


def differences(
    law: Law, names: Names, files: dict[str, bytes], exact: bool = True, most: int = 20
) -> Iterator[Difference]:
    """Yield the first steps of vectors that come to something else, one a story, ``most`` in all.

    Not ``exact`` lets an object have more than was expected: a later version may say more.
    """
    count = 0
    for name, text in vector_files(files).items():
        for difference in story_differences(law, names, name, steps_of(text), exact):
            yield difference
            count += 1
            if count == most:
                return


def story_differences(law: Law, names: Names, name: str, steps: Iterable[Step], exact: bool) -> Iterator[Difference]:
    """Yield the first difference of every story of a file."""
    teller, failed = Teller(law, names), False
    for line, step in enumerate(steps, 1):
        failed = failed and "story" not in step
        if failed:
            continue
        try:
            told = teller.tell(step)
        except Exception as error:  # a law that breaks on a vector differs from one that answers
            yield Difference(name, line, teller.story, "step", type(error).__name__, "an answer")
            failed = True
            continue
        for key, found in told.items():
            if not alike(found, step[key], exact):
                place, mine, theirs = first_unlike(key, found, step[key], exact)
                yield Difference(name, line, teller.story, place, mine, theirs)
                failed = True
                break


def alike(found: Any, expected: Any, exact: bool) -> bool:
    """Tell whether a value is what was expected."""
    if exact or found == expected:
        return bool(found == expected)
    if isinstance(found, dict) and isinstance(expected, dict):
        return all(key in found and alike(found[key], value, exact) for key, value in expected.items())
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(alike(a, b, exact) for a, b in zip(found, expected, strict=True))
    return False


def first_unlike(place: str, found: Any, expected: Any, exact: bool) -> tuple[str, Any, Any]:
    """Return the innermost place where values part, with both."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in expected:
            if key not in found or not alike(found[key], expected[key], exact):
                return first_unlike(f"{place}.{key}", found.get(key), expected[key], exact)
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for at, (mine, theirs) in enumerate(zip(found, expected, strict=True)):
            if not alike(mine, theirs, exact):
                return first_unlike(f"{place}[{at}]", mine, theirs, exact)
    return place, found, expected


def _day(text: str) -> int:
    day = day_of(text)
    assert day is not None, "vectors name days"
    return day


def _hex(chain: Iterable[int]) -> str:
    return "".join([f"{word:016x}" for word in chain])


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 120 else text[:117] + "..."
