"""How fast the service is over PostgreSQL, beside the bare database and a stateless rules engine.

    python tests/bench/service.py [--events 4000] [--clients 4]

Rows: the service over HTTP; the scorer at the same database without HTTP; the very same statements
without any rule, recorded from the scorer and sent again; the scorer in memory; and, where the
package zen-engine is installed, a stateless airline-points graph, which keeps no balance, no
ledger and no idempotency, as a point of reference for the time of a decision. The database
makes every commit durable (fsync on). Every client works on members of its own.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
for folder in (HERE.parent, HERE.parent.parent):
    sys.path.insert(0, str(folder))

GRAPH = HERE / "peers" / "airline_points.json"
ZEN_EVENTS = 20_000


def main() -> None:
    """Run all contenders and print a table."""
    options = _options()
    if options.contender:
        CONTENDERS[options.contender](options)
        return
    from service.database import Server

    server = Server(fsync="on", shared_buffers="256MB")
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows = _rows(options, server, Path(folder))
    finally:
        server.close()
    _print(options, rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=4_000)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--members", type=int, default=400)
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("--where", default="", help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _rows(options: argparse.Namespace, server: Any, folder: Path) -> list[tuple[str, float, list[float]]]:
    from service.running import Running

    parts = _parts(options)
    for k, part in enumerate(parts):
        (folder / f"events-{k}.json").write_text(json.dumps(part))
    running = Running(server.database(), "--any-day", "--workers", str(options.clients))
    try:
        rows = [("service over HTTP", *_together(options, folder, "http", str(running.port)))]
    finally:
        running.end()
    rows.append(("scorer at the database", *_together(options, folder, "direct", _ready(server.database()))))
    rows.append(
        ("the same statements, no rules", *_together(options, folder, "bare", _recorded(server, folder, parts)))
    )
    rows.append(("scorer in memory, with JSON (1 process)", *_in_memory([event for part in parts for event in part])))
    zen = _zen()
    return [*rows, ("zen-engine, stateless graph (1 process)", *zen)] if zen else rows


def _parts(options: argparse.Namespace) -> list[list[dict[str, Any]]]:
    """Orders and deliveries in turn, each client with members of its own."""
    parts: list[list[dict[str, Any]]] = [[] for _ in range(options.clients)]
    for k in range(options.events // 2):
        part = parts[k % options.clients]
        member = f"M{k % options.clients}-{k // options.clients % max(1, options.members // options.clients)}"
        plain = {
            "member_id": member,
            "occurred_day": "2017-07-01",
            "discount_minor": 0,
            "tokens": 0,
            "order_id": f"o{k}",
        }
        amount = 100_000 + k * 37 % 900_000
        part.append(
            {**plain, "event_id": f"o{k}", "type": "order", "second": 1, "amount_minor": amount, "channel": "mi.com"}
        )
        part.append({**plain, "event_id": f"d{k}", "type": "deliver", "second": 2, "amount_minor": 0})
    return parts


def _together(options: argparse.Namespace, folder: Path, contender: str, where: str) -> tuple[float, list[float]]:
    """Let every client work at once; return the events a second and the time of each."""
    said = [sys.executable, __file__, "--contender", contender, "--where", where, "--work"]
    clients = [
        subprocess.Popen(
            [*said, str(folder / f"events-{k}.json")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for k in range(options.clients)
    ]
    for client in clients:
        assert client.stdout is not None
        assert client.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for client in clients:
        assert client.stdin is not None
        client.stdin.write("go\n")
        client.stdin.flush()
    told = [json.loads(client.communicate()[0]) for client in clients]
    spent = time.perf_counter() - began
    times = [one for part in told for one in part]
    return len(times) / spent, times


def _timed(act: Callable[[Any], Any], work: Iterable[Any]) -> None:
    """Do the work when told to, and print how long each part took."""
    print("ready", flush=True)
    sys.stdin.readline()
    times = []
    for one in work:
        began = time.perf_counter()
        act(one)
        times.append(time.perf_counter() - began)
    print(json.dumps(times))


def _http(options: argparse.Namespace) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(options.where))
    headers = {"Content-Type": "application/json"}

    def send(text: bytes) -> None:
        connection.request("POST", "/events", text, headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()

    _timed(send, [json.dumps(event).encode() for event in json.loads(options.work.read_text())])
    connection.close()


def _scorer(where: str) -> Any:
    from service.shop import REWARD_MI

    from rewardsim.service.serving import Place, open_bundle

    bundle = open_bundle(REWARD_MI)
    return bundle.bind(Place(where, 1).store(bundle.code))


def _direct(options: argparse.Namespace) -> None:
    _timed(_scorer(options.where).apply, json.loads(options.work.read_text()))


def _ready(url: str) -> str:
    _scorer(url).store.close()
    return url


def _recorded(server: Any, folder: Path, parts: list[list[dict[str, Any]]]) -> str:
    """Record what the scorer sends for every event; return a database in which the same can be sent again."""
    scorer, fresh = _scorer(server.database()), _scorer(server.database())
    store = scorer.store
    run, said = store.run, []

    def recording(text: str, *values: Any) -> Any:
        found = run(text, *values)
        said.append((text, values, found[0][0] if text.startswith("INSERT INTO events") else None))
        if text.startswith(("INSERT INTO members", "INSERT INTO orders")):
            fresh.store.run(text, *values)  # the same numbers there
        return found

    store.run = recording
    for k, part in enumerate(parts):
        lists = []
        for event in part:
            said.clear()
            scorer.apply(event)
            lists.append(list(said))
        (folder / f"events-{k}.json").write_text(json.dumps(lists))
    store.close()
    fresh.store.close()
    return str(fresh.store._pool._url)


def _bare(options: argparse.Namespace) -> None:
    import psycopg

    from rewardsim.scoring import schema
    from rewardsim.service.postgres import SHARED, in_postgres

    places = {schema.ANSWER: -1, schema.NEW_ENTRY: 2, schema.OUT: 1}  # where a statement names the event's number
    connection = psycopg.connect(options.where, autocommit=True)
    cursor = connection.cursor()

    def send(statements: list[Any]) -> None:
        number = None
        connection.execute(SHARED)
        for text, values, given in statements:
            if text in places:
                values[places[text]] = number
            words, rows = in_postgres(text)
            cursor.execute(words, values)
            found = cursor.fetchall() if rows else []
            if given is not None:
                number = found[0][0]
        connection.execute("COMMIT")

    _timed(send, json.loads(options.work.read_text()))
    connection.close()


def _in_memory(events: list[dict[str, Any]]) -> tuple[float, list[float]]:
    from service.shop import REWARD_MI

    from rewardsim.scoring import MemoryStore
    from rewardsim.scoring.reading import parse
    from rewardsim.service.serving import open_bundle

    scorer = open_bundle(REWARD_MI).bind(MemoryStore())
    return _alone(
        lambda text: json.dumps(scorer.apply(parse(text)).to_dict()), [json.dumps(e).encode() for e in events]
    )


def _zen() -> tuple[float, list[float]] | None:
    try:
        import zen
    except ModuleNotFoundError:
        return None
    decision = zen.ZenEngine().create_decision(GRAPH.read_text())
    flights = [
        {
            "flight": {"cabin": ["economy", "business", "first"][k % 3], "fare": 100 + k % 900},
            "tier": ["base", "gold"][k % 2],
        }
        for k in range(ZEN_EVENTS)
    ]
    assert decision.evaluate(flights[1])["result"]["points"] == 101 * 2 * 2
    return _alone(decision.evaluate, flights)


def _alone(act: Callable[[Any], Any], work: list[Any]) -> tuple[float, list[float]]:
    times, began = [], time.perf_counter()
    for one in work:
        start = time.perf_counter()
        act(one)
        times.append(time.perf_counter() - start)
    return len(work) / (time.perf_counter() - began), times


def _print(options: argparse.Namespace, rows: list[tuple[str, float, list[float]]]) -> None:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{options.events:,} events, {options.clients} clients; {os.cpu_count()} cores, load average {load}")
    print(f"Python {platform.python_version()}")
    print(f"{'':<42}{'events/s':>10}{'p50 ms':>10}{'p99 ms':>10}")
    for name, rate, times in rows:
        ordered = sorted(times)
        p50, p99 = (1000 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
        print(f"{name:<42}{rate:>10,.0f}{p50:>10.3f}{p99:>10.3f}")


CONTENDERS = {"http": _http, "direct": _direct, "bare": _bare}

if __name__ == "__main__":
    main()
