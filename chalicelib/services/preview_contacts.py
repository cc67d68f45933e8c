"""Looks whether customers may be contacted now, for lists and screens: no token, and no share of a cap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from chalicelib.domain.caller import Caller
from chalicelib.domain.customer import Customer
from chalicelib.domain.gate import ContactQuestion, Decision, decide
from chalicelib.domain.moving import Move, moved
from chalicelib.domain.policy import Policy
from chalicelib.domain.previews import Previews, no_previews, one_more
from chalicelib.domain.writes import Conflict, Insert
from chalicelib.ports import Clock, Store
from chalicelib.services.concurrently import together_by_name
from chalicelib.services.decide_contact import require_purpose


@dataclass(frozen=True)
class PreviewContacts:
    """What the gate would say now. That somebody looked is kept as a count."""

    policy: Policy
    clock: Clock
    store: Store

    def __call__(
        self, caller: Caller, customer_ids: Sequence[str], purpose: str, channel: str
    ) -> Mapping[str, Decision | None]:
        """The decision for each customer as of now, None for whom there is not; each is read strongly consistent.

        Args:
            customer_ids: at least one.

        Raises:
            FieldInvalid: there is no such purpose.
        """
        require_purpose(self.policy, purpose)
        at = self.clock.now()
        questions = {each: ContactQuestion(each, purpose, channel) for each in customer_ids}
        return together_by_name({each: partial(self._preview, caller, it, at) for each, it in questions.items()})

    def _preview(self, caller: Caller, question: ContactQuestion, at: datetime) -> Decision | None:
        customer = self.store.get(Customer, question.customer_id)
        if customer is None:
            return None
        self._count(no_previews(customer.id, at), one_more(caller.role))
        return decide(customer, question, self.policy, at)

    def _count(self, month: Previews, move: Move) -> None:
        # Not by MovingRows: what it remembers is for rows that many share.
        try:
            self.store.add(Previews, month.key, move, None)
        except Conflict:
            try:
                self.store.commit(Insert(moved(month, move)))
            except Conflict:
                self.store.add(Previews, month.key, move, None)
