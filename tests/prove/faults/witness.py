"""What an onlooker sees: the tables, the phones, and everything that clients were answered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from chalicelib.adapters.dynamodb_places import PLACES, Item, from_item
from chalicelib.domain.contact import Message
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import R
from tests.prove.api import Reply
from tests.prove.faults import moto_memory
from tests.prove.faults.wire import Published
from tests.worlds import World

CODE = re.compile(r"#[0-9]{6}$")


@dataclass(frozen=True)
class Answer:
    """An answer, and what it answers."""

    asked: str
    body: Mapping[str, Any]
    key: str | None
    reply: Reply

    @property
    def good(self) -> bool:
        """It says that what was asked for is so."""
        return self.reply.status < 300


@dataclass
class Witness:
    """What was seen since the stage was set.

    Attributes:
        answers: all that clients got, oldest first.
        openings: each opening of a customer's number by KMS.
        published: each SMS that the carrier was given.
        sends: how many sends each verification ever had, erased since or not.
        messages: every message that was ever recorded.
    """

    world: World
    answers: list[Answer] = field(default_factory=list)
    openings: set[str] = field(default_factory=set)
    published: list[Published] = field(default_factory=list)
    sends: dict[str, int] = field(default_factory=dict)
    messages: set[str] = field(default_factory=set)

    def copied(self) -> "Witness":
        """The same, to go on from."""
        return replace(
            self,
            answers=list(self.answers),
            openings=set(self.openings),
            published=list(self.published),
            sends=dict(self.sends),
            messages=set(self.messages),
        )

    def look(self) -> "Sight":
        """What stands there now; what may be erased later is remembered."""
        sight = Sight(self)
        for verification in sight.rows(Verification):
            self.sends[verification.id] = max(self.sends.get(verification.id, 0), len(verification.sends))
        self.messages |= {message.id for message in sight.rows(Message)}
        return sight

    def answered(self, pattern: str) -> list[tuple[str, Answer]]:
        """The answers to requests that match, each with what the pattern captures."""
        found = ((re.fullmatch(pattern, answer.asked), answer) for answer in self.answers)
        return [(match[match.lastindex or 0], answer) for match, answer in found if match]


class Sight:
    """One moment."""

    def __init__(self, witness: Witness) -> None:
        self.witness = witness
        self.world = witness.world
        self._rows: dict[type[Any], list[Any]] = {}

    def rows(self, kind: type[R]) -> list[R]:
        """Every record of a kind."""
        if kind not in self._rows:
            place = PLACES[kind]
            others = tuple(it.prefix for it in PLACES.values() if it.table == place.table and it.prefix)
            items = (item for item in self._items(place.table) if item["pk"]["S"].startswith(place.prefix))
            # A kind without a prefix shares its table with kinds that have one.
            own = (item for item in items if place.prefix or not item["pk"]["S"].startswith(others))
            self._rows[kind] = [from_item(kind, item) for item in own]
        return self._rows[kind]

    def _items(self, table: str) -> list[Item]:
        if self.world.kind == "moto":
            return moto_memory.rows(f"{self.world.name}-{table}")
        return self.world.rows(table)

    @cached_property
    def codes(self) -> int:
        """How many SMS carried a code."""
        return sum(1 for sms in self.world.inbox() if CODE.search(sms.body))

    @cached_property
    def texts(self) -> int:
        """How many SMS carried none."""
        return len(self.world.inbox()) - self.codes
