"""Answers that Chalice gives by itself, turned into problems."""

from collections.abc import Callable

from chalice.app import Request, Response

from chalicelib.entrypoints.api.problems import gateway_problem

# A view's own: a problem, or a page that says what went wrong.
OF_VIEWS = ("application/problem+json", "text/html; charset=utf-8")


def problems_only(event: Request, get_response: Callable[[Request], Response]) -> Response:
    """The view's answer, or a problem where Chalice refused before it got to a view (405)."""
    response = get_response(event)
    media_type = str(response.headers.get("Content-Type", ""))
    if response.status_code < 400 or media_type in OF_VIEWS:
        return response
    status, headers, body = gateway_problem(response.status_code, event.context.get("requestId", "unknown"))
    kept = {name: value for name, value in response.headers.items() if name == "Allow"}
    return Response(body, headers | kept, status)
