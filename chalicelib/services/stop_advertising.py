"""Ends all advertising to a number, whoever has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.consent import ConsentEvent, withdrawn
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.errors import Contended
from chalicelib.domain.freshness import OPT_OUT, doubted
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.policy import Policy
from chalicelib.domain.suppression import BY_PROVIDER, Suppression, advertised, deciding, suppressed
from chalicelib.domain.writes import Conflict, Expect, Insert, Replace, Write
from chalicelib.ports import Store
from chalicelib.services.append_events import MOST_ROUNDS, AppendEvents
from chalicelib.services.number_tags import suppressions_of, unheld
from chalicelib.services.tag_holder import holder


@dataclass(frozen=True)
class Stopped:
    """What a no came to.

    Attributes:
        customer: who has the number, as they stood before; None if nobody does.
        is_news: False if all of it had been said before.
    """

    customer: Customer | None
    is_news: bool


@dataclass(frozen=True)
class StopAdvertising:
    """The number's row, the customer's head and the events of the ledger say it in one commit."""

    policy: Policy
    store: Store
    append_events: AppendEvents

    def __call__(self, tags: Sequence[str], source: str, said_at: datetime) -> Stopped:
        """No advertising goes to the number, and its customer's consents to any, given before, are withdrawn.

        Args:
            tags: all of the number, that in use first.
            source: as `Suppression` has it.
            said_at: what was agreed to later stands: the same no may come again, and late. A first no suppresses the
                number even after a later yes in person: it errs towards the no, and a new yes in person lifts it.

        Raises:
            NotFound: the customer's ledger key is gone.
            Contended, Unavailable: the store did not take it; nothing has happened.

        Source: PIPL 15; GDPR 7(3), 21(3); MIIT Order 31 (2015) art. 18; 47 CFR 64.1200.
        """
        for _ in range(MOST_ROUNDS):
            customer = holder(self.store, tags)
            try:
                if customer is None or customer.held is None or not customer.held.has_tag(tags):
                    return Stopped(None, self._suppress(tags, customer, source, said_at))
                return Stopped(customer, self._withdraw(customer.id, tags, source, said_at))
            except Conflict:
                # Somebody has bound the number, or said the same.
                continue
        raise Contended

    def _suppress(self, tags: Sequence[str], waiting: Customer | None, source: str, said_at: datetime) -> bool:
        claimed = [tag for tag in tags if waiting is not None and tag in waiting.tags]
        _, writes = stopped_rows(self.store, (*claimed, *tags), source, said_at)
        if not writes:
            return False
        # Who binds the number in this moment, or whose change to it takes effect, has not seen the row.
        self.store.commit(*writes, *([Expect(waiting)] if waiting is not None else unheld(tags)))
        return True

    def _withdraw(self, customer_id: str, tags: Sequence[str], source: str, said_at: datetime) -> bool:
        is_news = False

        def say(customer: Customer, at: datetime) -> list[ConsentEvent]:
            purposes = advertised(customer, self.policy, said_at)
            return [withdrawn(new_id("evt"), customer, each, self.policy, at, source, "sms_reply") for each in purposes]

        def change(
            customer: Customer, _events: Sequence[ConsentEvent], _at: datetime
        ) -> tuple[Customer, Sequence[Write]]:
            nonlocal is_news
            if not customer.is_open or customer.tag is None or customer.tag not in tags:
                # The number has left them, and may be somebody else's already.
                raise Conflict([(TagHolder, None)])
            # Under a tag that the head has: who lifts it knows no other.
            rows, writes = stopped_rows(self.store, (customer.tag, *tags), source, said_at)
            head = suppressed(customer, rows)
            is_news = head is not customer or bool(writes)
            # What the person writes to us they write from the number that we know. Of the provider's list we only see
            # that nothing reaches the number any more.
            return doubted(head, OPT_OUT, said_at) if source == BY_PROVIDER else head, writes

        events = self.append_events(customer_id, say, change)
        return is_news or bool(events)


def stopped_rows(
    store: Store, tags: Sequence[str], source: str, said_at: datetime
) -> tuple[Sequence[Suppression], list[Write]]:
    """The number's own rows as the no makes them, and what is written of them.

    No row comes to stand again under a tag that is not in use: its key may be about to go.

    Args:
        tags: all that are known of the number, some perhaps twice; the no stands under the first.
    """
    found = suppressions_of(store, tuple(dict.fromkeys(tags)))
    decides = deciding(found)
    if decides is not None and decides.stopped(source, said_at) is decides:
        return found, []
    there = next((row for row in found if row.tag == tags[0]), None)
    if there is None:
        new = Suppression(tags[0], said_at, source)
        return [new], [Insert(new)]
    after = there.stopped(source, said_at)
    return [after], [Replace(there, after)]
