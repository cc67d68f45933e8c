"""A browser without pictures or script: it keeps cookies, fills in forms, and talks to the gateway without a socket."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urlencode

from chalicelib.bootstrap import ringfence
from infra.local.gateway import Gateway

FORM = "application/x-www-form-urlencoded"
HOST = "127.0.0.1:8000"


@dataclass(frozen=True)
class Reply:
    """An answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    text: str

    @property
    def title(self) -> str:
        """The page's heading."""
        found = re.search(r"<h1>(.*?)</h1>", self.text, re.DOTALL)
        return unescape(found[1]) if found else ""

    @property
    def said(self) -> str:
        """What a person reads of it."""
        text = unescape(re.sub(r"<[^>]*>", " ", self.text.partition("<body>")[2]))
        return re.sub(r"\s+", " ", text)

    def hidden(self, name: str, purpose: str | None = None) -> str:
        """The value of a hidden member, of the form of a purpose if one is named."""
        text = self.text if purpose is None else self.text.partition(f'id="{purpose}"')[2]
        found = re.search(rf'name="{name}" value="([^"]*)"', text)
        assert found is not None, f"no {name} on this page: {self.title}"
        return found[1]


@dataclass
class Visitor:
    """One browser."""

    gateway: Gateway
    headers: dict[str, str] = field(default_factory=lambda: {"accept-language": "en"})
    cookies: dict[str, str] = field(default_factory=dict)
    ip: str = "192.0.2.1"
    _ends: dict[str, datetime] = field(default_factory=dict)

    def get(self, path: str) -> Reply:
        """The page, as it is answered."""
        return self.ask("GET", path)

    def follow(self, reply: Reply) -> Reply:
        """Where the answer leads."""
        assert reply.status == 303
        return self.get(reply.headers["location"].partition("#")[0])

    def post(self, path: str, page: Reply | None = None, **members: str) -> Reply:
        """A form of the page was sent; without a page, of the one at /preferences."""
        page = page or self.get("/preferences")
        return self.send(path, {"form_token": page.hidden("form_token"), **members})

    def send(self, path: str, members: Mapping[str, str], **headers: str) -> Reply:
        """These members were sent, whatever they are."""
        sent = {"content-type": FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.ask("POST", path, urlencode(members).encode(), sent)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """One request with the cookies, and the answer's are kept."""
        self._forget()
        sent = {"host": HOST, **self.headers, **(headers or {})}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.gateway.handle(method, path, sent, body, source_ip=self.ip)
        cookies = tuple(answer.headers.get_all("Set-Cookie"))
        for cookie in cookies:
            self._keep(cookie)
        self._forget()
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status, named, cookies, answer.body.decode())

    def _keep(self, cookie: str) -> None:
        pair, _, attributes = cookie.partition(";")
        name, _, value = pair.partition("=")
        self.cookies[name] = value
        self._ends.pop(name, None)
        if age := re.search(r"Max-Age=(\d+)", attributes):
            self._ends[name] = ringfence().clock.now() + timedelta(seconds=int(age[1]))

    def _forget(self) -> None:
        for name, end in list(self._ends.items()):
            if end <= ringfence().clock.now():
                del self._ends[name]
                self.cookies.pop(name, None)

    def choice(self, page: Reply, purpose: str, channels: str) -> Reply:
        """One tap on a purpose."""
        names = ("key", "purpose", "locale", "notice_version", "notice_sha256")
        members = {name: page.hidden(name, purpose) for name in names}
        return self.post("/preferences/choice", page, **members, channels=channels)
