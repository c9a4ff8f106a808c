"""What is wrong with a request, as RFC 9457 has it: one object with every fault in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from .code import is_a

MEDIA = "application/problem+json"
RETRY_S = 1
OTHER_VERSION = ("store_version", "older_bundle")


class Problem(Exception):
    """A request that is not done, with the status, the reasons and what else the answer holds."""

    def __init__(self, status: int, detail: str, faults: Sequence[Any] = (), **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.faults = status, detail, tuple(faults)
        self.headers: dict[str, str] = more.pop("headers", {})
        self.more = more

    def to_dict(self) -> dict[str, Any]:
        """Return the problem as plain values."""
        title = HTTPStatus(self.status).phrase
        said = {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}
        return {**said, "errors": [error_of(fault) for fault in self.faults], **self.more}

    def response(self) -> Response:
        """Return the problem as an answer."""
        text = json.dumps(self.to_dict(), ensure_ascii=True)
        return Response(text, self.status, self.headers, MEDIA)


def error_of(fault: Any) -> dict[str, str]:
    """Return one fault; its pointer says where in the body."""
    said = fault.to_dict()
    words = {name: str(said.get(name, "")) for name in ("code", "found", "allowed", "todo")}
    return {"pointer": "#" + str(said.get("place", "")), "detail": str(fault), **words}


def problem_of(error: Any, **more: Any) -> Problem:
    """Return the problem behind an error of a scorer or of a bundle, whosever code raised it."""
    if is_a(error, "InvalidEvent"):
        return Problem(422, "the body is not what is asked for; nothing was applied", error.faults, **more)
    if is_a(error, "StoreUnavailable"):
        headers = {"Retry-After": str(RETRY_S)}
        return Problem(503, "the store did not answer; send the same again", error.faults, headers=headers, **more)
    if any(fault.code in OTHER_VERSION for fault in error.faults):
        return Problem(409, "the store is not this bundle's to serve; nothing was applied", error.faults, **more)
    return Problem(404, "there is nothing of that name", error.faults, **more)
