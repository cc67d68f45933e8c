"""Bugs about openings of numbers: what uses a token up, what is logged, what is settled, what is told again."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.access import AccessLogEntry, access
from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.contact import ContactToken, token_digest
from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.errors import NotReplayable, Unavailable
from chalicelib.domain.held_number import SealedNumber
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.reveals import Watch
from chalicelib.domain.writes import Expect, Insert, Replace, Write
from chalicelib.services.changing import existing
from chalicelib.services.contact_use import ContactUse
from chalicelib.services.opening import Opening
from chalicelib.services.reveal_number import RevealNumber
from chalicelib.services.watch_reveals import WatchReveals


class Overwrites(ContactUse):
    """The token is consumed whatever stands there."""

    def consume(
        self, token: ContactToken, customer: Customer, entry: AccessLogEntry, at: datetime, *writes: Write
    ) -> None:
        """The token is used, or used again."""
        whatever = self.store.get(ContactToken, token.digest) or token
        super().consume(whatever, customer, entry, at, *writes)


class Uncounted(ContactUse):
    """The share stays a reservation."""

    def _counted(self, _token: ContactToken, customer: Customer, _at: datetime) -> Write:
        return Expect(customer)


class Unlogged(ContactUse):
    """The access is not logged."""

    def consume(
        self, token: ContactToken, customer: Customer, _entry: AccessLogEntry, at: datetime, *writes: Write
    ) -> None:
        """The token is used."""
        self.store.commit(Replace(token, token.used(at)), Expect(customer), *writes)


class Unsettled(Opening):
    """What KMS answered is not written down."""

    def open(self, sealed: SealedNumber | None, entry: AccessLogEntry) -> PhoneNumber:
        """The number in clear."""
        assert sealed is not None
        key = existing(self.store, WrappedKey, entry.customer_id, sealed.key_id)
        return self.opener.open(entry.customer_id, sealed, key).number


class LogsLate(RevealNumber):
    """The access is logged once the number is open."""

    def __call__(
        self, caller: Caller, token: str, justification: str, ticket: str | None, keyed: KeyedRequest | None
    ) -> PhoneNumber:
        """The number in clear, and then its entry."""
        use = Unlogged(self.contact_use.policy, self.contact_use.store, self.opening)
        admitted = replace(self, contact_use=use)._admit(caller, token, justification, ticket, keyed)
        number = self.opening.open(admitted.customer.number, admitted.entry)
        self.opening.store.commit(Insert(admitted.entry))
        return number


class TellsAgain(RevealNumber):
    """A repeated reveal is answered like the first."""

    def __call__(
        self, caller: Caller, token: str, justification: str, ticket: str | None, keyed: KeyedRequest | None
    ) -> PhoneNumber:
        """The number in clear, as often as it is asked for."""
        try:
            return super().__call__(caller, token, justification, ticket, keyed)
        except NotReplayable:
            used = existing(self.opening.store, ContactToken, token_digest(token))
            retention, at = self.policy.rules.retention, self.clock.now()
            entry = access(caller, used.customer_id, "reveal", used.purpose, "call", (), at, retention)
            return self.opening.open(existing(self.opening.store, Customer, used.customer_id).number, entry)


class Forgives(WatchReveals):
    """What could not be counted is shown all the same."""

    def count(self, watch: Watch, entry: AccessLogEntry, number: PhoneNumber) -> None:
        """The number counts as shown, if that was possible."""
        with suppress(Unavailable):
            super().count(watch, entry, number)
