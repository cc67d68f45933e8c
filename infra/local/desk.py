"""The desk: one page that plays the wallet and the call centre on the left, and the customer's phone on the right.

The browser never sees a token: the page asks this server, which calls the API in the role that the page names.
"""

import http.client
import json
import logging
import re
import tomllib
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from infra.local import inbox
from infra.local.gateway import CALLS_HEADER
from infra.local.http_server import LocalHandler, LocalServer
from infra.local.inbox import Inbox
from infra.local.places import HOST, ROOT, Ports
from infra.local.replies import Hear
from infra.local.tokens import Role, published_keys, sign_token

MESSAGES = ROOT / "chalicelib" / "policy" / "messages"
STATIC = Path(__file__).with_name("static")
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
RELAYED = re.compile(r"/api/(public|wallet|staff|officer)(/(?:v1/[A-Za-z0-9_/-]+|healthz)(?:\?locale=[A-Za-z-]+)?)")
# As the customer, only where the wallet sends them to their own page.
OF_CUSTOMER = re.compile(r"/api/customer(/v1/customers/([A-Za-z0-9_-]{8,64})/preference-links)")
RELAYED_BODY_BYTES = 64_000
KEPT_HEADERS = ("Content-Type", "Retry-After", CALLS_HEADER)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = [
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
]


def read_templates(folder: Path) -> dict[str, Any]:
    """The texts that a caller may send, by locale, purpose and template: a call centre knows its own templates."""
    return {file.stem: tomllib.loads(file.read_text("utf-8"))["contact"] for file in sorted(folder.glob("*.toml"))}


class Desk:
    """What the desk's handler needs: where the API is, who signs and with which keys, what the phone got and sends."""

    def __init__(self, ports: Ports, key: ec.EllipticCurvePrivateKey, phone: Inbox, hear: Hear) -> None:
        self._ports = ports
        self._key = key
        self.keys = published_keys(key)
        self.phone = phone
        self.hear = hear

    def is_own_host(self, host: str | None) -> bool:
        """Whether the request was meant for the desk; another name that resolves to this machine was not."""
        return host in {f"{HOST}:{self._ports.desk}", f"localhost:{self._ports.desk}"}

    def relay(
        self,
        role: str,
        method: str,
        path: str,
        body: bytes,
        idempotency_key: str | None,
        subject: str | None = None,
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """The API was called in the role, and its answer is handed on.

        Args:
            subject: whom the token speaks for, if not for the role's usual one.

        Raises:
            OSError: the API does not answer.
        """
        headers = {"Accept": "application/json"}
        if role != "public":
            headers["Authorization"] = f"Bearer {sign_token(self._key, Role(role), subject=subject)}"
        if body:
            headers["Content-Type"] = "application/json"
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        connection = http.client.HTTPConnection(HOST, self._ports.api, timeout=30)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            kept = [(name, answer.headers[name]) for name in KEPT_HEADERS if name in answer.headers]
            return answer.status, kept, answer.read()
        finally:
            connection.close()


class _DeskHandler(LocalHandler):
    def __init__(self, *args: Any, desk: Desk) -> None:
        self._desk = desk
        super().__init__(*args)

    def answer(self) -> None:
        length = self.body_length()
        if length is None or length > RELAYED_BODY_BYTES:
            self.drain(length)
            return self._send(413 if length else 411)
        body = self.rfile.read(length)
        # A page on another site must not drive the desk, neither by a rebound name nor by a form.
        if not self._desk.is_own_host(self.headers.get("Host")):
            return self._send(421)
        if self.command not in {"GET", "HEAD"} and self.headers.get("Content-Type") != "application/json":
            return self._send(415)
        relayed = RELAYED.fullmatch(self.path)
        if relayed:
            return self._relay(relayed[1], relayed[2], body)
        own = OF_CUSTOMER.fullmatch(self.path)
        if own:
            return self._relay("customer", own[1], body, own[2])
        if (self.command, self.path) == ("POST", "/replies"):
            return self._reply(body)
        if self.command not in {"GET", "HEAD"}:
            return self._send(405)
        return self._page(urlsplit(self.path).path)

    def _relay(self, role: str, path: str, body: bytes, subject: str | None = None) -> None:
        try:
            status, headers, answer = self._desk.relay(
                role, self.command, path, body, self.headers.get("Idempotency-Key"), subject
            )
        except OSError:
            self._send(502)
        else:
            self.send(status, [*headers, *SECURITY_HEADERS], answer)

    def _reply(self, body: bytes) -> None:
        try:
            sms = json.loads(body)
            number, text = str(sms["from"]), str(sms["text"])
        except (ValueError, TypeError, KeyError):
            return self._send(400)
        try:
            self._desk.hear(number, text)
        except Exception as failure:
            # The function's own log has said why.
            logging.getLogger("ringfence.local").warning("a reply failed: %s", type(failure).__name__)
            return self._send(502)
        return self._send(202)

    def _page(self, path: str) -> None:
        if path == "/jwks.json":
            return self._send(200, "application/json", self._desk.keys)
        if path == "/templates.json":
            return self._send(
                200, "application/json", json.dumps(read_templates(MESSAGES), ensure_ascii=False).encode()
            )
        if path == "/inbox.json":
            try:
                listed = inbox.as_json(self._desk.phone.messages())
            except OSError:
                return self._send(502)
            return self._send(200, "application/json", listed)
        file = STATIC / ("index.html" if path == "/" else path.removeprefix("/"))
        if file.parent != STATIC or file.suffix not in CONTENT_TYPES or not file.is_file():
            return self._send(404)
        return self._send(200, CONTENT_TYPES[file.suffix], file.read_bytes())

    def _send(self, status: int, content_type: str = "text/plain", body: bytes = b"") -> None:
        self.send(status, [("Content-Type", content_type), *SECURITY_HEADERS], body)


def serve_desk(desk: Desk, port: int) -> LocalServer:
    """The desk answers on the port until the server is stopped; port 0 takes a free one."""
    server = LocalServer(port, partial(_DeskHandler, desk=desk))
    server.start()
    return server
