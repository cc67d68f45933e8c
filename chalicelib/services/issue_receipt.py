"""Issues a receipt for a consent record."""

from dataclasses import dataclass

from chalicelib.domain.consent_record import RECEIPT_TYPE, consent_receipt, consent_record
from chalicelib.domain.errors import NotFound
from chalicelib.domain.jws import compact
from chalicelib.domain.policy import Policy
from chalicelib.ports import Signer
from chalicelib.services.consent_history import ConsentHistory


@dataclass(frozen=True)
class IssueReceipt:
    """What a customer can show to anybody: every word on one purpose, and what was shown before it."""

    policy: Policy
    history: ConsentHistory
    signer: Signer

    def __call__(self, customer_id: str, purpose: str) -> bytes:
        """The receipt, as JSON in UTF-8; the same as long as nothing is said, the policy and the noted age stay.

        Raises:
            NotFound: there is no such customer, they said nothing on the purpose, or the ledger's retention has ended.
            LedgerDamaged: the chain does not hold.

        Source: ISO/IEC TS 27560; GDPR 7(1); PIPL 14.
        """
        customer, chained = self.history.chained(customer_id)
        events = [(event, link) for event, link in chained if event.purpose == purpose]
        if not events:
            raise NotFound
        return consent_receipt(consent_record(events, self.policy, under_14=customer.under_14))

    def signed(self, customer_id: str, purpose: str) -> str:
        """The same octets as a compact JWS, which the published keys check without asking here.

        Raises: what a call raises.

        Source: RFC 7515 7.1.
        """
        return compact(RECEIPT_TYPE, self(customer_id, purpose), self.signer.key_id, self.signer.sign)
