"""The service described: what FastAPI knows of the requests, and the schemas of what the scorer reads itself."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from .models import schemas
from .problems import MEDIA


def described(app: FastAPI) -> dict[str, Any]:
    """Return the description, made once."""
    if app.openapi_schema is None:
        said = get_openapi(title=app.title, version=app.version, routes=app.routes)
        said["components"]["schemas"] = {**schemas(), **_kept(said)}
        for methods in said["paths"].values():
            for operation in methods.values():
                for answer in operation["responses"].values():
                    _as_problem(answer)
        app.openapi_schema = said
    return app.openapi_schema


def _kept(said: dict[str, Any]) -> dict[str, Any]:
    """Leave out what FastAPI says of its own errors, which are problems here."""
    found: dict[str, Any] = said["components"].get("schemas", {})
    return {name: schema for name, schema in found.items() if name not in ("HTTPValidationError", "ValidationError")}


def _as_problem(answer: dict[str, Any]) -> None:
    content = answer.get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if schema.get("$ref", "").endswith(("/Problem", "/HTTPValidationError")):
        answer["content"] = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
