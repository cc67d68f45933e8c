"""How a view becomes an answer: headers, cookies, a page for whatever goes wrong, and a line in the log."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chalice.app import Request, Response

from chalicelib.domain.contact import Secret
from chalicelib.domain.errors import AccountClosed, NotAuthenticated, NotPermitted, Throttled
from chalicelib.entrypoints.api.problems import Problem, problem_of
from chalicelib.entrypoints.log import served
from chalicelib.entrypoints.web.page_request import (
    LANGUAGE_COOKIE,
    FormRefused,
    PageRequest,
    read_request,
    session_cookie,
    with_form,
)

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # WebOTP may read the code from the SMS here, and nowhere inside a frame.
    "Permissions-Policy": "otp-credentials=(self)",
    "Cache-Control": "no-store",
}

FORM_REFUSED = Problem(403, "form-refused", "Form refused", "The form is not one that this page gave to this browser.")


@dataclass(frozen=True)
class Answer:
    """What a view answers.

    Attributes:
        session: a token that the browser shall keep from now on; empty to forget it, None to leave it as it is.
    """

    body: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    session: Secret | None = None


View = Callable[..., Answer]


def page(request: PageRequest, template: str, status: int = 200, session: Secret | None = None, **said: Any) -> Answer:
    """The template, filled in."""
    # Jinja is not loaded for stylesheets and redirections.
    from chalicelib.entrypoints.web.html import render

    return Answer(render(request, template, said), status, session=session)


def see_other(request: PageRequest, path: str = "", session: Secret | None = None) -> Answer:
    """The browser goes on to another page with GET. Source: RFC 9110 15.4.4.

    Args:
        path: below the page's own, with its query.
    """
    return Answer("", 303, {"Location": request.home + path}, session)


def serve(view: View, request: Request, route: str, captured: Mapping[str, str]) -> Response:
    """The view's answer, or a page that says what went wrong."""
    started, problem, failure, read = time.perf_counter(), None, None, None
    try:
        read = read_request(request)
        if request.method == "POST":
            read = with_form(read, request)
        answer = view(read, **captured)
    except Exception as error:
        problem, failure = _problem(error), error
        answer = _sorry(read, error, problem)
    request_id = str(request.context.get("requestId", ""))
    served(request_id, route, answer.status, problem.slug if problem else None, started, failure)
    return Response(answer.body, _headers(read, answer), answer.status)


def _problem(error: Exception) -> Problem:
    return FORM_REFUSED if isinstance(error, FormRefused) else problem_of(error)


def _sorry(read: PageRequest | None, error: Exception, problem: Problem) -> Answer:
    if read is None:
        return Answer(problem.title, problem.status)
    if isinstance(error, AccountClosed):
        return see_other(read, "/erased", Secret(""))
    if isinstance(error, NotAuthenticated):
        return see_other(read, "?say=ended")
    if isinstance(error, NotPermitted):
        return page(read, "weak.html", problem.status)
    seconds = error.retry_after_seconds if isinstance(error, Throttled) else 0
    answer = page(read, "sorry.html", problem.status, slug=problem.slug, wait=_wait(seconds))
    return replace(answer, headers={"Retry-After": str(seconds)} if seconds else {})


def _wait(seconds: int) -> tuple[str, int] | None:
    """The unit and how many, as people count: in hours what is longer than 90 minutes."""
    unit, length = ("wait_hours", 3600) if seconds > 5400 else ("wait", 60)
    return (unit, -(-seconds // length)) if seconds else None


def _headers(read: PageRequest | None, answer: Answer) -> dict[str, str | list[str]]:
    headers: dict[str, str | list[str]] = {**HEADERS, **answer.headers}
    if read is None:
        return headers
    cookies = []
    if answer.session is not None:
        cookies.append(_session_cookie(read, answer.session))
    elif read.is_new and answer.headers.get("Cache-Control") is None:
        cookies.append(_session_cookie(read, read.token))
    if read.asked_locale:
        cookies.append(_cookie(read, LANGUAGE_COOKIE, read.asked_locale, read.home))
    secure = {"Strict-Transport-Security": "max-age=31536000"} if read.address.is_secure else {}
    return {**headers, **secure, **({"Set-Cookie": cookies} if cookies else {})}


def _session_cookie(read: PageRequest, token: str) -> str:
    # No end of its own: a browser that forgot it could not be told that its session has ended.
    name = session_cookie(read.address)
    path = "/" if read.address.is_secure else read.home
    return _cookie(read, name, token, path) + ("" if token else "; Max-Age=0")


def _cookie(read: PageRequest, name: str, value: str, path: str) -> str:
    # Lax, since a wallet on the web sends its customer here from another site; forms are guarded by their own token.
    secure = "; Secure" if read.address.is_secure else ""
    return f"{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}"
