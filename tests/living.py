"""A world in which customers live, for machines that Hypothesis drives: how it is acted upon, and how it is read."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from chalicelib.adapters.dynamodb_places import PLACES, from_item
from chalicelib.bootstrap import Ringfence
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Refused
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import R
from chalicelib.services.start_request import StartRequest
from tests.fakes import caller
from tests.memory_bus import MemoryBus
from tests.worlds import World, widened_policy

WALLET = caller()
# Few, so that they change hands often.
NUMBERS = tuple(f"+8613800138{nth:03d}" for nth in range(4))


def policy_of(folder: Path, *, law_holds: bool, step_up: bool) -> Path:
    """The packaged policy with all turned on that a life may meet, and nothing that throttles it."""
    policy = widened_policy(folder)
    rules = policy / "policy.toml"
    turned = {
        "[case_holds]": ("on = false", "on = true"),
        "[holds.e_commerce]": ("on = false", f"on = {str(law_holds).lower()}"),
        "[number_change.take_over]": ("allowed = false", "allowed = true"),
        "allowed = true": ("step_up = true", f"step_up = {str(step_up).lower()}"),
    }
    text = rules.read_text(encoding="utf-8").replace("days = 1096", "days = 60")
    for table, (before, after) in turned.items():
        head, found, tail = text.partition(table)
        assert found
        assert before in tail
        text = head + found + tail.replace(before, after, 1)
    rules.write_text(text, encoding="utf-8")
    return policy


class Living(RuleBasedStateMachine):
    """What a machine does goes through the use cases; what it says of the world, it reads from the rows."""

    world_of: ClassVar[Callable[[], AbstractContextManager[World]]]
    done: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.opened = type(self).world_of()
        self.world = self.opened.__enter__()
        # Not every world has a bus, and who loses a number must have been told.
        vars(self.world.ringfence.adapters)["bus"] = MemoryBus()
        self.ids: list[str] = []
        self.tokens: list[tuple[str, str]] = []

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)

    @property
    def ringfence(self) -> Ringfence:
        # No two things happen at one instant, so that before and after can be told.
        self.world.clock.at += timedelta(seconds=1)
        return self.world.ringfence

    @contextmanager
    def trying(self, act: str) -> Iterator[None]:
        """What the block tries may be refused; if it is not, it counts."""
        with suppress(Refused):
            yield
            self.done[act] += 1

    def one(self, who: int) -> str:
        """One of the customers there have been."""
        return self.ids[who % len(self.ids)]

    def started(self, number: str | None, purpose: str, customer_id: str | None) -> Verification:
        request = StartRequest(purpose, number, customer_id=customer_id)
        return self.ringfence.start_verification(WALLET, self.world.authorization(WALLET), request, None)

    def proved(self, number: str | None, purpose: str, customer_id: str | None) -> Verification:
        """A verification whose code was entered by whoever has the phone."""
        before = Counter(self.world.inbox())
        started = self.started(number, purpose, customer_id)
        (sms,) = Counter(self.world.inbox()) - before
        return self.ringfence.check_code(WALLET, started.id, sms.code, None, None)

    def is_held_by_law(self, customer: Customer) -> bool:
        """By plain arithmetic with what the policy says."""
        laws = [it for it in self.world.ringfence.policy.rules.holds.values() if it.on]
        ended = customer.closed_at
        now = self.world.clock.now()
        return ended is not None and any(now < ended + timedelta(days=law.days) for law in laws)

    def phone_of(self, customer: Customer) -> str:
        """The number that a customer has, found by its tag."""
        index = self.world.ringfence.adapters.index
        of = {index.tag(parse_phone_number(number), index.versions[0]): number for number in NUMBERS}
        assert customer.tag is not None
        return of[customer.tag]

    def head(self, customer_id: str) -> Customer:
        return next(it for it in self.customers() if it.id == customer_id)

    def customers(self) -> list[Customer]:
        return self.rows(Customer)

    def rows(self, kind: type[R]) -> list[R]:
        """All rows of a kind, as they stand."""
        place = PLACES[kind]
        others = [it.prefix for it in PLACES.values() if it.table == place.table and len(it.prefix) > len(place.prefix)]
        items: list[Any] = self.world.rows(place.table)
        own = [it for it in items if it["pk"]["S"].startswith(place.prefix)]
        return [from_item(kind, it) for it in own if not it["pk"]["S"].startswith(tuple(others))]


def lived(machine: type[Living], how: settings) -> Counter[str]:
    """Every invariant held in every life; returns how often what was tried was not refused."""
    machine.done = Counter()
    run_state_machine_as_test(machine, settings=how)
    return machine.done
