"""OpenAPI 3.1, made from the endpoints and their models."""

import re
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from chalicelib.domain import errors
from chalicelib.domain.errors import RingfenceError
from chalicelib.entrypoints.api.answers import OpenApiAnswer, ProblemAnswer
from chalicelib.entrypoints.api.endpoint import ACCEPTED, ENDPOINTS, Endpoint
from chalicelib.entrypoints.api.problems import EDGE, MEDIA_TYPE, PROBLEMS, URN, Problem

SCHEMA = "#/components/schemas/{model}"


@cache
def openapi(version: str) -> OpenApiAnswer:
    """The description of the whole API.

    Args:
        version: of the API, e.g. `1.0.0`.
    """
    models: dict[tuple[type[Any], JsonSchemaMode], None] = {(ProblemAnswer, "serialization"): None}
    for it in ENDPOINTS:
        if it.body is not None:
            models[it.body, "validation"] = None
        if it.answer is not None:
            models[it.answer, "serialization"] = None
    described = [(model.__name__, mode, TypeAdapter(model)) for model, mode in models]
    _, definitions = TypeAdapter.json_schemas(described, ref_template=SCHEMA)
    paths: dict[str, Any] = {}
    for it in ENDPOINTS:
        paths.setdefault(it.path, {})[it.method.lower()] = _operation(it)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ringfence",
            "version": version,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(it: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(it),
        "summary": it.summary,
        "parameters": _parameters(it),
        "responses": _responses(it),
        "security": [{"token": []}] if it.roles else [],
    }
    if it.roles:
        operation["x-ringfence-roles"] = list(it.roles)
    if it.body is not None:
        operation["requestBody"] = {
            "required": any(info.is_required() for info in it.body.model_fields.values()),
            "content": {"application/json": {"schema": _reference(it.body)}},
        }
    return operation


def _operation_id(it: Endpoint) -> str:
    return "_".join((it.method.lower(), *re.findall(r"[a-z0-9_]+", it.path)))


def _parameters(it: Endpoint) -> list[dict[str, Any]]:
    text = {"type": "string"}
    names = [part[1:-1] for part in it.path.split("/") if part.startswith("{")]
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": text} for name in names
    ]
    parameters += [
        {"name": name, "in": "query", "required": False, "description": meaning, "schema": text}
        for name, meaning in it.query.items()
    ]
    if it.method != "GET":
        key = {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    return parameters


def _responses(it: Endpoint) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if it.answer is not None:
        done["content"] = {"application/json": {"schema": _reference(it.answer)}}
        done["content"] |= {media_type: {"schema": {"type": "string"}} for media_type in it.also}
    by_status: dict[int, list[Problem]] = {}
    for problem in _problems(it):
        by_status.setdefault(problem.status, []).append(problem)
    waits = {str(ACCEPTED): {**done, "description": "Not done yet."}} if it.may_wait else {}
    return (
        {str(it.status): done}
        | waits
        | {
            str(status): {
                "description": "; ".join(f"{URN}{problem.slug}" for problem in problems),
                "content": {MEDIA_TYPE: {"schema": _reference(ProblemAnswer)}},
            }
            for status, problems in sorted(by_status.items())
        }
    )


def _problems(it: Endpoint) -> list[Problem]:
    kinds: list[type[RingfenceError]] = [*it.problems]
    slugs = ["internal-error"]
    if it.roles:
        kinds += [errors.NotAuthenticated, errors.NotPermitted, errors.Unavailable]
    if it.body is not None:
        slugs += ["malformed-json", "content-too-large", "unsupported-media-type", "invalid-request"]
    if it.method != "GET":
        slugs.append("idempotency-key-invalid")
        kinds += [errors.IdempotencyKeyReused, errors.Contended]
    if "{" in it.path:
        slugs.append("not-found")
    return list(dict.fromkeys([*(PROBLEMS[kind] for kind in kinds), *(EDGE[slug] for slug in slugs)]))


def _reference(model: type[Any]) -> dict[str, str]:
    return {"$ref": SCHEMA.format(model=model.__name__)}
