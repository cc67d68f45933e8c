"""Has the old number told that a customer's number changes."""

from dataclasses import dataclass

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import RingfenceError
from chalicelib.ports import Journal, Strongroom


@dataclass(frozen=True)
class TellOldNumber:
    """Behind the commit that begins the change, and for each repeat of its request: the strongroom tells once."""

    strongroom: Strongroom
    journal: Journal

    def __call__(self, authorization: str, customer: Customer) -> None:
        """The old number was told, or the log says why not; the change stands either way.

        Args:
            customer: as the change has left them.
        """
        if customer.leaving is None:
            return
        try:
            self.strongroom.tell_old_number(authorization, customer.id)
        except RingfenceError as failure:
            # It can be told again by a repeated request; whoever began the change has done what they could.
            self.journal.note("old_number", outcome="not_told", error=type(failure).__name__)
