"""Ends every use of a customer's number that is not needed for the contract."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.caller import Caller
from chalicelib.domain.consent import ConsentEvent, said
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Contended
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.locales import nearest_locale
from chalicelib.domain.policy import Policy
from chalicelib.domain.standing import refusals
from chalicelib.domain.suppression import BY_OBJECTION, suppressed
from chalicelib.domain.writes import Conflict, Write
from chalicelib.ports import Store
from chalicelib.services.append_events import MOST_ROUNDS, AppendEvents
from chalicelib.services.stop_advertising import stopped_rows

SURFACE = "rights_request"


@dataclass(frozen=True)
class ObjectToUse:
    """The events of the ledger, the head and the number's row say it in one commit."""

    policy: Policy
    store: Store
    append_events: AppendEvents

    def __call__(self, caller: Caller, customer_id: str) -> Sequence[ConsentEvent]:
        """Nothing optional is agreed to, and no advertising goes to the number; a second time changes nothing.

        Of a closed customer nothing is used, and nothing is said.

        Raises:
            NotFound: there is no such customer, or no notice in any locale.
            Contended, Unavailable: the store did not take it; nothing has happened.

        Source: GDPR 21(2), 21(3); PIPL 15, 44; 广告法 43.
        """

        def say(customer: Customer, at: datetime) -> list[ConsentEvent]:
            if not customer.is_open:
                return []
            locale = nearest_locale(customer.locale, self.policy.rules.locales, self.policy.rules.default_locale)
            choices = [replace(it, surface=SURFACE) for it in refusals(customer, self.policy, locale, at)]
            return [said(new_id("evt"), customer, it, self.policy, caller, at) for it in choices]

        def change(
            customer: Customer, _events: Sequence[ConsentEvent], at: datetime
        ) -> tuple[Customer, Sequence[Write]]:
            if not customer.is_open or customer.tag is None:
                return customer, ()
            rows, writes = stopped_rows(self.store, customer.known_tags, BY_OBJECTION, at)
            return suppressed(customer, rows), writes

        for _ in range(MOST_ROUNDS):
            try:
                return self.append_events(customer_id, say, change)
            except Conflict:
                # A no by SMS came in the same moment.
                continue
        raise Contended
