"""The service as an ASGI application: what is asked, by whom, and what is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import anyio
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from rewardsim.scoring import Fault

from .code import is_a
from .gate import Gate
from .keys import Bucket, Keys
from .logs import Log
from .metrics import Metrics
from .openapi import described
from .problems import Problem, problem_of
from .serving import Serving
from .shadow import Shadow

T = TypeVar("T")


@dataclass
class Limits:
    """How much one may ask. ``rate`` and ``burst``: events, or other requests, a second and at once, for each key."""

    body: int = 1 << 20
    batch: int = 100
    page: int = 500
    rate: float = 200.0
    burst: float = 400.0
    in_flight: int = 256
    workers: int = 8


@dataclass
class Service:
    """What the requests share."""

    serving: Serving
    keys: Keys | None = None
    shadow: Shadow | None = None
    limits: Limits = field(default_factory=Limits)
    log: Log = field(default_factory=Log)
    metrics: Metrics = field(default_factory=Metrics)
    buckets: dict[str, Bucket] = field(default_factory=dict)
    stopping: bool = False

    def __post_init__(self) -> None:
        self._room: anyio.CapacityLimiter | None = None
        self.took(self.serving, "start")

    def took(self, serving: Serving, how: str) -> None:
        """Note that a bundle was taken into service."""
        about = serving.now.about()
        self.metrics.serving(about["hash"], about["version"])
        self.metrics.swaps.labels(how).inc()
        self.log.say("bundle", how=how, **about)

    async def work(self, task: Callable[[], T]) -> T:
        """Do what waits for the store, beside the loop."""
        if self._room is None:
            self._room = anyio.CapacityLimiter(self.limits.workers)
        return await anyio.to_thread.run_sync(task, limiter=self._room)


def create_app(service: Service) -> FastAPI:
    """Return the application."""
    from .routes import admin, health, members, score

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if service.shadow is not None:
            await anyio.to_thread.run_sync(service.shadow.stop)
        service.log.say("stopped")

    app = FastAPI(title="rewardsim", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.service = service
    for router in (score, members, admin, health):
        app.include_router(router)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(ValueError, _of_scorer)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(Gate, service=service)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app


async def _problem(request: Request, error: Any) -> Response:
    found: Problem = error
    return found.response()


async def _of_scorer(request: Request, error: Exception) -> Response:
    if not hasattr(error, "faults"):
        raise error
    if is_a(error, "StoreUnavailable"):
        for fault in error.faults:
            request.app.state.service.metrics.store_errors.labels(fault.code).inc()
    return problem_of(error).response()


async def _not_valid(request: Request, error: Any) -> Response:
    """What FastAPI found in the path or the query."""
    faults = []
    for row in error.errors():
        place = "/".join(str(part) for part in row["loc"])
        faults.append(Fault("parameter", "", f"{place}: {str(row.get('input'))[:60]!r}", row["msg"], "correct it"))
    return Problem(422, "a parameter is not what is asked for", faults).response()


async def _http(request: Request, error: Any) -> Response:
    found: HTTPException = error
    headers = dict(found.headers or {})
    return Problem(found.status_code, str(found.detail), headers=headers).response()
