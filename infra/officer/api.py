"""Reads from the API as the officer whose token it is given."""

import json
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

WAIT_SECONDS = 30


class Refused(Exception):
    """The API did not give it; the text says why."""


def read(api: str, path: str, token: str) -> str:
    """The body of the API's answer.

    Raises:
        Refused: there was none, or a problem.
    """
    if not api.startswith(("https://", "http://")):
        raise Refused(f"{api} is no address: it must begin with https://")
    try:
        request = Request(api.rstrip("/") + path, headers={"Authorization": f"Bearer {token}"})
        with urlopen(request, timeout=WAIT_SECONDS) as answer:
            body: bytes = answer.read()
            return body.decode()
    except HTTPError as failure:
        raise Refused(f"{failure.code}: {_title(failure)}") from None
    # A ValueError is no text in the answer, or a token or an address that no header can hold.
    except (OSError, HTTPException, ValueError) as failure:
        raise Refused(f"{api} does not answer ({type(failure).__name__})") from None


def _title(problem: HTTPError) -> str:
    try:
        return str(json.loads(problem.read())["title"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError, RecursionError):
        return "no problem was named"
