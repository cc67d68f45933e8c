"""Calls the API as one caller, measures every answer, and says what breaks the contract."""

import base64
import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from infra.local.gateway import CALLS_HEADER

JOSE = "application/jose"


class Broken(Exception):
    """An answer is not as the contract says; the text names the part."""


@dataclass(frozen=True)
class Reply:
    """One answer, with what it cost."""

    status: int
    content_type: str
    body: Mapping[str, Any]
    milliseconds: float
    aws_calls: int | None

    def must(self, status: int, /, **members: Any) -> "Reply":
        """The status and these members are exactly so.

        Raises:
            Broken: something differs.
        """
        if self.status != status:
            raise Broken(
                f"status {self.status}, not {status}: {self.body.get('type', '')} {self.body.get('detail', '')}"
            )
        for name, value in members.items():
            if self.body.get(name) != value:
                raise Broken(f"{name} is {self.body.get(name)!r}, not {value!r}")
        return self

    def must_have(self, *names: str) -> "Reply":
        """These members are there and hold something.

        Raises:
            Broken: one is missing or empty.
        """
        for name in names:
            if self.body.get(name) in (None, "", [], {}):
                raise Broken(f"{name} is missing or empty")
        return self

    def must_be_problem(self, status: int, slug: str, /, **members: Any) -> "Reply":
        """It is the problem of that slug, in the form of RFC 9457.

        Raises:
            Broken: it is another answer, or in another form.
        """
        self.must(status, type=f"urn:ringfence:problem:{slug}", status=status, **members)
        self.must_have("title", "detail", "instance")
        if self.content_type != "application/problem+json":
            raise Broken(f"content type {self.content_type}, not application/problem+json")
        return self


class Caller:
    """One caller of the API with its token."""

    def __init__(self, base_url: str, token: str | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token

    def get(self, path: str) -> Reply:
        """The answer to a GET."""
        return self._call("GET", path, None)

    def get_signed(self, path: str) -> Reply:
        """The answer to a GET for a JWS; its body is the payload, whose signature nobody has checked."""
        return self._call("GET", path, None, JOSE)

    def post(self, path: str, **body: Any) -> Reply:
        """The answer to a POST with an idempotency key of its own."""
        return self._call("POST", path, body)

    def put(self, path: str, **body: Any) -> Reply:
        """The answer to a PUT with an idempotency key of its own."""
        return self._call("PUT", path, body)

    def delete(self, path: str) -> Reply:
        """The answer to a DELETE."""
        return self._call("DELETE", path, None)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None, accept: str = "application/json") -> Reply:
        headers = {"Accept": accept}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = f"journey-{secrets.token_hex(12)}"
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base_url + path, content, headers, method=method)
        begun = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return _reply(answer.status, answer.headers, answer.read(), begun)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return _reply(refusal.code, refusal.headers, refusal.read(), begun)
        except OSError as error:
            raise Broken(f"no answer from {self._base_url}: is `make run` up? ({error})") from None


def _reply(status: int, headers: Message, content: bytes, begun: float) -> Reply:
    milliseconds = (time.perf_counter() - begun) * 1000
    calls = headers.get(CALLS_HEADER)
    media_type = headers.get("Content-Type", "").partition(";")[0]
    if media_type == JOSE:
        content = base64.urlsafe_b64decode(content.split(b".")[1] + b"==")
    try:
        body = json.loads(content) if content else {}
    except ValueError:
        raise Broken(f"status {status} with a body that is not JSON") from None
    return Reply(
        status=status,
        content_type=media_type,
        body=body if isinstance(body, dict) else {"items": body},
        milliseconds=milliseconds,
        aws_calls=None if calls is None else int(calls),
    )
