"""What the services need to reach a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Every function loads the ports, and the authorizer nothing of these.
    from chalicelib.domain.phone_number import PhoneNumber


class SmsCarrier(Protocol):
    """One way to a phone. It tries, and judges nothing: timing, outcome and cost are `services/sms_sender.py`'s."""

    def attempt(self, number: PhoneNumber, body: str, reference: str, code_seconds: int | None = None) -> str:
        """The carrier took it once; returns the carrier's own id of the message.

        Args:
            reference: an opaque id of ours, for the carrier's events; never a number.
            code_seconds: what is left of the life of the code in it, 1 or more; None if there is no code in it.

        Raises:
            SmsThrottled: surely not sent; the carrier takes no more at the moment.
            SmsRefused: surely not sent, and why.
            Exception: whatever else; it may have been sent.
        """
        ...


class SmsFeedback(Protocol):
    """A carrier that wants to know which of its codes were entered."""

    def tell(self, message_id: str, *, received: bool) -> None:
        """The carrier knows; telling it again changes nothing.

        Raises:
            Unavailable: it did not take it.
        """
        ...


class NumberLookup(Protocol):
    """A provider that knows which carrier a number is with."""

    def carrier(self, number: PhoneNumber) -> str | None:
        """Who carries the number now, as the provider names it; None if it does not say.

        Raises:
            Unavailable: the provider did not answer.
        """
        ...


class ProviderOptOuts(Protocol):
    """The numbers that the provider sends nothing to, since their owners answered STOP to it: a list in each region."""

    def regions(self, wanted: Sequence[str]) -> Sequence[str]:
        """The regions wanted, or the one that this process runs in if none is."""
        ...

    def listed(self, region: str) -> Iterator[Sequence[str]]:
        """The numbers on the region's list in E.164, page by page.

        Raises:
            Unavailable: the provider did not answer.
        """
        ...

    def opt_in(self, number: str, region: str) -> bool:
        """True if the number is not on the region's list any more; False if the provider refuses, for it was too soon.

        Raises:
            Unavailable: the provider did not answer.
        """
        ...


class SendQueue(Protocol):
    """Verifications for which something is left to be done, behind their answers."""

    def put(self, verification_id: str, delay_seconds: int = 0) -> None:
        """A worker will look at the verification once or more, and not before the delay is over.

        Args:
            delay_seconds: 0 to 900.

        Raises:
            Unavailable: the queue did not answer; it may have taken it.
        """
        ...
