"""A request's body: bounded, strict JSON, not deep, or a problem that says what else it was."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import ClientDisconnect, Request

from rewardsim.scoring import Fault, InvalidEvent
from rewardsim.scoring.checks import faults_of
from rewardsim.scoring.faults import shown
from rewardsim.scoring.reading import TEXT_MAX, parse

from .problems import Problem

DEPTH_MAX = 8
TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"')
BRACKETS = re.compile(rb"[\[\]{}]")


async def body_of(request: Request, limit: int) -> Any:
    """Return the value a request brings."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, f"found content type {shown(kind)}, allowed application/json, do: send JSON")
    text = await _bytes(request, min(limit, TEXT_MAX))
    if depth_of(text) > DEPTH_MAX:
        fault = Fault("too_deep", "", f"values nested {depth_of(text)} deep", f"{DEPTH_MAX}", "send flat events")
        raise InvalidEvent([fault])
    return parse(text)


async def _bytes(request: Request, limit: int) -> bytes:
    said = request.headers.get("content-length", "0")
    found = bytearray()
    try:
        if not said.isascii() or not said.isdigit() or int(said[:20]) <= limit:
            async for part in request.stream():
                found += part
                if len(found) > limit:
                    break
            else:
                return bytes(found)
    except ClientDisconnect as error:
        raise Problem(400, "the body ended before it was whole") from error
    fault = Fault("too_large", "", f"a body of more than {limit} bytes", f"{limit} bytes", "send fewer events at once")
    raise Problem(413, "the body is too large; nothing was applied", [fault], headers={"Connection": "close"})


def depth_of(text: bytes) -> int:
    """Return how deeply the lists and objects of a JSON text are nested, whatever stands in its strings."""
    if text.count(b"[") + text.count(b"{") <= DEPTH_MAX:
        return 0
    depth = deepest = 0
    for bracket in BRACKETS.finditer(TEXTS.sub(b"", text)):
        depth += 1 if bracket[0] in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def events_of(body: Any, most: int) -> tuple[list[Any], bool]:
    """Return the events of a body, and whether they came as a batch; raise InvalidEvent with the faults of all."""
    if type(body) is not list:
        return [body], False
    if not 0 < len(body) <= most:
        fault = Fault("batch", "", f"a list of {len(body)}", f"1 to {most} events", "send more, smaller lists")
        raise InvalidEvent([fault])
    faults = [
        Fault(fault.code, f"/{place}{fault.place}", fault.found, fault.allowed, fault.todo)
        for place, event in enumerate(body)
        for fault in faults_of(event)
    ]
    if faults:
        raise InvalidEvent(faults)
    return body, True
