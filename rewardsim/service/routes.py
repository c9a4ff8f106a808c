"""The requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from rewardsim.scoring import Fault, InvalidEvent, ScoringError
from rewardsim.scoring.checks import day_of, is_day, is_id
from rewardsim.scoring.faults import shown
from rewardsim.scoring.reply import day_text

from . import models
from .code import is_a
from .entry import admin_key, read_key, said, score_key, service_of, take
from .logs import alias
from .pages import page_of
from .problems import Problem, problem_of
from .quote import quote
from .reading import body_of, events_of
from .serving import Served

BAD: dict[int | str, dict[str, Any]] = {
    status: {"model": models.Problem}
    for status in (400, 401, 403, 409, 413, 415, 422, 429, 503)
}  # fmt: skip
score = APIRouter(dependencies=[Depends(score_key)], responses=BAD)
members = APIRouter(dependencies=[Depends(read_key)], responses=BAD)
admin = APIRouter(dependencies=[Depends(admin_key)], responses=BAD)
health = APIRouter()
MemberId = Annotated[str, Path(min_length=1, max_length=128)]


def wants(*names: str, batch: bool = False) -> dict[str, Any]:
    """Return what OpenAPI says of a body that the scorer reads itself."""
    ones: list[dict[str, Any]] = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    if batch:
        ones.append({"type": "array", "items": ones[0], "minItems": 1, "maxItems": 100})
    schema = ones[0] if len(ones) == 1 else {"anyOf": ones}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def answer(value: Any, status: int = 200) -> Response:
    """Return plain values as an answer."""
    return Response(json.dumps(value, separators=(",", ":")), status, media_type="application/json")


@score.post(
    "/events",
    openapi_extra=wants("Event", batch=True),
    responses={200: {"model": models.Reply | models.Replies}, 409: {"model": models.Conflict | models.Problem}},
)
async def post_events(request: Request) -> Response:
    """Let one event happen, or a list of them one after the other. Send again whatever got no answer.

    A list with a fault in any of its events is refused as a whole.
    """
    service = service_of(request)
    events, batch = events_of(await body_of(request, service.limits.body), service.limits.batch)
    said(request, events=len(events), member=alias(events[0].get("member_id")) if type(events[0]) is dict else None)
    take(request, len(events))
    replies: list[dict[str, Any]] = []
    try:
        await service.work(lambda: _score(service, service.serving.now, events, replies))
    except ValueError as error:
        if batch and replies and is_a(error, "StoreUnavailable"):
            raise problem_of(error, replies=replies) from error
        raise
    if batch:
        return answer({"replies": replies})
    return answer(replies[0], 409 if replies[0]["status"] == "conflict" else 200)


def _score(service: Any, served: Served, events: list[Any], replies: list[dict[str, Any]]) -> None:
    for event in events:
        reply = served.scorer.apply(event).to_dict()
        replies.append(reply)
        service.metrics.events.labels(reply["status"]).inc()
        if reply["first"] is None and reply["status"] != "conflict":
            for entry in reply["entries"]:
                service.metrics.tokens.labels(entry["target"]).inc(entry["tokens"])
            if service.shadow is not None:
                service.shadow.offer(event, reply)


@score.post("/quote", openapi_extra=wants("Basket"), responses={200: {"model": models.Quote}})
async def post_quote(request: Request) -> Response:
    """Say what a basket would earn, and what may be redeemed on it. Nothing of it is kept."""
    service = service_of(request)
    take(request, 1)
    asked = await body_of(request, service.limits.body)
    said(request, member=alias(asked.get("member_id")) if type(asked) is dict else None)
    glass = service.serving.now.glass
    _not_ahead(service, asked.get("occurred_day") if type(asked) is dict else None, "/occurred_day")
    return answer(await service.work(lambda: quote(glass, asked)))


@members.get(
    "/members/{member_id}", responses={200: {"model": models.Member}, 404: {"model": models.Problem}}
)  # fmt: skip
async def get_member(request: Request, member_id: MemberId) -> Response:
    """Say what a member has."""
    served = service_of(request).serving.now
    account_of = served.bundle.code("scoring.account").account_of
    return await _of_member(request, member_id, lambda: account_of(served.glass, member_id))


@members.get(
    "/members/{member_id}/explain",
    responses={200: {"model": models.Explained}, 404: {"model": models.Problem}},
)
async def get_explanation(
    request: Request,
    member_id: MemberId,
    of: Literal["entries", "notes"] = "entries",
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """Say how it came about: a page of the ledger (rule and reason of each entry) or of the journal."""
    glass = service_of(request).serving.now.glass
    return await _of_member(request, member_id, lambda: page_of(glass, member_id, of, after, limit))


async def _of_member(request: Request, member_id: str, ask: Callable[[], dict[str, Any]]) -> Response:
    service = service_of(request)
    said(request, member=alias(member_id))
    if not is_id(member_id):
        fault = Fault("unknown_member", "", shown(member_id), "a member of the store", "correct the id")
        raise ScoringError([fault])
    found = await service.work(ask)
    return answer({**found, "bundle": service.serving.now.bundle.hash} if "of" not in found else found)


@admin.post("/settle", openapi_extra=wants("SettleBefore"), responses={200: {"model": models.Settled}})
async def post_settle(request: Request) -> Response:
    """Settle the days before a day and hold their draws. Once is enough, twice is safe."""
    service = service_of(request)
    body = await body_of(request, service.limits.body)
    if type(body) is not dict or set(body) != {"day"} or not is_day(body["day"]):
        fault = Fault("day", "/day", shown(body), 'an object such as {"day": "2017-06-15"}', "send a day")
        raise InvalidEvent([fault])
    _not_ahead(service, body["day"], "/day")
    day = day_of(body["day"]) or 0
    scorer = service.serving.now.scorer
    done = await service.work(lambda: scorer.settle(day))
    if service.shadow is not None:
        service.shadow.settle(day)
    said_so = {"requests": done.requests, "draws": list(done.draws)}
    return answer({"day": body["day"], **said_so, "bundle": scorer.bundle_hash})


def _not_ahead(service: Any, text: Any, place: str) -> None:
    """Refuse a day that has not come: everything before it would be late for ever."""
    scorer = service.serving.now.scorer
    if not is_day(text) or scorer._clock is None:
        return
    last = scorer._clock() + scorer._future_days
    if (day_of(text) or 0) > last:
        fault = Fault("future", place, text, f"{day_text(last)} or before", "send it on its day, or correct the clock")
        raise InvalidEvent([fault])


@admin.get("/bundles", responses={200: {"model": models.InService}})
async def get_bundles(request: Request) -> Response:
    """Say which bundle answers, and which one did before."""
    return answer(_in_service(request))


@admin.post(
    "/bundles/load",
    openapi_extra=wants("BundleName"),
    responses={200: {"model": models.InService}, 409: {"model": models.Problem}},
)
async def post_load(request: Request) -> Response:
    """Take a bundle of the folder of bundles into service, once it has proved itself."""
    service = service_of(request)
    body = await body_of(request, service.limits.body)
    good = type(body) is dict and set(body) == {"path"} and type(body["path"]) is str and 0 < len(body["path"]) <= 200
    if not good or "\0" in body["path"]:
        fault = Fault("path", "/path", shown(body), 'an object such as {"path": "summer.pyz"}', "name a bundle")
        raise InvalidEvent([fault])
    await service.work(lambda: _changed(lambda: service.serving.load(body["path"])))
    service.took(service.serving, "load")
    return answer(_in_service(request))


@admin.post(
    "/bundles/rollback", responses={200: {"model": models.InService}, 409: {"model": models.Problem}}
)  # fmt: skip
async def post_rollback(request: Request) -> Response:
    """Give the work back to the bundle before."""
    service = service_of(request)
    await service.work(lambda: _changed(service.serving.rollback))
    service.took(service.serving, "rollback")
    return answer(_in_service(request))


def _changed(change: Callable[[], Served]) -> Served:
    """Change the bundle, or say why it is not taken, whatever part of it is at fault."""
    try:
        return change()
    except (ValueError, OSError) as error:
        if isinstance(error, OSError) or (hasattr(error, "faults") and not is_a(error, "StoreUnavailable")):
            detail = "the bundle is not taken into service; nothing was changed"
            raise Problem(409, detail, getattr(error, "faults", ())) from error
        raise


def _in_service(request: Request) -> dict[str, Any]:
    serving = service_of(request).serving
    return {"now": serving.now.about(), "before": serving.before and serving.before.about()}


@members.get("/shadow", responses={200: {"model": models.Differences}, 404: {"model": models.Problem}})
async def get_shadow(
    request: Request,
    kind: Literal["outcome", "tokens", "entries", "notes", "balances", "tier", "failed"] | None = None,
    limit: Annotated[int, Query(ge=0, le=200)] = 50,
) -> Response:
    """Say how far the second bundle differs: counts by kind, and the latest differences."""
    shadow = service_of(request).shadow
    if shadow is None:
        raise Problem(404, "no second bundle is in the shadow; start the service with --shadow BUNDLE")
    return answer(shadow.report(kind, limit))


@members.get("/metrics", responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
async def get_metrics(request: Request) -> Response:
    """Return figures for Prometheus."""
    return Response(service_of(request).metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@health.get("/health/live", responses={200: {"model": models.Health}})
async def get_live(request: Request) -> Response:
    """Say that the process answers."""
    return answer({"live": True, "ready": not service_of(request).stopping, "bundle": None, "day": None})


@health.get("/health/ready", responses={200: {"model": models.Health}, 503: {"model": models.Problem}})
@health.get("/health", responses={200: {"model": models.Health}, 503: {"model": models.Problem}})
async def get_ready(request: Request) -> Response:
    """Say whether events are taken: the store answers, and the service is not stopping."""
    service = service_of(request)
    if service.stopping:
        raise Problem(503, "the service is stopping")
    served = service.serving.now
    day = await service.work(served.scorer.store.day)
    told = day_text(day) if abs(day) < 1_000_000 else None
    return answer({"live": True, "ready": True, "bundle": served.about(), "day": told})
