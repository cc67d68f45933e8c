"""Finds a second person's word for a wish, or has it wait for one."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.errors import ApprovalRequired
from chalicelib.domain.reveal_approval import RevealApproval, RevealWish, new_approval
from chalicelib.domain.writes import Conflict, Insert, Replace
from chalicelib.ports import Store


@dataclass(frozen=True)
class AskSecondPerson:
    """Words stand where nobody but the strongroom may write."""

    store: Store

    def __call__(self, wish: RevealWish, at: datetime) -> Replace[RevealApproval]:
        """The write that uses up the word; it belongs into the commit that uses the contact token.

        Raises:
            ApprovalRequired: nobody has agreed yet. The wish waits; asked again meanwhile, it is the same one.
        """
        found = self.store.get(RevealApproval, wish.key)
        while found is None or found.status == "used":
            asked = new_approval(wish, at)
            try:
                self.store.commit(Replace(found, asked) if found else Insert(asked))
                found = asked
            except Conflict as conflict:
                found = conflict.current(RevealApproval)
        if found.status == "pending":
            raise ApprovalRequired(found.id, found.lapses_at)
        return Replace(found, found.used(at))
