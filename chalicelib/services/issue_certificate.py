"""Issues the certificate of an erasure."""

from dataclasses import dataclass

from chalicelib.domain.certificate import CERTIFICATE_TYPE, ErasureCertificate, canonical
from chalicelib.domain.jws import compact
from chalicelib.ports import Signer, Store
from chalicelib.services.changing import existing


@dataclass(frozen=True)
class IssueCertificate:
    """What a customer, or whoever audits the company, can hold against it."""

    store: Store
    signer: Signer

    def __call__(self, customer_id: str) -> bytes:
        """The certificate, as JSON in UTF-8; always the same.

        Raises:
            NotFound: there is no such customer, or they were not erased, or so long ago that the certificate has ended.

        Source: GDPR 5(2), 17; PIPL 47.
        """
        return canonical(existing(self.store, ErasureCertificate, customer_id))

    def signed(self, customer_id: str) -> str:
        """The same octets as a compact JWS, which the published keys check without asking here.

        Raises: what a call raises.

        Source: RFC 7515 7.1.
        """
        return compact(CERTIFICATE_TYPE, self(customer_id), self.signer.key_id, self.signer.sign)
