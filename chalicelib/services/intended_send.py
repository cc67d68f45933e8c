"""A send that is saved as intended, and what is left to do for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from chalicelib.domain.verification import Verification
from chalicelib.ports import Strongroom


@dataclass(frozen=True, repr=False)
class Started:
    """A saved verification, and what its first send needs; a repeated request sends nothing."""

    verification: Verification
    send: Callable[[], Verification] | None = None


def started_before(verification: Verification, strongroom: Strongroom, authorization: str) -> Started:
    """What an earlier request left. A send that never got into the strongroom is offered again: it takes each once."""
    in_strongroom = verification.pending_number is None and verification.status == "pending"
    if in_strongroom and verification.sends[-1].delivery == "intended":
        return Started(verification, partial(send_known, strongroom, authorization, verification))
    return Started(verification)


def send_known(strongroom: Strongroom, authorization: str, verification: Verification) -> Verification:
    """The last send of a known customer's verification was tried once; the number was opened out of our sight."""
    send = strongroom.send_code(authorization, verification.id)
    return replace(verification, sends=(*verification.sends[:-1], send))
