"""The strongroom: the only place where a customer's number is opened."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.contact import Message
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.reveal_approval import RevealApproval
from chalicelib.domain.verification import Send
from chalicelib.ports import TokenVerifier
from chalicelib.services.approve_wish import ApproveWish
from chalicelib.services.reveal_number import RevealNumber
from chalicelib.services.send_contact import SendContact
from chalicelib.services.send_known_code import SendKnownCode
from chalicelib.services.send_word import SendWord


@dataclass(frozen=True)
class StrongroomService:
    """Its doors. Each proves the caller again, whoever asks."""

    tokens: TokenVerifier
    send_known_code: SendKnownCode
    send_word: SendWord
    send_contact: SendContact
    reveal_number: RevealNumber
    approve_wish: ApproveWish

    def send_code(self, authorization: str, verification_id: str) -> Send:
        """The intended send of this verification has been made once, and this is what is known of it.

        Raises:
            NotAuthenticated, NotPermitted, NotFound: not the caller's verification, or its customer has no such number.
            CustomerRestricted, CustomerPurged: there is nobody to send to.
            VerificationSpent, VerificationCancelled, VerificationExpired, VerificationLocked: nothing to send for.
            Throttled, SpendLimitReached: the caller opens too much, or a ceiling of money is reached.
            Contended: the send is not intended any more; somebody else took it.
        """
        return self.send_known_code(self.tokens.verify(authorization).acting_as("wallet"), verification_id)

    def tell_old_number(self, authorization: str, customer_id: str) -> Message:
        """The old number of the customer's change of number has been told once, and this is what is known of it.

        Raises:
            NotAuthenticated, NotPermitted, NotFound: not the caller's customer, or there is nothing to tell.
            Throttled, SpendLimitReached, PhoneNumberRefused: nothing was opened.
            Contended: the number was erased meanwhile.
        """
        return self.send_word(self.tokens.verify(authorization).acting_as("wallet", "customer"), customer_id)

    def send_message(
        self, authorization: str, token: str, template: str, parameters: Mapping[str, str], keyed: KeyedRequest | None
    ) -> Message:
        """The message was sent at most once, the token is used and the access is logged.

        Raises:
            NotAuthenticated, NotPermitted: not a caller for this.
            ContactTokenInvalid, Throttled, FieldInvalid, SpendLimitReached: nothing was opened.
            IdempotencyKeyReused: the key was used with another body.
            Contended: the number was erased after the token was used.
        """
        caller = self.tokens.verify(authorization).acting_as("staff", "wallet")
        return self.send_contact(caller, token, template, parameters, keyed)

    def reveal(
        self,
        authorization: str,
        token: str,
        justification: str,
        keyed: KeyedRequest | None,
        ticket: str | None = None,
    ) -> PhoneNumber:
        """The number in clear; the token is used, the access logged with its reason, and it counts for the person.

        Raises:
            NotAuthenticated, NotPermitted: not a caller for this.
            FieldInvalid, ContactTokenInvalid, Throttled, ApprovalRequired: nothing was opened.
            NumberStale: another carrier has the number than before; nobody has seen it.
            PersonPaused: the caller is shown nothing for now.
            NotReplayable, IdempotencyKeyReused: the key was used before, with the same body or another.
            Contended: the number was erased after the token was used.
        """
        caller = self.tokens.verify(authorization).acting_as("staff")
        return self.reveal_number(caller, token, justification, ticket, keyed)

    def approve_reveal(
        self, authorization: str, approval_id: str, customer_id: str, keyed: KeyedRequest | None
    ) -> RevealApproval:
        """A colleague may be shown this minor's number: the caller said so, or another colleague before.

        Raises:
            NotAuthenticated, NotPermitted: not a caller for this, or the one who wants to be shown it.
            NotFound: nothing waits under this id for this customer, or the ten minutes are over.
            PersonPaused: the caller is shown nothing for now, and has others shown nothing.
            IdempotencyKeyReused: the key was used for another wish.
        """
        caller = self.tokens.verify(authorization).acting_as("staff")
        return self.approve_wish(caller, approval_id, customer_id, keyed)
