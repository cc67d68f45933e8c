"""What stands behind the question mark: instants, and where a page begins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime

from chalicelib.domain.due import read_place
from chalicelib.domain.errors import FieldInvalid

# Places have years of four digits; no hour is after the last one's.
FIRST_YEAR, LAST_YEAR = 1000, 9999


def instant(text: str, name: str) -> datetime:
    """The instant that the text is, RFC 3339.

    Raises:
        FieldInvalid: it is none; names the parameter.
    """
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None and FIRST_YEAR <= at.astimezone(UTC).year < LAST_YEAR:
            return at
    raise FieldInvalid(f"/{name}", "must be an instant, e.g. 2026-11-21T12:00:00Z")


def cursor(bucket: str, place: str) -> str:
    """What `read_cursor` reads again."""
    return urlsafe_b64encode(f"{bucket}|{place}".encode()).decode()


def read_cursor(text: str) -> tuple[str, str, datetime]:
    """A partition, a place in it, and the place's instant.

    Raises:
        ValueError: it is no cursor.
    """
    bucket, place = urlsafe_b64decode(text).decode().split("|")
    at, _ = read_place(place)
    if at.tzinfo is None:
        raise ValueError
    return bucket, place, at
