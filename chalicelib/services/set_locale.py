"""Keeps the language in which a customer wants to be spoken to."""

from dataclasses import dataclass, replace

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.locales import nearest_locale
from chalicelib.domain.policy import Policy
from chalicelib.ports import Clock, Store
from chalicelib.services.changing import changed, existing
from chalicelib.services.idempotency import Idempotency


@dataclass(frozen=True)
class SetLocale:
    """They are spoken to in it from now on; what was agreed to stays in the language that it was read in."""

    policy: Policy
    clock: Clock
    store: Store
    idempotency: Idempotency

    def __call__(self, customer_id: str, locale: str, keyed: KeyedRequest | None) -> Customer:
        """The customer's locale is the one of the SMS texts that is nearest to this.

        Args:
            locale: a BCP 47 tag.

        Raises:
            FieldInvalid: no SMS speaks this language.
            NotFound: there is no such customer.
            CustomerRestricted, CustomerPurged: nothing is noted of them any more.
            IdempotencyKeyReused: the key was used with another body.

        Source: PIPL 46; GDPR 5(1)(d), 16.
        """
        # At signup an unknown language gives the default; who corrects it is told instead.
        spoken = nearest_locale(locale, self.policy.texts, "")
        if not spoken:
            raise FieldInvalid("/locale", "must be of a language that the SMS texts have")
        return self.idempotency.once(
            keyed,
            lambda: self._set(existing(self.store, Customer, customer_id), spoken, keyed),
            lambda earlier: existing(self.store, Customer, earlier),
        )

    def _set(self, customer: Customer, locale: str, keyed: KeyedRequest | None) -> Customer:
        at = self.clock.now()

        def noted(it: Customer) -> Customer:
            it.require_open()
            return it if it.locale == locale else replace(it, locale=locale)

        return changed(self.store, customer, noted, lambda it: self.idempotency.claim(keyed, it.id, it.id, at))
