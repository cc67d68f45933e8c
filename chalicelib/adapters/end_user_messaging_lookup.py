"""Who carries a number, by AWS End User Messaging."""

from dataclasses import dataclass

from chalicelib.adapters import aws
from chalicelib.domain.phone_number import PhoneNumber


@dataclass(frozen=True)
class EndUserMessagingLookup:
    """One CarrierLookup, one attempt: a contact waits for it, and each is paid for."""

    def carrier(self, number: PhoneNumber) -> str | None:
        """Who carries the number now, in the service's own words; None if it does not say.

        In some countries that is who carried it first: there no change is ever seen.

        Raises:
            Unavailable: the service did not answer.
        """
        with aws.translated():
            answer = aws.carrier_lookup().carrier_lookup(PhoneNumber=number.e164)
        return answer.get("Carrier") or None
