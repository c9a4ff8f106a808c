"""What is no event is answered with every fault, its place, what is allowed and what to do; and nothing is applied."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewardsim.scoring import InvalidEvent, MemoryStore, Names, Scorer, commands
from rewardsim.scoring.checks import FIELDS, LINE, POST, faults_of, plain_values
from rewardsim.scoring.reading import TEXT_MAX, parse
from rewardsim.scoring.told import ARRIVAL, Told
from rewardsim.transactions import schema_json
from scoring.made import make

PROFILE = settings(
    deadline=None, derandomize=True, print_blob=True, max_examples=300, suppress_health_check=[HealthCheck.too_slow]
)
GOOD: dict[str, Any] = {
    "event_id": "e1",
    "type": "order",
    "member_id": "007",
    "occurred_day": "2017-06-15",
    "second": 0,
    "amount_minor": 1000,
    "discount_minor": 0,
    "tokens": 0,
    "order_id": "NA",
    "lines": [
        {"number": 1, "category": None, "amount_minor": 900, "discount_minor": 0},
        {"number": 2, "amount_minor": 100, "discount_minor": 0},
    ],
}
POSTED = {"lines": None, "type": "draw_entry", "post": {"hashtag": "#x", "tags": 1, "public": True}}
BAD: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "not an object": ([], [("type", "")]),
    "text": ("order", [("type", "")]),
    "nothing": (None, [("type", "")]),
    "wrong key": ({"membr_id": "x"}, [("unknown_key", "/membr_id")]),
    "key with a slash": ({"a/b~": 1}, [("unknown_key", "/a~1b~0")]),
    "float": ({"amount_minor": 1000.0}, [("value", "/amount_minor")]),
    "infinite": ({"amount_minor": float("inf")}, [("value", "/amount_minor")]),
    "true for a number": ({"second": True}, [("value", "/second")]),
    "number as text": ({"tokens": "5"}, [("value", "/tokens")]),
    "huge": ({"tokens": 10**5000}, [("value", "/tokens")]),
    "beyond 64 bits": ({"amount_minor": 2**63}, [("value", "/amount_minor")]),
    "negative": ({"amount_minor": -1}, [("value", "/amount_minor")]),
    "empty id": ({"event_id": ""}, [("value", "/event_id")]),
    "long id": ({"member_id": "m" * 129}, [("value", "/member_id")]),
    "control character": ({"member_id": "a\x00b"}, [("value", "/member_id")]),
    "lone surrogate": ({"member_id": "\ud800"}, [("value", "/member_id")]),
    "not composed": ({"member_id": "e\u0301"}, [("value", "/member_id")]),
    "number for an id": ({"member_id": 7}, [("value", "/member_id")]),
    "unknown type": ({"type": "Order"}, [("value", "/type")]),
    "list for a type": ({"type": []}, [("value", "/type")]),
    "day that is none": ({"occurred_day": "2017-02-30"}, [("value", "/occurred_day")]),
    "day in another form": ({"occurred_day": "15/06/2017"}, [("value", "/occurred_day")]),
    "week": ({"occurred_day": "2017-W24-4"}, [("value", "/occurred_day")]),
    "day as a number": ({"occurred_day": 17332}, [("value", "/occurred_day")]),
    "day out of range": ({"occurred_day": "1899-12-31"}, [("value", "/occurred_day")]),
    "day in the third millennium": ({"occurred_day": "2200-01-01"}, [("value", "/occurred_day")]),
    "second out of range": ({"second": 86_400}, [("value", "/second")]),
    "empty lines": ({"lines": []}, [("value", "/lines")]),
    "lines that are none": ({"lines": {}}, [("value", "/lines")]),
    "a line that is none": ({"lines": [1, GOOD["lines"][1]]}, [("type", "/lines/0")]),
    "unnumbered line": ({"lines": [{"amount_minor": 1000, "discount_minor": 0}]}, [("missing", "/lines/0/number")]),
    "deep": ({"lines": [{**GOOD["lines"][0], "category": [[[]]]}]}, [("value", "/lines/0/category")]),
    "discount beyond": ({"discount_minor": 1001}, [("discount", "/discount_minor"), ("lines_sum", "/discount_minor")]),
    "lines that do not add up": ({"amount_minor": 999}, [("lines_sum", "/amount_minor")]),
    "invited nobody": ({"type": "invite"}, [("missing", "/counterpart_id")]),
    "misplaced birthday": ({"birthday": "2000-01-01"}, [("misplaced", "/birthday")]),
    "born tomorrow": ({"type": "enrol", "birthday": "2017-06-16"}, [("birthday", "/birthday")]),
    "misplaced post": ({"post": POSTED["post"]}, [("misplaced", "/post")]),
    "post without tags": ({**POSTED, "post": {"public": True}}, [("missing", "/post/tags")]),
    "post that is none": ({**POSTED, "post": "#x"}, [("value", "/post")]),
    "public as a number": ({**POSTED, "post": {"tags": 1, "public": 1}}, [("value", "/post/public")]),
}


@pytest.mark.parametrize("what", BAD)
def test_each_fault_has_its_place(what: str) -> None:
    change, expected = BAD[what]
    event = {**GOOD, **change} if isinstance(change, dict) else change
    faults = faults_of(event)
    assert [(fault.code, fault.place) for fault in faults] == expected
    for fault in faults:
        assert all((fault.found, fault.allowed, fault.todo))
        assert str(fault).isprintable()
        assert len(str(fault)) < 700


def test_all_faults_are_told_together() -> None:
    event = {"event_id": 1, "type": "x", "tokens": 1.5, "colour": "red", "lines": [{"number": "1"}], "post": []}
    with pytest.raises(InvalidEvent) as told:
        scorer_of_one().apply(event)
    places = [fault.place for fault in told.value.faults]
    assert places == [
        "/event_id", "/type", "/tokens", "/colour", "/post", "/member_id", "/occurred_day", "/second", "/amount_minor",
        "/discount_minor", "/lines/0/number", "/lines/0/amount_minor", "/lines/0/discount_minor",
    ]  # fmt: skip


def scorer_of_one() -> Scorer:
    """A scorer of some programme, in memory."""
    return make(1, 20, 3).scorer(MemoryStore())


@pytest.mark.parametrize("what", BAD)
def test_nothing_is_applied(what: str) -> None:
    scorer = scorer_of_one()
    scorer.apply(GOOD)
    before = scorer.digest()
    change, _ = BAD[what]
    with pytest.raises(InvalidEvent):
        scorer.apply({**GOOD, "event_id": "e2", **change} if isinstance(change, dict) else change)
    assert scorer.digest() == before
    assert [event["event_id"] for event, _ in scorer.store.events()] == ["e1"]


TEXTS: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{'a': 1}", "not_json"),
    "empty": (b"", "not_json"),
    "two values": (b"{} {}", "not_json"),
    "a comma too many": (b'{"a": 1,}', "not_json"),
    "NaN": (b'{"amount_minor": NaN}', "number"),
    "infinity": (b'{"amount_minor": -Infinity}', "number"),
    "5,000 digits": (b'{"amount_minor": ' + b"9" * 5000 + b"}", "number"),
    "deep": (b"[" * 200_000, "too_deep"),
    "deep objects": (b'{"a":' * 100_000, "too_deep"),
    "repeated key": (b'{"tokens": 1, "tokens": 2}', "repeated_key"),
    "repeated key further in": (b'{"lines": [{"number": 1, "number": 1}]}', "repeated_key"),
    "no UTF-8": (b'{"member_id": "\xff"}', "not_utf8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not_utf8"),
    "a mark of byte order": (b'\xef\xbb\xbf{"a": 1}', "not_json"),
    "too long": (b'{"a": "' + b"a" * TEXT_MAX + b'"}', "too_large"),
}


@pytest.mark.parametrize("what", TEXTS)
def test_a_doubtful_text_is_refused(what: str) -> None:
    text, code = TEXTS[what]
    with pytest.raises(InvalidEvent) as told:
        parse(text)
    assert [fault.code for fault in told.value.faults] == [code]


@pytest.mark.parametrize("number", ["1e400", "1.0", "1E2", "-0.0"])
def test_a_number_with_a_point_or_an_exponent_is_no_whole_number(number: str) -> None:
    text = json.dumps({**GOOD, "lines": None}).replace('"amount_minor": 1000', f'"amount_minor": {number}')
    event = parse(text.encode())
    assert [fault.place for fault in faults_of(event)] == ["/amount_minor"]


def test_the_checks_know_the_published_fields() -> None:
    schema = schema_json()
    assert set(FIELDS) == set(schema["properties"])
    assert {name for name, field in FIELDS.items() if field.required} == set(schema["required"]) - {"recorded"}
    line, post = schema["properties"]["lines"]["items"], schema["properties"]["post"]
    for fields, body in ((LINE, line), (POST, post)):
        assert set(fields) == set(body["properties"])
        assert {name for name, field in fields.items() if field.required} == set(body["required"])


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 2**64), st.floats(), st.text(max_size=4),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["number", "tags", "public", "amount_minor"]), st.integers(0, 3), max_size=3),
    st.sampled_from(["order", "enrol", "invite", "2017-06-15", "0001-01-01", "#x"]),
)  # fmt: skip
EVENTS = st.dictionaries(st.sampled_from([*FIELDS, "colour"]), VALUES, max_size=6)


@PROFILE
@given(change=EVENTS)
def test_what_is_accepted_follows_the_published_schema(change: dict[str, Any]) -> None:
    event = {**GOOD, **change, "recorded": 1}
    if not faults_of(event):
        checked = {**event, "lines": event["lines"] or [], "post": event.get("post") or POSTED["post"]}
        jsonschema.validate(checked, schema_json())


@PROFILE
@given(event=st.one_of(EVENTS.map(lambda change: {**GOOD, **change}), st.recursive(VALUES, st.lists, max_leaves=5)))
def test_anything_at_all_is_answered(event: Any) -> None:
    """Either it is an event, and has an outcome, or it has faults and no effect."""
    scorer = scorer_of_one()
    try:
        reply = scorer.apply(event)
    except InvalidEvent as error:
        assert error.faults
        assert list(scorer.store.events()) == []
    else:
        assert json.dumps(reply.to_dict())
        assert len(list(scorer.store.events())) == 1


@pytest.mark.parametrize("what", BAD)
def test_the_short_look_lets_no_fault_pass(what: str) -> None:
    change, _ = BAD[what]
    assert plain_values({**GOOD, **change} if isinstance(change, dict) else change) is None


@PROFILE
@given(change=EVENTS, left_out=st.sampled_from([*FIELDS]))
def test_the_short_look_lets_nothing_pass_that_has_a_fault(change: dict[str, Any], left_out: str) -> None:
    event = {**GOOD, **change}
    for said in (event, {name: value for name, value in event.items() if name != left_out}):
        assert plain_values(said) is None or faults_of(said) == []


def test_the_short_look_is_enough_for_most_events() -> None:
    events = [event for seed in range(10) for event in make(seed, 100, 6).events]
    assert sum(plain_values(event) is not None for event in events) > 0.8 * len(events)


def test_the_payload_is_canonical() -> None:
    """Sorted keys, no spaces, nothing that is null, ASCII; how the event came does not count."""
    for seed in range(6):
        for event in make(seed, 60, 6, social=True).events:
            shuffled = {"recorded": 9, "source": "x", **dict(reversed(event.items())), "source_row": 3}
            said = {name: event[name] for name in FIELDS.keys() - ARRIVAL if event.get(name) is not None}
            for line in said.get("lines", ()):
                assert None not in line.values() or line["category"] is None
            plain = json.loads(json.dumps(said), object_pairs_hook=lambda p: {k: v for k, v in p if v is not None})
            assert Told(shuffled, Names()).payload == json.dumps(plain, sort_keys=True, separators=(",", ":"))


def test_an_event_changed_after_it_was_sent_stays_as_it_was_told() -> None:
    """What a store in memory keeps of an event is its own: lines, post and the event itself may be used again."""
    scorer = scorer_of_one()
    for number, one in enumerate((GOOD, {**GOOD, **POSTED})):
        event = json.loads(json.dumps({**one, "event_id": f"e{number}"}))
        sent = json.loads(json.dumps(event))
        scorer.apply(sent)
        part = sent["lines"][0] if number == 0 else sent["post"]
        part.clear()
        sent.clear()
        assert scorer.apply(event).status == "duplicate"
        said = list(scorer.store.events())[number][0]
        assert {name: said[name] for name in event if name not in ("lines", "post")}.items() <= event.items()
        assert bool(said["lines"] or said["post"])


def test_a_field_that_says_nothing_makes_no_other_event() -> None:
    scorer = scorer_of_one()
    scorer.apply(GOOD)
    lines = [GOOD["lines"][0], {**GOOD["lines"][1], "category": None}]
    assert scorer.apply({**GOOD, "lines": lines, "channel": None, "source": "elsewhere"}).status == "duplicate"
    assert scorer.apply({**GOOD, "lines": [*reversed(GOOD["lines"])]}).status == "conflict"


@pytest.mark.parametrize("colons", ["a:b", "::::", '":"', "\\:"])
def test_colons_in_texts_hide_no_repeated_key(colons: str) -> None:
    text = json.dumps({**GOOD, "event_id": colons})
    assert parse(text.encode())["event_id"] == colons
    with pytest.raises(InvalidEvent) as told:
        parse(text.replace('"tokens": 0', '"tokens": 0, "tokens": 1').encode())
    assert [fault.code for fault in told.value.faults] == ["repeated_key"]


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """The text of a good event with some bytes taken out, doubled or put in."""
    text = bytearray(json.dumps(GOOD).encode())
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text) - 1))
        put = draw(st.sampled_from([b"", b"1", b"-", b'"', b"{", b"[", b"\xff", b"e9"]))
        text[at : at + draw(st.integers(0, 3))] = put
    return bytes(text)


@PROFILE
@given(line=st.one_of(spoilt(), st.binary(max_size=60)))
def test_any_line_is_answered_with_a_line(line: bytes) -> None:
    scorer = scorer_of_one()
    status, text = commands.answer(scorer, 3, line)
    said = json.loads(text)
    assert said["status"] == status
    assert "\n" not in text
    if status == "invalid":
        assert said["line"] == 3
        assert said["faults"]
        assert list(scorer.store.events()) == []
