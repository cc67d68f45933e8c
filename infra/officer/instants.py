"""Instants as files and answers write them."""

from datetime import MAXYEAR, MINYEAR, datetime


def instant(text: str) -> datetime:
    """The instant.

    Raises:
        ValueError: the text is none, or lacks its offset.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant without its offset")
    # A minute or an hour more or less must be an instant, too.
    if at.year in (MINYEAR, MAXYEAR):
        raise ValueError("no instant of ours")
    return at
