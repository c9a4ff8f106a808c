"""What the service answers: to events, quotes and questions, and to everything else that is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rewardsim.scoring import MemoryStore
from rewardsim.service.app import Limits
from rewardsim.service.audit import contradictions
from rewardsim.service.keys import Key, Keys, hash_of
from rewardsim.service.serving import open_bundle
from service.shop import REWARD_MI, Client, event, order, sample, service

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with service(f"sqlite:{tmp_path}/store.db") as made:
        yield made


def test_an_event_happens_once(client: Client) -> None:
    first, again = client.events(order("a")), client.events(order("a"))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["status"] == "applied"
    assert first.json()["balances"] == {"pending": 1000, "available": 50, "held": 0, "debt": 0}
    assert again.json() == {**first.json(), "status": "duplicate", "first": "applied"}
    other = client.events(order("a", 2_000_000))
    assert (other.status_code, other.json()["status"]) == (409, "conflict")
    assert client.get("/members/M1").json()["events"] == 1


def test_a_rejection_is_an_answer(client: Client) -> None:
    said = client.events(event("cancel", "c", order_id="nobody's"))
    assert (said.status_code, said.json()["status"]) == (200, "unknown_order")
    assert client.events(event("cancel", "c", order_id="nobody's")).json()["first"] == "unknown_order"


def test_a_batch_is_answered_in_its_order(client: Client) -> None:
    said = client.events([order("a"), event("deliver", "b", order_id="order of a"), order("a")])
    assert [reply["status"] for reply in said.json()["replies"]] == ["applied", "applied", "duplicate"]
    assert client.get("/members/M1").json()["balances"]["available"] == 1050


def test_a_batch_with_a_fault_is_refused_as_a_whole(client: Client) -> None:
    found = client.faults([order("a"), {**order("b"), "amount_minor": 1.5, "chanel": "x"}, {**order("c"), "type": "x"}])
    assert found == {"#/1/amount_minor": "value", "#/1/chanel": "unknown_key", "#/2/type": "value"}
    assert client.get("/members/M1").status_code == 404


@pytest.mark.parametrize("name", ["reward-mi-events.csv", "three-phases.csv"])
def test_a_sample_over_http_is_the_sample_replayed(client: Client, name: str) -> None:
    events = json.loads(sample(name))
    offline = open_bundle(REWARD_MI).bind(MemoryStore())
    expected = [offline.apply(event).status for event in events]
    replies = []
    for first in range(0, len(events), 50):
        replies += client.events(events[first : first + 50]).json()["replies"]
    assert [reply["status"] for reply in replies] == expected
    scorer = client.service.serving.now.scorer
    assert scorer.digest() == offline.digest()
    assert contradictions(scorer.store) == []


def test_a_quote_is_what_then_happens_and_leaves_nothing(client: Client) -> None:
    client.events([order("a"), event("deliver", "b", order_id="order of a")])
    before = client.get("/members/M1").json()
    basket = {"member_id": "M1", "occurred_day": "2017-07-05", "second": 1, "amount_minor": 333_300}
    basket |= {"discount_minor": 0, "channel": "mi.com", "tokens": 100}
    said = client.post("/quote", json=basket).json()
    assert client.get("/members/M1").json() == before
    assert said["may_redeem"] == {"outcome": "applied", "tokens": 1050, "value_minor": 10_500}
    took = client.events(
        event("redeem", "r", day="2017-07-05", amount_minor=333_300, tokens=100, order_id="order of q")
    )
    assert said["redeem"] == {"outcome": "applied", "desired": 100, "applied": took.json()["applied"]}
    done = client.events(order("q", 333_300, day="2017-07-05")).json()
    assert said["earn"]["tokens"] == done["applied"] > 0
    assert said["after"]["balances"] == done["balances"]


def test_a_quote_for_a_stranger_and_for_another_day(client: Client) -> None:
    client.events(order("a", member="M2", day="2017-07-01"))
    basket = {"member_id": "new", "occurred_day": "2017-08-05", "second": 1, "amount_minor": 10_000_000}
    basket |= {"discount_minor": 0, "channel": "mi.com"}
    said = client.post("/quote", json=basket).json()
    assert said["earn"]["tokens"] == 10_050
    assert said["may_redeem"]["tokens"] == 0
    assert client.get("/members/new").status_code == 404
    assert client.get("/health").json()["day"] == "2017-07-01"
    assert client.faults({**basket, "event_id": "x", "occurred_day": "2017-02-30"}, "/quote") == {
        "#/event_id": "unknown_key",
        "#/occurred_day": "value",
    }


def test_a_member_is_explained_page_by_page(client: Client) -> None:
    client.events([order(f"o{k}", 100_000 * (k + 1)) for k in range(5)])
    rows, after = [], 0
    while after is not None:
        page = client.get("/members/M1/explain", params={"after": after, "limit": 2}).json()
        assert len(page["rows"]) <= 2
        rows += page["rows"]
        after = page["next"]
    assert [row["line"] for row in rows] == list(range(6))
    assert [row["rule"] for row in rows[:2]] == ["earning.welcome", "earning.purchase"]
    assert rows[1]["event_id"] == "o0"
    assert client.get("/members/M1/explain", params={"of": "notes"}).json()["rows"] == []
    assert client.get("/members/nobody/explain").status_code == 404
    assert client.get("/members/M1/explain", params={"limit": 501}).status_code == 422


def test_settling_is_safe_twice_and_never_ahead(client: Client) -> None:
    client.events(order("a"))
    said = [client.post("/settle", json={"day": "2017-07-03"}) for _ in range(2)]
    assert [answer.status_code for answer in said] == [200, 200]
    assert client.faults({"day": "2019-01-03"}, "/settle") == {"#/day": "future"}
    assert client.faults({"day": "2017-07-03", "then": 1}, "/settle") == {"#/day": "day"}
    assert client.faults(order("b", day="2019-01-03")) == {"#/occurred_day": "future"}
    assert client.events(order("c", day="2019-01-02")).status_code == 200


HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not_json"),
    "no json": (b"{", "not_json"),
    "two values": (b"{} {}", "not_json"),
    "not utf-8": (b'{"a": "\xff"}', "not_utf8"),
    "not a number": (b'{"amount_minor": NaN}', "number"),
    "infinity": (b'{"amount_minor": -Infinity}', "number"),
    "a number without end": (b'{"amount_minor": ' + b"9" * 100_000 + b"}", "number"),
    "a key twice": (b'{"type": "order", "type": "return"}', "repeated_key"),
    "deep lists": (b"[" * 100_000, "too_deep"),
    "deep objects": (b'{"a":' * 5000 + b"1" + b"}" * 5000, "too_deep"),
    "brackets in a text": (b'{"' + b"[" * 50 + b'": 1}', "unknown_key"),
    "a float": (b'{"second": 1.0}', "value"),
    "a truth": (b'{"second": true}', "value"),
    "beyond 64 bits": (b'{"tokens": 9223372036854775808}', "value"),
    "half a character": (b'{"member_id": "\\ud800"}', "value"),
    "not composed": ('{"member_id": "e\u0301"}'.encode(), "value"),
    "a null byte": (b'{"member_id": "a\\u0000b"}', "value"),
    "a text": (b'"event"', "type"),
    "an empty list": (b"[]", "batch"),
    "too many": (b"[" + b",".join([b"{}"] * 101) + b"]", "batch"),
    "a list of lists": (b"[[]]", "type"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_event_is_told_precisely_and_does_nothing(client: Client, what: str) -> None:
    text, code = HOSTILE[what]
    assert code in client.faults(text).values()
    assert client.service.serving.now.scorer.store.run("SELECT count(*) FROM events")[0][0] == 0


def test_other_requests_are_refused(client: Client) -> None:
    small = client.post("/events", content=b"{}", headers={"Content-Type": "text/plain"})
    large = client.post("/events", content=b" " * (1 << 20) + b"{}", headers=JSON)
    parts = client.post("/events", content=(b" " * 100_000 for _ in range(12)), headers=JSON)
    lied = client.post("/events", content=b"{}", headers={**JSON, "Content-Length": "9" * 30})
    assert [answer.status_code for answer in (small, large, parts, lied)] == [415, 413, 413, 413]
    assert client.get("/nothing").status_code == 404
    assert client.get("/events").status_code == 405
    for answer in (small, large, parts, lied, client.get("/nothing"), client.get("/events")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json()) == {"type", "title", "status", "detail", "errors"}
    assert client.get("/members/" + "x" * 200).status_code == 422
    assert client.get("/members/a%00b").status_code == 404


def keyed(**roles: str) -> Keys:
    return Keys([Key(name, (role,), hash_of(f"key of {name}")) for name, role in roles.items()])


def test_keys_open_what_their_roles_say(tmp_path: Path) -> None:
    keys = keyed(till="score", desk="read", boss="admin")
    asked: list[tuple[str, str, Any]] = [
        ("POST", "/events", order("a")),
        ("GET", "/members/M1", None),
        ("POST", "/settle", {"day": "2017-07-03"}),
    ]
    with service(f"sqlite:{tmp_path}/store.db", keys=keys) as client:

        def status(name: str) -> list[int]:
            headers = {"Authorization": f"Bearer key of {name}"} if name else {}
            return [client.request(*one[:2], json=one[2], headers=headers).status_code for one in asked]

        assert status("") == status("nobody") == [401, 401, 401]
        assert status("till") == [200, 403, 403]
        assert status("desk") == [403, 200, 403]
        assert status("boss") == [200, 200, 200]
        assert client.get("/health").status_code == 200
        assert client.get("/metrics").status_code == 401
        assert "key of" not in client.log.getvalue()


def test_a_key_that_asks_too_often_waits(tmp_path: Path) -> None:
    limits = Limits(rate=0.5, burst=3)
    with service(f"sqlite:{tmp_path}/store.db", keys=keyed(one="admin", two="admin"), limits=limits) as client:
        ask = [client.get("/bundles", headers={"Authorization": "Bearer key of one"}) for _ in range(5)]
        assert [answer.status_code for answer in ask] == [200, 200, 200, 429, 429]
        assert 1 <= int(ask[3].headers["retry-after"]) <= 2
        assert client.get("/bundles", headers={"Authorization": "Bearer key of two"}).status_code == 200


def test_every_event_of_a_batch_counts(tmp_path: Path) -> None:
    limits = Limits(rate=0.5, burst=10)
    with service(f"sqlite:{tmp_path}/store.db", limits=limits) as client:
        batch = [order(f"a{number}", member=f"A{number}") for number in range(6)]
        assert client.events(batch).status_code == 200
        refused = client.events([order(f"b{number}", member=f"B{number}") for number in range(6)])
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 4
        assert client.events(batch[:4]).status_code == 200  # what is left of ten
        assert client.events(order("c")).status_code == 429
        assert client.service.serving.now.scorer.store.find("B0") == -1  # nothing was applied


def test_a_batch_larger_than_the_burst_waits_for_a_full_bucket(tmp_path: Path) -> None:
    with service(f"sqlite:{tmp_path}/store.db", limits=Limits(rate=0.01, burst=3)) as client:
        assert client.events([order(f"a{number}") for number in range(5)]).status_code == 200
        for answer in (client.events(order("b")), client.get("/members/M1"), client.post("/quote", json={})):
            assert answer.status_code == 429  # two in debt, and one to have: 300 seconds
        assert 200 < int(client.events(order("b")).headers["retry-after"]) <= 300


def test_metrics_count_and_logs_name_nobody(client: Client) -> None:
    client.events([order("secret-event", member="secret-member"), order("b", member="secret-member")])
    client.get("/members/secret-member")
    client.events({"member_id": "secret-member"})
    text = client.get("/metrics").text
    assert 'rewardsim_events_total{outcome="applied"} 2.0' in text
    assert 'rewardsim_requests_total{route="/members/{member_id}",status="200"} 1.0' in text
    lines = [json.loads(line) for line in client.log.getvalue().splitlines()]
    assert [line["status"] for line in lines if line["event"] == "request"] == [200, 200, 422, 200]
    assert "secret" not in client.log.getvalue()
    assert len({line["member"] for line in lines if "member" in line}) == 1


def test_a_service_that_stops_takes_nothing_new(client: Client) -> None:
    client.service.stopping = True
    said = client.events(order("a"))
    assert said.status_code == 503
    assert said.headers["retry-after"] == "1"
    assert client.get("/health/live").status_code == 200
    assert client.get("/health").status_code == 503
    client.service.stopping = False
    assert client.get("/members/M1").status_code == 404


def test_a_fault_of_ours_is_answered_and_logged_without_data(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(event: Any) -> None:
        raise RuntimeError(f"with {event}")

    monkeypatch.setattr(client.service.serving.now.scorer, "apply", broken)
    said = client.events(order("a"))
    assert (said.status_code, said.json()["errors"]) == (500, [])
    (line,) = [json.loads(line) for line in client.log.getvalue().splitlines() if '"failed"' in line]
    assert line["error"] == "RuntimeError"
    assert "M1" not in client.log.getvalue()
