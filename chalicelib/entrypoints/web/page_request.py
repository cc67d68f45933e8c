"""Reads what a browser asks for: language, cookie and form. A form that did not come from our own page is refused."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from chalice.app import Request

from chalicelib.domain.caller import Caller
from chalicelib.domain.contact import Secret
from chalicelib.domain.session import CLIENT, new_token
from chalicelib.entrypoints.web.address import Address, address_of
from chalicelib.entrypoints.web.words import spoken_locale

HOME = "/preferences"
SESSION_COOKIE = "ringfence_session"
LANGUAGE_COOKIE = "ringfence_language"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# The largest form has half a dozen short members.
LARGEST_FORM_BYTES = 4096
MOST_MEMBERS = 16
# Of those that a browser names.
MOST_LANGUAGES = 16


class FormRefused(Exception):
    """The form is not one that this page gave out to this browser."""


@dataclass(frozen=True, repr=False)
class PageRequest:
    """One request, as a view sees it.

    Attributes:
        address: where the page stands.
        locale: of the words; `asked_locale` is the one that the address names, to be remembered.
        token: the browser's cookie: a session's, or a random one that is none yet.
        is_new: True if the browser came without.
    """

    address: Address
    locale: str
    asked_locale: str | None
    token: Secret
    is_new: bool
    query: Mapping[str, str]
    form: Mapping[str, str]
    ip: str

    @property
    def home(self) -> str:
        """The path of the page itself, with the deployment's prefix."""
        return self.address.prefix + HOME

    @property
    def form_token(self) -> str:
        """What every form must bring back. Bound to the cookie: another site knows neither."""
        return hashlib.sha256(f"form|{self.token}".encode()).hexdigest()

    @property
    def browser(self) -> Caller:
        """The browser, before it is anybody's: a code is checked by the one that asked for it. ASVS 5.0 6.6.2."""
        own = hashlib.sha256(f"browser|{self.token}".encode()).hexdigest()[:32]
        return Caller(f"{CLIENT}.{own}", "browser", frozenset({"customer"}), datetime.max.replace(tzinfo=UTC))


def session_cookie(address: Address) -> str:
    """The session's cookie; over TLS, of a name that no other host can set. Source: RFC 6265bis 4.1.3.2."""
    return f"__Host-{SESSION_COOKIE}" if address.is_secure else SESSION_COOKIE


def read_request(request: Request) -> PageRequest:
    """The request, without its form."""
    cookies, query = _cookies(request.headers.get("cookie", "")), dict(request.query_params or {})
    address = address_of(request)
    held = cookies.get(session_cookie(address), "")
    is_new = TOKEN.fullmatch(held) is None
    asked = query.get("lang")
    languages = (asked, cookies.get(LANGUAGE_COOKIE), *_accepted(request.headers.get("accept-language", "")))
    return PageRequest(
        address=address,
        locale=spoken_locale(languages),
        asked_locale=spoken_locale((asked,)) if asked else None,
        token=new_token() if is_new else Secret(held),
        is_new=is_new,
        query=query,
        form={},
        ip=request.context["identity"]["sourceIp"],
    )


def with_form(read: PageRequest, request: Request) -> PageRequest:
    """The same with its form, which is one that this page gave out to this browser.

    Raises:
        FormRefused: it is not.
    """
    form = _form(request)
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    # With `Referrer-Policy: no-referrer` a browser's own forms come from the origin `null` (Fetch, "append a request
    # `Origin` header"), so only a browser that tells no site is judged by it.
    is_foreign = site != "same-origin" if site else origin not in (None, "null", read.address.origin)
    # A browser without a cookie has a fresh token, which no form can name.
    if is_foreign or not hmac.compare_digest(form.get("form_token", "").encode(), read.form_token.encode()):
        raise FormRefused
    return replace(read, form=form)


def _form(request: Request) -> Mapping[str, str]:
    raw = request.raw_body
    body = raw.encode() if isinstance(raw, str) else raw
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded" or len(body) > LARGEST_FORM_BYTES:
        raise FormRefused
    try:
        members = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_MEMBERS)
    except ValueError:
        raise FormRefused from None
    if len(dict(members)) != len(members):
        raise FormRefused
    return dict(members)


def _cookies(header: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _accepted(header: str) -> list[str]:
    """The languages that a browser names, the best liked first. Source: RFC 9110 12.5.4."""
    liked: list[tuple[float, str]] = []
    for entry in header.replace(" ", "").split(",")[:MOST_LANGUAGES]:
        tag, _, weight = entry.partition(";q=")
        try:
            liked.append((float(weight or 1), tag))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(liked, key=lambda it: -it[0]) if weight > 0]
