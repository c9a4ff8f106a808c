"""Which bundle answers: loaded, tested and bound to the store before it takes over, and given back on request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from weakref import WeakSet

from rewardsim.scoring import Fault, ScoringError, StoreRefused

from .code import HOUSE, Code
from .pool import Pool
from .postgres import postgres_store
from .trial import Glass

POSTGRES = ("postgresql", "postgres")
ALLOWED = "postgresql://USER@HOST/DATABASE or sqlite:FILE"


class Place:
    """Where members are kept; every bundle gets a store of its own code there."""

    def __init__(self, url: str, connections: int = 8, wait_s: float = 10.0) -> None:
        kind, _, rest = url.partition(":")
        if not rest or kind not in (*POSTGRES, "sqlite"):
            shown = url if "@" not in url else urlsplit(url).scheme + ":..."
            raise ScoringError([Fault("bad_store", "--store", shown, ALLOWED, "name a store")])
        self._file = rest if kind == "sqlite" else None
        self._pool = Pool(url, connections, wait_s) if kind != "sqlite" else None
        self._open: WeakSet[Any] = WeakSet()  # who still serves, or answers; the rest are closed as they are let go of

    def store(self, code: Code = HOUSE) -> Any:
        """Return a store that works with somebody's code."""
        if self._pool is not None:
            return postgres_store(code)(self._pool)
        store = code("scoring").SqliteStore(self._file)
        self._open.add(store)
        return store

    def close(self) -> None:
        """Let go of everything."""
        if self._pool is not None:
            self._pool.close()
        for store in list(self._open):
            store.close()


class Bundle(NamedTuple):
    """A bundle or a programme file, ready to be bound to a store."""

    path: Path
    hash: str
    version: str
    code: Code
    bind: Callable[..., Any]  # (store, **options) -> scorer
    timezone: str


class Served(NamedTuple):
    """A bundle bound to a store."""

    bundle: Bundle
    scorer: Any

    @property
    def glass(self) -> Glass:
        """The scorer, to be looked at only."""
        return Glass(self.bundle.code, self.scorer)

    def about(self) -> dict[str, str]:
        """Return which bundle this is."""
        return {"hash": self.bundle.hash, "version": self.bundle.version}


def open_bundle(path: Path) -> Bundle:
    """Return what a path holds, tested; raise ValueError with the faults of what cannot serve."""
    if path.suffix.lower() == ".toml":
        return _of_programme(path)
    from rewardsim.scoring.boot import open_bundle as open_tested

    found = open_tested(path)
    return Bundle(path, found.hash, found.version, Code(found.package), found.scorer, found.about["timezone"])


def _of_programme(path: Path) -> Bundle:
    from rewardsim.programme import load_programme
    from rewardsim.scoring import Scorer

    found = load_programme(path)
    known = {"programme": found.id, "currency": found.currency, "timezone": found.timezone}
    known["bundle_hash"] = f"toml:{found.key}"

    def bind(store: Any, **options: Any) -> Scorer:
        return Scorer(found.law(), found.names, store, **known, **options)

    return Bundle(path, known["bundle_hash"], "", HOUSE, bind, found.timezone)


class Serving:
    """The bundle that answers, and the one before it."""

    def __init__(
        self,
        place: Place,
        path: Path,
        allowed: Path | None = None,
        clock: Callable[[str], Callable[[], int]] | None = None,
    ) -> None:
        self._place, self._clock = place, clock
        self._allowed = None if allowed is None else allowed.resolve()
        self._change = Lock()
        self._secrets: dict[str, bytes] = {}
        self.before: Served | None = None
        self.now = self._serve(open_bundle(path))

    def keep_secrets(self, secrets: dict[str, bytes]) -> None:
        """Hold draws by their secrets, under whichever bundle has them."""
        self._secrets = secrets
        self.now.scorer.secrets = secrets

    def _serve(self, bundle: Bundle) -> Served:
        clock = None if self._clock is None else self._clock(bundle.timezone)
        scorer = bundle.bind(self._place.store(bundle.code), clock=clock)
        scorer.secrets = {name: secret for name, secret in self._secrets.items() if name in scorer.names.draws}
        return Served(bundle, scorer)

    def load(self, name: str) -> Served:
        """Take a bundle of the allowed folder into service. Who is being answered is answered by the one before."""
        return self._swap(lambda: self._serve(open_bundle(self._within(name))))

    def reload(self) -> Served:
        """Read the bundle that answers anew, from where it was."""
        return self._swap(lambda: self._serve(open_bundle(self.now.bundle.path)))

    def rollback(self) -> Served:
        """Give the work back to the bundle before. Its store is asked again whether the state still fits."""
        before = self.before
        if before is None:
            fault = Fault("no_bundle", "", "no bundle before this one", "one rollback after a load", "load a bundle")
            raise StoreRefused([fault])
        return self._swap(lambda: self._serve(before.bundle))

    def _swap(self, made: Callable[[], Served]) -> Served:
        with self._change:
            served = made()
            self.before, self.now = self.now, served
            return served

    def _within(self, name: str) -> Path:
        if self._allowed is None:
            todo = "start the service with --bundles FOLDER"
            raise StoreRefused([Fault("no_folder", "/path", "no folder of bundles", "bundles in one folder", todo)])
        path = (self._allowed / name).resolve()
        if not path.is_relative_to(self._allowed) or not path.exists():
            allowed, todo = "a bundle within the folder of bundles", "copy the bundle there, and name it"
            raise StoreRefused([Fault("no_bundle", "/path", repr(name)[:80], allowed, todo)])
        return path
