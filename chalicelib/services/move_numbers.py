"""Commits heads whose numbers change, and all that follows from it; then others hear."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain

from chalicelib.domain.consent import expired
from chalicelib.domain.customer import LEDGER_KEY, Customer, TagHolder, WrappedKey
from chalicelib.domain.errors import NotFound
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.number_news import news
from chalicelib.domain.number_steps import Step, Turn
from chalicelib.domain.policy import Policy
from chalicelib.domain.schedule import dated
from chalicelib.domain.suppression import suppressed
from chalicelib.domain.witness import witness_of
from chalicelib.domain.writes import Conflict, Insert, Remove, Replace, Write
from chalicelib.ports import LedgerCipher, Store
from chalicelib.services.chaining import chained
from chalicelib.services.concurrently import together
from chalicelib.services.number_tags import suppressions_of, unchanged, unheld
from chalicelib.services.tell_news import TellNews
from chalicelib.services.witnessing import witnessed

# Where consents ended, as the ledger names it.
SURFACE = "number_change"
# For whoever decides again after a conflict: each lost round was won by a change of one of the same customers.
MOST_ROUNDS = 20


@dataclass(frozen=True)
class MoveNumbers:
    """A number's row follows its head, what stops advertising follows the number, and no key outlives its number."""

    policy: Policy
    store: Store
    ledger: LedgerCipher
    tell_news: TellNews

    def __call__(self, turns: Sequence[Turn], at: datetime, *writes: Write) -> list[Customer]:
        """The turns are taken and `writes` have happened, all in one commit; returns the heads as they stand now.

        Others have been told of each turn that is a step of a change.

        Raises:
            Conflict: something is not as it was read; nothing has happened.
            NotFound: the ledger key of a customer whose consents end is gone.
            Unavailable: the store did not answer.
        """
        rows, *moved = together(lambda: list(self._rows(turns)), *(partial(self._moved, turn, at) for turn in turns))
        heads = [Replace(turn.before, head) for turn, (head, _) in zip(turns, moved, strict=True)]
        followed = chain.from_iterable(more for _, more in moved)
        self.store.commit(*heads, *rows, *followed, *writes)
        self.tell_news([news(turn, at) for turn in turns if isinstance(turn, Step)])
        return [head.after for head in heads]

    def _rows(self, turns: Sequence[Turn]) -> Iterator[Write]:
        """Each number's row names who has it: one write for a number that goes from hand to hand."""
        lost = {tag: turn.before.id for turn in turns for tag in turn.before.tags - turn.after.tags}
        won = {tag: turn.after.id for turn in turns for tag in turn.after.tags - turn.before.tags}
        for tag in lost.keys() | won.keys():
            row = self.store.get(TagHolder, tag) if tag in lost else None
            if row is not None and row.customer_id != lost[tag]:
                # The head was read before it moved on.
                raise Conflict([(TagHolder, row)])
            if tag in won:
                new = TagHolder(tag, won[tag])
                yield Replace(row, new) if row is not None else Insert(new)
            elif row is not None:
                yield Remove(row)
        # Somebody else may hold one that is won under another key of the index.
        numbers = [number for turn in turns for number in turn.after.numbers if number.tag in won]
        yield from unheld([tag for number in numbers for tag in number.other_tags if tag not in lost])

    def _moved(self, turn: Turn, at: datetime) -> tuple[Customer, list[Write]]:
        head, links = self._without_consents(turn, at)
        head, guards = self._as_stopped(turn.before, head)
        keys = (self.store.get(WrappedKey, head.id, it) for it in turn.before.key_ids - head.key_ids)
        # An end of the contract is remembered elsewhere, too.
        told = witnessed(self.store, head) if witness_of(head) != witness_of(turn.before) else []
        gone = [Remove(key) for key in keys if key is not None]
        return dated(head, self.policy.rules), [*links, *guards, *told, *gone]

    def _without_consents(self, turn: Turn, at: datetime) -> tuple[Customer, list[Write]]:
        if not turn.ended:
            return turn.after, []
        key = self.store.get(WrappedKey, turn.before.id, LEDGER_KEY)
        if key is None:
            raise NotFound
        events = [expired(new_id("evt"), turn.before, it, self.policy, at, SURFACE) for it in turn.ended]
        head, links = chained(turn.after, events, at, self.ledger.unlock(key))
        return head, [Insert(link) for link in links]

    def _as_stopped(self, before: Customer, head: Customer) -> tuple[Customer, list[Write]]:
        """The head says whether its number takes advertising. A STOP that comes in this moment is expected not to."""
        if head.tag == before.tag:
            return head, []
        if head.tag is None:
            return suppressed(head, ()), []
        rows = suppressions_of(self.store, head.known_tags)
        return suppressed(head, rows), list(unchanged(rows, head.known_tags))
