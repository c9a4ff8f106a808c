"""Who wins a draw, and the check that anybody can run. Standard library only, in one file.

A copy of this file lies beside every result under the name ``verify.py``:

    python verify.py ID.result.json ID.entrants.csv [ID.commitment.json]

It ends with 0 if the winners are right, with 1 and each difference if not, with 2 if a file is
not what it should be. Any Python from 3.8 on will do. Below, *packed* parts are joined, each
behind its length in four bytes, highest first; text is NFC in UTF-8, a number its decimal text.

1. Before entries close, SHA-256 of packed (COMMITMENT, draw id, secret) is published.
2. The entrants are frozen. Their digest is SHA-256 of packed (ENTRANTS) and of all packed
   (member id, entry), sorted as bytes: the order in which they came does not matter.
3. The key of a ticket is HMAC-SHA256, under the secret, of packed (TICKET, draw id, digest of
   the entrants, member id, entry).
4. A member counts with his smallest key. The smallest keys win, best first; equal keys go by
   member id, then entry. Nobody wins twice.
5. The secret is revealed, and everybody can do all of this again.

This proves that the secret was not chosen to suit the entrants. It does not prove that the
entrants were not chosen to suit the secret: publish their digest before the secret is revealed.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import re
import sys
import unicodedata
from typing import Any, Iterable, Iterator, NamedTuple, Sequence  # noqa: UP035 - older Pythons run the copy

COMMITMENT = b"rewardsim draw commitment 1"
ENTRANTS = b"rewardsim draw entrants 1"
TICKET = b"rewardsim draw ticket 1"
PUBLIC = b"rewardsim draw without a secret 1"
COMMITMENT_FORMAT = "draw-commitment/1"
RESULT_FORMAT = "draw-result/1"
SECRET_MIN = 32
SHOWN_MAX = 50
DRAW_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
ENTRY = re.compile(r"[1-9][0-9]{0,8}")
MEMBER_MAX = 128
NO_MEMBER = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
EQUAL = "one entry a member: all have the same chance; smallest HMAC-SHA256 keys, no member twice"
WEIGHTED = (
    "several entries a member, by successive sampling: the smallest HMAC-SHA256 keys win, a member counts with his"
    " best entry; more entries win more often, but less than in proportion"
)
Ticket = tuple  # of a member id and the number of his entry
Rows = Iterable[tuple]  # of row number, member id and entry, not checked yet; or a Wrong


class Wrong(NamedTuple):
    """One thing that is wrong with a file; ``row`` counts from 1, and is 0 where no row is meant."""

    file: str
    row: int
    code: str
    found: str
    allowed: str
    todo: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row else self.file
        return f"{self.code}: {place}: found {self.found}, allowed {self.allowed}, do: {self.todo}"


class Unreadable(ValueError):
    """A file that is not what it should be, with all that is wrong with it."""

    def __init__(self, wrongs: Iterable[Wrong]) -> None:
        self.wrongs = tuple(wrongs)
        super().__init__(listed([str(wrong) for wrong in self.wrongs]))


def listed(lines: Sequence[str]) -> str:
    """Lines of a report, and how many more there are."""
    more = [f"... and {len(lines) - SHOWN_MAX} more"] if len(lines) > SHOWN_MAX else []
    return "\n".join([*lines[:SHOWN_MAX], *more])


def packed(*parts: bytes) -> bytes:
    """Parts joined, each behind its length, so that no two lists of parts look alike."""
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])


def normal(text: str) -> str:
    """Text in the one form in which equal texts are equal bytes (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def commitment(draw_id: str, secret: bytes) -> str:
    """What is published before entries close; it gives nothing of the secret away."""
    return hashlib.sha256(packed(COMMITMENT, normal(draw_id).encode(), secret)).hexdigest()


def packed_tickets(tickets: Sequence[Ticket]) -> list[bytes]:
    """Each ticket as the bytes that the digest and the keys are made of."""
    return [packed(normal(member).encode(), b"%d" % entry) for member, entry in tickets]


def entrants_digest(parts: list[bytes]) -> bytes:
    """Digest of packed tickets, whatever their order."""
    return hashlib.sha256(packed(ENTRANTS) + b"".join(sorted(parts))).digest()


def rank_tickets(draw_id: str, secret: bytes | None, tickets: Sequence[Ticket]) -> list[int]:
    """Places in ``tickets`` in order of rank, best first, one a member: the first n win n prizes.

    Tickets are (member id, number of the entry). Without a secret the ranking is for trying
    out only, since everybody can predict it: the key is a public one, and no digest of the
    entrants goes into the tickets, so that a ticket keeps its luck whoever else takes part.
    """
    return [index for index, _ in ranking(draw_id, secret, tickets)]


def ranking(draw_id: str, secret: bytes | None, tickets: Sequence[Ticket]) -> Iterator[tuple[int, bytes]]:
    """Places in ``tickets`` in order of rank, each with its key."""
    draw, parts = normal(draw_id).encode(), packed_tickets(tickets)
    digest = b"" if secret is None else entrants_digest(parts)
    key = hashlib.sha256(packed(PUBLIC, draw)).digest() if secret is None else secret
    begun = hmac.new(key, packed(TICKET, draw, digest), "sha256")
    names, keys, order, seen = [], [], [], set()
    for place, (member, entry) in enumerate(tickets):
        one = begun.copy()
        one.update(parts[place])
        names.append(normal(member).encode())
        keys.append(one.digest())
        # one run of bytes sorts faster than a tuple, and alike: no id holds a zero byte
        order.append(keys[-1] + names[-1] + b"\0" + entry.to_bytes(4, "big"))
    for index in sorted(range(len(order)), key=order.__getitem__):
        if names[index] not in seen:
            seen.add(names[index])
            yield index, keys[index]


def draw_result(draw_id: str, secret: bytes, tickets: Sequence[Ticket], prizes: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything about a draw that follows from its id, its secret, its entrants and its prizes.

    A prize row says how many ``tokens`` (None where nobody said) the winners up to rank ``upto``
    get, from the row before on. Ranks count from 1. Prizes nobody is left for stay where they are.
    """
    members = len({normal(member) for member, _ in tickets})
    winners: list[dict[str, Any]] = []
    for index, key in ranking(draw_id, secret, tickets):
        rank = len(winners) + 1
        if rank > prizes[-1]["upto"]:
            break
        member, entry = tickets[index]
        tokens = next(row["tokens"] for row in prizes if rank <= row["upto"])
        who = {"rank": rank, "member_id": normal(member), "entry": entry}
        winners.append({**who, "key": key.hex(), "tokens": tokens})
    return {
        "format": RESULT_FORMAT,
        "draw": draw_id,
        "scheme": EQUAL if members == len(tickets) else WEIGHTED,
        "commitment": commitment(draw_id, secret),
        "secret": secret.hex(),
        "entries": len(tickets),
        "members": members,
        "entrants_digest": entrants_digest(packed_tickets(tickets)).hex(),
        "prizes": prizes,
        "winners": winners,
    }


def differences(result: dict[str, Any], tickets: Sequence[Ticket], published: dict[str, Any] | None) -> list[str]:
    """Where a result is not what its secret and the entrants lead to, one sentence each."""
    secret = bytes.fromhex(result["secret"])
    right = draw_result(result["draw"], secret, tickets, result["prizes"])
    found = [
        f"{name}: the result says {_shown(result[name])}, right is {_shown(value)}"
        for name, value in right.items()
        if name != "winners" and _text(result[name]) != _text(value)
    ]
    if len(secret) < SECRET_MIN:
        found.append(f"secret: {len(secret)} bytes, which could be guessed; right is {SECRET_MIN} or more")
    if published is not None:
        found += _unpublished(right, published)
    said, wins = result["winners"], right["winners"]
    for place in range(max(len(said), len(wins))):
        one = _winner(said[place]) if place < len(said) else "nobody"
        other = _winner(wins[place]) if place < len(wins) else "nobody"
        if place >= len(said) or place >= len(wins) or _text(said[place]) != _text(wins[place]):
            found.append(f"winner {place + 1}: the result says {one}, right is {other}")
    return found


def _unpublished(right: dict[str, Any], published: dict[str, Any]) -> list[str]:
    """Where the result is not what was promised."""
    promised = {**right, **published, "prizes": (published.get("terms") or right)["prizes"]}
    return [
        f"{name}: published was {_shown(promised[name])}, the draw was held with {_shown(right[name])}"
        for name in ("draw", "commitment", "prizes")
        if _text(promised[name]) != _text(right[name])
    ]


def _text(value: Any) -> str:
    """A value as JSON, which tells 1, 1.0, true and "1" apart."""
    return json.dumps(value, sort_keys=True)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return repr(text if len(text) <= 100 else text[:97] + "...")


def _winner(row: Any) -> str:
    if not isinstance(row, dict) or set(row) != {"rank", "member_id", "entry", "key", "tokens"}:
        return _shown(row)
    said = f"{row['member_id']!r:.140} with entry {row['entry']!r:.20}, key {row['key']!r:.20}"
    return f"{said}, {row['tokens']!r:.20} tokens, rank {row['rank']!r:.20}"


def checked_tickets(rows: Rows, file: str) -> list[Ticket]:
    """Tickets in canonical order, ids in NFC; raise Unreadable with every row that is none."""
    first: dict[Ticket, int] = {}
    forms: dict[str, str] = {}
    wrongs = []
    for one in rows:
        wrong = one if isinstance(one, Wrong) else _no_ticket(file, *one)
        if wrong:
            wrongs.append(wrong)
            continue
        row, member, entry = one
        name = normal(member)
        if forms.setdefault(name, member) != member:
            todo = "find out whether they are one member, and write him in one way"
            wrongs.append(Wrong(file, row, "two_forms", f"another form of {name!r}", "one form a member", todo))
        before = first.setdefault((name, int(entry)), row)
        if before != row:
            wrongs.append(
                Wrong(file, row, "duplicate", f"the ticket of row {before}", "each ticket once", "take one of them out")
            )
    if not first and not wrongs:
        wrongs.append(Wrong(file, 0, "no_entrants", "no ticket", "one or more", "check that this is the list"))
    if wrongs:
        raise Unreadable(wrongs)
    return sorted(first)


def _no_ticket(file: str, row: int, member: Any, entry: Any) -> Wrong | None:
    if not isinstance(member, str) or not 0 < len(member) <= MEMBER_MAX or NO_MEMBER.search(member):
        allowed = f"text of 1 to {MEMBER_MAX} characters without control characters"
        return Wrong(file, row, "bad_member", f"member_id {member!r:.80}", allowed, "correct the row")
    whole = isinstance(entry, str) or type(entry) is int
    if not whole or not ENTRY.fullmatch(str(entry)):
        allowed = "a whole number from 1 to 999999999"
        return Wrong(file, row, "bad_entry", f"entry {entry!r:.80}", allowed, "correct the row")
    return None


def read_tickets(path: str) -> list[Ticket]:
    """Tickets of a CSV file with the columns member_id and entry."""
    return checked_tickets(_csv_rows(_read(path), path), path)


def _csv_rows(text: str, file: str) -> Iterator[tuple]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 0
    try:
        header = next(lines, [])
        missing = [name for name in ("member_id", "entry") if header.count(name) != 1]
        if missing:
            found = f"the columns {', '.join(map(repr, header)):.200}" if header else "nothing"
            allowed = f"a header with {' and '.join(missing)} once"
            raise Unreadable([Wrong(file, 0, "no_column", found, allowed, "correct the header")])
        member, entry = header.index("member_id"), header.index("entry")
        for fields in lines:
            row += 1
            if len(fields) == len(header):
                yield row, fields[member], fields[entry]
            elif fields:
                yield Wrong(file, row, "bad_row", f"{len(fields)} field(s)", f"{len(header)}", "correct the row")
    except csv.Error as error:
        yield Wrong(file, row + 1, "no_csv", str(error), "CSV as in RFC 4180", "correct the row")


def csv_text(tickets: Sequence[Ticket]) -> str:
    """Tickets as the file that is frozen."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("member_id", "entry"))
    writer.writerows(tickets)
    return out.getvalue()


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            return stream.read()
    except UnicodeDecodeError as error:
        found = f"a byte that is not UTF-8 at {error.start}"
        raise Unreadable([Wrong(path, 0, "not_utf8", found, "UTF-8 text", "save it as such")]) from error
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise Unreadable([Wrong(path, 0, "unreadable", found, "a readable file", "check the path")]) from error


def _object(path: str, form: str, fits: dict[str, Any]) -> dict[str, Any]:
    """An object of a JSON file, each of whose named values passes its test."""
    todo = "take the file as it was written"
    text = _read(path)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable([Wrong(path, 0, "no_json", f"{error!s:.80}", "JSON", todo)]) from error
    if not isinstance(value, dict) or value.get("format") != form:
        allowed = f"an object of format {form}"
        raise Unreadable([Wrong(path, 0, "other_format", "something else", allowed, "name the right file")])
    wrongs = [
        Wrong(path, 0, "bad_value", f"{name} {_shown(value.get(name))}", allowed, todo)
        for name, (allowed, fit) in fits.items()
        if not fit(value.get(name))
    ]
    if wrongs:
        raise Unreadable(wrongs)
    return dict(value)


def read_result(path: str) -> dict[str, Any]:
    """A result file; what it says is yet to be checked."""
    return _object(path, RESULT_FORMAT, _RESULT)


def read_commitment(path: str) -> dict[str, Any]:
    """A published commitment, with the terms of the draw where they were published."""
    return _object(path, COMMITMENT_FORMAT, _COMMITMENT)


def _is_hex(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("(?:[0-9a-f]{2})+", value) is not None


def good_prizes(value: Any) -> bool:
    """Whether these are prize rows: one or more, ranks rising from 1, tokens whole or not said."""
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
        return False
    if any(set(row) != {"upto", "tokens"} for row in value):
        return False
    ranks, tokens = [row["upto"] for row in value], [row["tokens"] for row in value if row["tokens"] is not None]
    whole = all(type(number) is int and number > 0 for number in ranks + tokens)
    return whole and ranks == sorted(set(ranks))


_DRAW = ("a draw's id", lambda value: isinstance(value, str) and DRAW_ID.fullmatch(value) is not None)
_TEXT = ("text", lambda value: isinstance(value, str))
_COUNT = ("a whole number", lambda value: type(value) is int)
_RESULT: dict[str, Any] = {
    "draw": _DRAW,
    "secret": ("hexadecimal digits in pairs", _is_hex),
    "prizes": ("rows of upto (rising) and tokens", good_prizes),
    "winners": ("a list", lambda value: isinstance(value, list)),
    **dict.fromkeys(("scheme", "commitment", "entrants_digest"), _TEXT),
    **dict.fromkeys(("entries", "members"), _COUNT),
}
_COMMITMENT: dict[str, Any] = {
    "draw": _DRAW,
    "commitment": ("64 hexadecimal digits", lambda value: _is_hex(value) and len(value) == 64),
    "terms": (
        "nothing, or an object with prizes",
        lambda value: value is None or (isinstance(value, dict) and good_prizes(value.get("prizes"))),
    ),
}


def main(words: Sequence[str]) -> int:
    """Check a result from the command line; return the exit status."""
    if len(words) not in (2, 3):
        print("python verify.py ID.result.json ID.entrants.csv [ID.commitment.json]", file=sys.stderr)
        return 2
    found, wrongs = [], []
    readers = (read_result, read_tickets, read_commitment)
    for place, path in enumerate(words):
        try:
            found.append(readers[place](path))
        except Unreadable as error:
            wrongs += error.wrongs
    if wrongs:
        print(listed([str(wrong) for wrong in wrongs]), file=sys.stderr)
        return 2
    faults = differences(found[0], found[1], found[2] if len(found) == 3 else None)
    print(listed(faults) if faults else verdict(found[0], len(found) == 3))
    return 1 if faults else 0


def verdict(result: dict[str, Any], published: bool) -> str:
    """What is said of a result that is right."""
    rest = "as published" if published else "compare it with the one published before entries closed"
    count = f"{len(result['winners'])} of {result['members']} members"
    return f"the winners are right: {count}\ncommitment {result['commitment']}: {rest}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
