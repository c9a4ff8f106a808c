"""Who is let in: the key a request shows, what it opens, how often."""

from __future__ import annotations

from math import ceil
from typing import Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from .keys import Bucket, Key
from .problems import Problem

bearer = HTTPBearer(auto_error=False, description="an API key; its role must be that of the request, or admin")
ANYBODY = Key("anybody", ("admin",), "")


def service_of(request: Request) -> Any:
    """Return what the requests share."""
    return request.app.state.service


def said(request: Request, **fields: Any) -> None:
    """Add to what the log says of a request."""
    request.scope.setdefault("state", {}).setdefault("said", {}).update(fields)


class Opens:
    """Lets in who shows a key for a role, as often as the key may; what a body costs is counted once it was read."""

    def __init__(self, role: str, cost: int = 1) -> None:
        self._role, self._cost = role, cost

    async def __call__(
        self, request: Request, shown: HTTPAuthorizationCredentials | None = Depends(bearer)
    ) -> None:  # fmt: skip
        """Raise a problem for who is not let in."""
        service = service_of(request)
        key = ANYBODY
        if service.keys is not None:
            found = service.keys.find(shown.credentials) if shown is not None else None
            if found is None:
                detail = "found no key that is known here, allowed Authorization: Bearer KEY, do: send your key"
                raise Problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
            key = found
        said(request, key=key.name)
        if not key.may(self._role):
            detail = f"found roles {', '.join(key.roles)}, allowed {self._role} or admin, do: use another key"
            raise Problem(403, detail)
        request.state.key = key.name
        take(request, self._cost)


def take(request: Request, count: int) -> None:
    """Count so many events, or requests of another kind, against a request's key; raise a problem for too many.

    Of none, ask whether it may have one.
    """
    service, name = service_of(request), request.state.key
    bucket = service.buckets.get(name)
    if bucket is None:
        bucket = service.buckets[name] = Bucket(service.limits.rate, service.limits.burst)
    wait = bucket.wait(count)
    if wait:
        service.metrics.limited.labels(name).inc()
        detail = f"more than {service.limits.rate:g} events or other requests a second; nothing was applied"
        raise Problem(429, detail, headers={"Retry-After": str(ceil(wait))})


score_key, read_key, admin_key = Opens("score", 0), Opens("read"), Opens("admin")
