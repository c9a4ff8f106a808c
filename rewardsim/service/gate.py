"""Before and after every request: is there room, how long did it take, what is said of it in the log."""

from __future__ import annotations

import secrets
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import RETRY_S, Problem

OPEN = ("/health", "/health/live")  # answered also when there is no room


class Gate:
    """Counts, times and logs requests, and turns away what there is no room for."""

    def __init__(self, app: ASGIApp, service: Any) -> None:
        self._app, self._service = app, service
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, request_id = perf_counter(), secrets.token_hex(8)
        status = 500
        sent = False

        async def sending(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status, sent = message["status"], True
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        self._count += 1
        self._service.metrics.in_flight.inc()
        try:
            await (self._turned_away(scope) or self._app)(scope, receive, sending)
        except Exception as error:
            self._service.log.failure("failed", error, request=request_id)
            if not sent:
                await Problem(500, "the service failed; the log says where").response()(scope, receive, sending)
        finally:
            self._count -= 1
            self._service.metrics.in_flight.dec()
            self._note(scope, request_id, status, perf_counter() - began)

    def _turned_away(self, scope: Scope) -> Any:
        """Return the answer to what is not let in, None for what is."""
        headers = {"Retry-After": str(RETRY_S), "Connection": "close"}
        if scope["path"] in OPEN:
            return None
        if self._service.stopping:
            return Problem(503, "the service is stopping; nothing was applied", headers=headers).response()
        if self._count > self._service.limits.in_flight:
            return Problem(503, "too many requests at once; nothing was applied", headers=headers).response()
        return None

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")  # never the path itself: ids stand in it
        self._service.metrics.requests.labels(route, str(status)).inc()
        self._service.metrics.seconds.labels(route).observe(seconds)
        said = scope.get("state", {}).get("said", {})
        ms = round(seconds * 1000, 2)
        method = scope["method"] if scope["method"] in ("GET", "POST", "HEAD", "OPTIONS") else "other"
        self._service.log.say(
            "request", request=request_id, method=method, route=route, status=status, ms=ms, **said
        )  # fmt: skip
