"""Bundles change while the service runs; a second one scores in the shadow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rewardsim.export.tree import complete, content_of, origin_of
from rewardsim.export.writing import write_bundle
from rewardsim.programme import load_programme
from rewardsim.scoring import MemoryStore
from rewardsim.service.serving import open_bundle
from service.database import until
from service.shop import REWARD_MI, Client, event, order, sample, service

TEA_CLUB = REWARD_MI.with_name("tea-club.toml")
COUPON = """[[exchange]]
id = "coupon-5000"
kind = "coupon"
tokens = 50_000
value = "5000.00"
categories = ["accessory"]
valid_days = 90
transferable = false
reversible = false
"""
RATE = 'rate = { tokens = 1, per = "10.00" }'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Bundles: the programme, one that earns twice as much, one that reads states otherwise, another, a broken one."""
    made = tmp_path / "bundles"
    made.mkdir()
    text = REWARD_MI.read_text()
    assert RATE in text
    (made / "usual.toml").write_text(text)
    (made / "double.toml").write_text(text.replace(RATE, RATE.replace("tokens = 1", "tokens = 2"), 1))
    (made / "tea.toml").write_text(TEA_CLUB.read_text())
    (made / "broken.toml").write_text(text.replace('per = "10.00"', 'per = "0"'))
    (tmp_path / "outside.toml").write_text(text)
    return made


def load(client: Client, name: str) -> Any:
    return client.post("/bundles/load", json={"path": name})


def test_a_bundle_takes_over_and_gives_back(tmp_path: Path, folder: Path) -> None:
    with service(f"sqlite:{tmp_path}/store.db", folder / "usual.toml", bundles=folder) as client:
        first = client.events(order("a")).json()
        changed = load(client, "double.toml").json()
        second = client.events(order("b")).json()
        assert (first["applied"], second["applied"]) == (1000, 2000)
        assert changed["before"]["hash"] == first["bundle"] != second["bundle"] == changed["now"]["hash"]
        assert client.post("/bundles/rollback").json() == {"now": changed["before"], "before": changed["now"]}
        assert client.events(order("c")).json()["applied"] == 1000
        assert client.events(order("b")).json()["status"] == "duplicate"
        rows = client.get("/members/M1/explain").json()["rows"]
        assert [row["bundle"] for row in rows[1:]] == [first["bundle"], second["bundle"], first["bundle"]]
        assert 'rewardsim_bundle_changes_total{how="rollback"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize(
    ("name", "code"),
    [("tea.toml", "other_programme"), ("broken.toml", None), ("../outside.toml", "no_bundle"), ("x", "no_bundle")],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(
    tmp_path: Path, folder: Path, name: str, code: str | None
) -> None:
    with service(f"sqlite:{tmp_path}/store.db", folder / "usual.toml", bundles=folder) as client:
        before = client.get("/bundles").json()
        said = load(client, name)
        assert said.status_code == 409, said.text
        assert code is None or code in {error["code"] for error in said.json()["errors"]}
        assert said.json()["errors"]
        assert client.get("/bundles").json() == before
        assert client.events(order("a")).json()["applied"] == 1000


def test_no_state_is_given_back_to_a_bundle_that_cannot_read_it(tmp_path: Path, folder: Path) -> None:
    head, _, rest = REWARD_MI.read_text().partition("[expiry]")
    (folder / "more.toml").write_text(f"{head}{COUPON}[expiry]{rest}")
    with service(f"sqlite:{tmp_path}/store.db", folder / "usual.toml", bundles=folder) as client:
        client.events(order("a"))
        assert load(client, "more.toml").status_code == 200
        said = client.post("/bundles/rollback")
        assert said.status_code == 409
        assert {error["code"] for error in said.json()["errors"]} <= {"other_shape", "older_bundle"}
        assert client.events(order("b")).json()["status"] == "applied"


def test_no_bundle_is_loaded_without_a_folder_or_given_back_without_one(tmp_path: Path) -> None:
    with service(f"sqlite:{tmp_path}/store.db") as client:
        assert load(client, "usual.toml").json()["errors"][0]["code"] == "no_folder"
        assert client.post("/bundles/rollback").json()["errors"][0]["code"] == "no_bundle"
        assert client.faults({"path": 1}, "/bundles/load") == {"#/path": "path"}


def told(client: Client) -> dict[str, Any]:
    """The report, once nothing waits."""
    shadow = client.service.shadow
    assert shadow is not None
    until(shadow.idle)
    report: dict[str, Any] = client.get("/shadow").json()
    return report


def test_the_same_bundle_in_the_shadow_shows_no_difference(tmp_path: Path) -> None:
    beside = (REWARD_MI, f"sqlite:{tmp_path}/shadow.db")
    with service(f"sqlite:{tmp_path}/store.db", shadow=beside) as client:
        client.events([order("a"), event("deliver", "b", order_id="order of a"), order("a"), order("c", member="M2")])
        client.post("/settle", json={"day": "2017-08-01"})
        said = told(client)
        assert (said["scored"], said["same"], said["different"], said["failed"]) == (3, 3, 0, 0)
        assert said["latest"] == []


def test_another_bundle_in_the_shadow_is_reported_and_has_no_effect(tmp_path: Path, folder: Path) -> None:
    beside = (folder / "double.toml", f"sqlite:{tmp_path}/shadow.db")
    with service(f"sqlite:{tmp_path}/store.db", shadow=beside) as client:
        assert client.events(order("a")).json()["applied"] == 1000
        client.events(event("deliver", "b", order_id="nobody's"))
        said = told(client)
        assert (said["same"], said["different"]) == (0, 2)
        assert said["kinds"] == {
            "outcome": 0, "tokens": 1, "entries": 1, "notes": 0, "balances": 2, "tier": 0, "failed": 0
        }  # fmt: skip
        assert {row["event_id"] for row in said["latest"]} == {"a", "b"}
        assert client.get("/shadow", params={"kind": "tokens"}).json()["latest"] == [
            {
                "event_id": "a",
                "kind": "tokens",
                "answered": {"desired": 1000, "applied": 1000, "proposed": 0},
                "shadow": {"desired": 2000, "applied": 2000, "proposed": 0},
            }
        ]
        assert client.get("/shadow", params={"kind": "colour"}).status_code == 422
        assert 'rewardsim_shadow_differences_total{kind="balances"} 2.0' in client.get("/metrics").text


def test_a_shadow_that_fails_disturbs_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with service(f"sqlite:{tmp_path}/store.db", shadow=(REWARD_MI, f"sqlite:{tmp_path}/shadow.db")) as client:
        shadow = client.service.shadow
        assert shadow is not None

        def fails(event: Any) -> None:
            raise ArithmeticError

        monkeypatch.setattr(shadow.scorer, "apply", fails)
        assert client.events(order("a")).status_code == 200
        said = told(client)
        assert (said["failed"], said["latest"][0]["shadow"]) == (1, ["ArithmeticError"])
        assert client.events(order("b")).status_code == 200


def write(programme: Path, out: Path, version: str) -> Path:
    """An exported bundle of a programme, with one vector, so that it can be served."""
    origin = origin_of(load_programme(programme))
    reply = open_bundle(programme).bind(MemoryStore()).apply(order("v")).to_dict()
    steps: list[dict[str, Any]] = [
        {"story": "one", "about": "an order", "pools": []},
        {"event": order("v"), "reply": {**reply}},
    ]
    del steps[1]["reply"]["bundle"]
    vectors = {"vectors/one.jsonl": "".join(json.dumps(step) + "\n" for step in steps).encode()}
    write_bundle(complete(content_of(origin, vectors), origin, version), out)
    return out


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_exported_bundles_bring_their_own_code(
    kind: str, tmp_path: Path, folder: Path, request: pytest.FixtureRequest
) -> None:
    first = write(folder / "usual.toml", folder / "first.pyz", "1.0.0")
    write(folder / "double.toml", folder / "second", "1.1.0")
    url = f"sqlite:{tmp_path}/store.db" if kind == "sqlite" else request.getfixturevalue("database")
    with service(url, first, bundles=folder) as client:
        assert client.events(order("a")).json()["applied"] == 1000
        assert load(client, "second").json()["now"]["version"] == "1.1.0"
        assert client.events(order("b")).json()["applied"] == 2000
        assert client.events(order("a")).json()["status"] == "duplicate"
        assert client.faults({**order("c"), "tokens": 1.5}) == {"#/tokens": "value"}
        assert client.events(order("b", 5)).status_code == 409
        basket = {name: order("q")[name] for name in ("member_id", "occurred_day", "second", "amount_minor", "channel")}
        assert client.post("/quote", json={**basket, "discount_minor": 0}).json()["earn"]["tokens"] == 2000
        assert client.get("/members/M1").json()["balances"]["pending"] == 3000
        assert len(client.get("/members/M1/explain").json()["rows"]) == 3
        assert client.get("/members/nobody").status_code == 404
        assert client.post("/settle", json={"day": "2017-08-01"}).status_code == 200
        package = client.service.serving.now.bundle.code.package
        assert type(client.service.serving.now.scorer).__module__.startswith(package + ".")
        (folder / "second" / "names.json").write_text("{}")
        assert load(client, "second").status_code == 409
        assert client.post("/bundles/rollback").json()["now"]["version"] == "1.0.0"
        assert load(client, "usual.toml").status_code == 200


def test_two_bundles_side_by_side(tmp_path: Path, folder: Path) -> None:
    first = write(folder / "usual.toml", folder / "first.pyz", "1.0.0")
    second = write(folder / "double.toml", folder / "second.pyz", "1.1.0")
    with service(f"sqlite:{tmp_path}/store.db", first, shadow=(second, f"sqlite:{tmp_path}/shadow.db")) as client:
        client.events([order("a"), order("b", member="M2")])
        assert told(client)["kinds"]["tokens"] == 2


def test_draws_are_held_by_their_secrets_under_every_bundle(tmp_path: Path, folder: Path) -> None:
    events = json.loads(sample("three-phases.csv"))
    winners = []
    for k, secret in enumerate((b"one" * 11, b"two" * 11)):
        with service(f"sqlite:{tmp_path}/store{k}.db", folder / "usual.toml", bundles=folder) as client:
            client.service.serving.keep_secrets({"rewardmi-launch": secret})
            assert load(client, "double.toml").status_code == 200
            assert client.service.serving.now.scorer.secrets == {"rewardmi-launch": secret}
            for first in range(0, len(events), 100):
                client.events(events[first : first + 100])
            client.post("/settle", json={"day": "2018-12-31"})
            won = [note for note in client.service.serving.now.scorer.store.journals() if note["kind"] == "draw_won"]
            winners.append(sorted((note["member_id"], note["number"]) for note in won))
    assert len(winners[0]) == len(winners[1]) > 0
    assert winners[0] != winners[1]


def test_a_bundle_that_is_let_go_of_closes_its_file(tmp_path: Path, folder: Path) -> None:
    """Of thirteen, at the store are the one that serves, the one before, and what a worker held last."""
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("open files cannot be listed on this system")
    store = tmp_path / "store.db"

    def held() -> int:
        links = [link.readlink() for link in list(descriptors.iterdir()) if link.is_symlink()]
        return sum(link == store for link in links)

    with service(f"sqlite:{store}", folder / "usual.toml", bundles=folder) as client:
        for number in range(6):
            assert load(client, ("double.toml", "usual.toml")[number % 2]).status_code == 200
            assert client.events(order(str(number))).status_code == 200
            client.service.serving.reload()
        assert held() <= 4
        assert client.events(order("after")).json()["status"] == "applied"
    assert held() == 0
