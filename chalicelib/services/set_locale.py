"""Keeps the language in which a customer wants to be spoken to."""

from dataclasses import dataclass, replace

from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.locales import nearest_locale
from chalicelib.domain.policy import Policy
from chalicelib.services.note_fact import NoteFact


@dataclass(frozen=True)
class SetLocale:
    """They are spoken to in it from now on; what was agreed to stays in the language that it was read in."""

    policy: Policy
    note_fact: NoteFact

    def __call__(self, customer_id: str, locale: str, keyed: KeyedRequest | None) -> Customer:
        """The customer's locale is the one of the SMS texts that is nearest to this.

        Args:
            locale: a BCP 47 tag.

        Raises:
            FieldInvalid: no SMS speaks this language.
            NotFound, CustomerRestricted, CustomerPurged, IdempotencyKeyReused: as `NoteFact` says.

        Source: PIPL 46; GDPR 5(1)(d), 16.
        """
        # At signup an unknown language gives the default; who corrects it is told instead.
        spoken = nearest_locale(locale, self.policy.texts, "")
        if not spoken:
            raise FieldInvalid("/locale", "must be of a language that the SMS texts have")
        return self.note_fact(customer_id, keyed, lambda it, _: replace(it, locale=spoken))
