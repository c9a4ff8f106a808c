"""A shop with a programme: events in JSON, the shipped samples, and the service in this process."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from rewardsim.service.app import Limits, Service, create_app
from rewardsim.service.keys import Keys
from rewardsim.service.logs import Log
from rewardsim.service.serving import Place, Serving, open_bundle
from rewardsim.service.shadow import Shadow

ROOT = Path(__file__).parents[2]
REWARD_MI = ROOT / "data" / "programmes" / "reward-mi.toml"
SAMPLES = ROOT / "data" / "samples"
TODAY = date(2019, 1, 1).toordinal() - date(1970, 1, 1).toordinal()


def event(kind: str, name: str, member: str = "M1", day: str = "2017-07-01", **said: Any) -> dict[str, Any]:
    """An event of one member."""
    plain = {"event_id": name, "type": kind, "member_id": member, "occurred_day": day, "second": 10}
    return {**plain, "amount_minor": 0, "discount_minor": 0, "tokens": 0, **said}


def order(
    name: str, amount: int = 1_000_000, member: str = "M1", day: str = "2017-07-01", **said: Any
) -> dict[str, Any]:
    """An order through a channel that earns."""
    said = {"order_id": f"order of {name}", "channel": "mi.com", **said}
    return event("order", name, member, day, amount_minor=amount, **said)


@cache
def sample(name: str) -> str:
    """The events of a shipped sample in order of occurrence, as JSON."""
    from rewardsim.transactions import import_transactions, load_mapping

    mapping = load_mapping(ROOT / "data" / "mappings" / "generic.toml")
    rows = import_transactions(SAMPLES / name, mapping).events.to_pylist()
    return json.dumps([_plain(row) for row in rows])


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


class Client(TestClient):
    """A client of a service in this process."""

    service: Service
    log: io.StringIO

    def events(self, said: Any, **options: Any) -> Any:
        """Send an event or a batch; return the answer."""
        return self.post("/events", json=said, **options)

    def faults(self, said: Any, where: str = "/events") -> dict[str, str]:
        """The codes of what is wrong with a body, by pointer."""
        text = said if isinstance(said, bytes | str) else json.dumps(said)
        answer = self.post(where, content=text, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


@contextmanager
def service(
    url: str,
    path: Path = REWARD_MI,
    *,
    keys: Keys | None = None,
    limits: Limits | None = None,
    bundles: Path | None = None,
    shadow: tuple[Path, str] | None = None,
) -> Iterator[Client]:
    """A service of a programme on a store, and a client of it."""
    place, beside = Place(url, 4), Place(shadow[1], 1) if shadow else None
    log = io.StringIO()
    made = Service(
        Serving(place, path, bundles, lambda zone: lambda: TODAY),
        keys,
        limits=limits or Limits(rate=1e6, burst=1e6),
        log=Log(log),
    )
    if shadow and beside:
        second = open_bundle(shadow[0])
        made.shadow = Shadow(second.bind(beside.store(second.code)), made.metrics)
    try:
        with Client(create_app(made), raise_server_exceptions=False) as client:
            client.service, client.log = made, log
            yield client
    finally:
        place.close()
        if beside:
            beside.close()
