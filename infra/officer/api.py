"""Reads from the API as the officer whose token it is given."""

import json
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

WAIT_SECONDS = 30


class Refused(Exception):
    """The API did not give it; the text says why."""


def read(api: str, path: str, token: str) -> str:
    """The body of the API's answer.

    Raises:
        Refused: there was none, or a problem.
    """
    request = Request(api.rstrip("/") + path, headers={"Authorization": f"Bearer {token}"})
    try:
        with urlopen(request, timeout=WAIT_SECONDS) as answer:
            body: bytes = answer.read()
            return body.decode()
    except HTTPError as failure:
        raise Refused(f"{failure.code}: {_title(failure.read())}") from None
    except (URLError, OSError) as failure:
        raise Refused(f"{api} does not answer ({type(failure).__name__})") from None


def _title(body: bytes) -> str:
    try:
        return str(json.loads(body)["title"])
    except (ValueError, KeyError, TypeError):
        return "no problem was named"
