"""Erases what points to a closed customer's number."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain

from chalicelib.domain.claim import CLAIM_LIFETIME, Claim
from chalicelib.domain.contact import ContactToken, Message
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.session import HandOver, Session
from chalicelib.domain.suppression import Suppression
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Record, Remove
from chalicelib.ports import Store
from chalicelib.services.concurrently import together
from chalicelib.services.number_tags import suppressions_of
from chalicelib.services.throttle import Throttle

# Limits that count under the tag.
COUNTED = ("number", "page_number", "wrong_codes_for_number", "answers")
OF_CUSTOMER: tuple[tuple[str, type[Record]], ...] = (
    ("claims", Claim),
    ("contact_tokens", ContactToken),
    ("messages", Message),
    ("sessions", Session),
    ("links", HandOver),
)

# Rows with the names of their kinds.
Found = list[tuple[str, Record]]


@dataclass(frozen=True)
class EraseTraces:
    """Each row is removed by itself: what a first round removed, a second does not find.

    Indexes are a moment behind. What they do not show yet of the last second before the closing holds no number, can be
    used for nothing any more, and ends by itself within a day; of messages, within three.
    """

    store: Store
    throttle: Throttle

    def __call__(self, customer: Customer) -> Counter[str]:
        """Nothing that can be found points to the number, except what came after the closing; says how many of each.

        Raises:
            Conflict: something was changed in this moment.
            Unavailable: the store did not answer; what was removed is gone, and the rest is found again.
        """
        assert customer.closed_at is not None
        until = customer.closed_at
        tags = [tag for number in customer.numbers for tag in number.tags]
        counted = [key for tag in tags for name in COUNTED for key in self.throttle.keys(name, tag, until)]
        found: tuple[Found, ...] = together(
            *(partial(self._of_customer, *each, customer.id) for each in OF_CUSTOMER),
            *(partial(self._of_tag, tag, customer.id, until) for tag in tags),
            *(partial(self._count, key, until) for key in counted),
        )
        erased: Counter[str] = Counter()
        for name, record in chain.from_iterable(found):
            self.store.commit(Remove(record))
            erased[name] += 1
        return erased

    def _of_customer(self, name: str, kind: type[Record], customer_id: str) -> Found:
        return [(name, it) for it in self.store.owned(kind, customer_id)]

    def _of_tag(self, tag: str, customer_id: str, until: datetime) -> Found:
        # The number may have a new owner by now. What came up under its tag after the closing is theirs.
        verifications = self.store.owned(Verification, tag)
        proofs = [it for it in verifications if it.started_at <= until or it.customer_id == customer_id]
        claims = [it for it in self.store.owned(Claim, tag) if it.lapses_at - CLAIM_LIFETIME <= until]
        holder = self.store.get(TagHolder, tag)
        held = [holder] if holder is not None and holder.customer_id == customer_id else []
        # A no that was taken back keeps nobody away: of who is gone, nothing needs to be remembered.
        lifted = [] if holder is not None and not held else self._lifted(tag)
        return [
            *(("verifications", it) for it in proofs),
            *(("claims", it) for it in claims),
            *(("tag_holders", it) for it in held),
            *(("lifted_suppressions", it) for it in lifted),
        ]

    def _lifted(self, tag: str) -> list[Suppression]:
        return [row for row in suppressions_of(self.store, [tag]) if not row.stands]

    def _count(self, key: str, until: datetime) -> Found:
        log = self.store.get(ThrottleLog, key, even_lapsed=True)
        return [("throttle_logs", log)] if log is not None and max(log.admitted) <= until else []
