"""What is done at each fault, and what must be true afterwards."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.contact import ContactToken, Message
from chalicelib.domain.customer import Customer, TagHolder, WrappedKey
from chalicelib.domain.errors import CodeIncorrect, NotReplayable, Refused, Unavailable
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.verification import Verification
from chalicelib.domain.writes import Absent, Replace
from tests.fakes import bearer
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, STAFF, World, keyed, wrong

READY = {"order_reference": "A-1", "pickup_place": "Main Street", "pickup_until": "Friday"}


class Staged(World):
    """A world whose store fails on demand, and a client that repeats what it got no answer to."""

    def __init__(self) -> None:
        self.staged = StagedAdapters()
        self.held = ""
        super().__init__(self.staged)

    def fail(self, after: int, applies: bool) -> None:
        self.staged.store.fails_at = self.staged.store.asked + after
        self.staged.store.applies = applies

    def insist(self, act: Callable[[], object]) -> object:
        for _ in range(3):
            try:
                return act()
            except Unavailable:
                continue
            except Refused as refused:
                return refused
        raise AssertionError("a fault that passed is still felt")

    def codes_sent(self) -> int:
        return sum("#" in sms.body for sms in self.sender.sent)

    def intended(self) -> int:
        """How many sends were ever written as intended, erased since or not."""
        sends: dict[str, int] = {}
        for write in (write for writes in self.store.commits for write in writes if not isinstance(write, Absent)):
            record = write.after if isinstance(write, Replace) else write.record
            if isinstance(record, Verification):
                sends[record.id] = max(sends.get(record.id, 0), len(record.sends))
        return sum(sends.values())

    def demand_sound(self) -> None:
        sends = [send for verification in self.rows(Verification) for send in verification.sends]
        accepted = sum(send.delivery == "accepted" for send in sends)
        assert accepted <= self.codes_sent() <= self.intended()
        # The log stays when the message is erased.
        logged = [entry for entry in self.rows(AccessLogEntry) if entry.action == "message"]
        assert self.sent - self.codes_sent() <= len(logged)
        assert len(self.adapters.opener.opened) <= len(self.rows(AccessLogEntry)) + self.intended()
        assert len(self.rows(TagHolder)) <= len(self.rows(Customer)) <= 1
        assert len(self.rows(WrappedKey)) <= 2
        for customer in self.rows(Customer):
            assert self.damage(customer) is None


@dataclass(frozen=True)
class Case:
    """What is there before, what is asked for, and what is true once it is answered."""

    prepare: Callable[[Staged], object]
    ask: Callable[[Staged], object]
    true_then: Callable[[Staged, object], bool]


def the_verification(world: Staged) -> Verification:
    return world.rows(Verification)[-1]


def told(world: Staged, answer: object) -> bool:
    """The answer is the verification; the outcome of its send may be lost, and is then known to nobody or to one."""
    found = the_verification(world)
    return isinstance(answer, Verification) and (answer.id, len(answer.sends)) == (found.id, len(found.sends))


def the_customer(world: Staged) -> Customer:
    return world.rows(Customer)[0]


def agreed(world: Staged) -> Customer:
    customer = world.customer()
    world.say(customer)
    return customer


def agreed_a_year_ago(world: Staged) -> None:
    customer = world.customer()
    for purpose in ("marketing", "satisfaction_survey"):
        world.say(customer, purpose=purpose)
    world.later(days=365)


def stepping_up(world: Staged) -> Verification:
    return world.start(None, purpose="step_up", customer_id=the_customer(world).id, key=KEY)


def waiting(world: Staged) -> None:
    world.start()
    world.later(seconds=30)


def stepping_up_and_waiting(world: Staged) -> None:
    world.customer()
    stepping_up(world)
    world.later(seconds=30)


def decide(world: Staged) -> object:
    question = ContactQuestion(the_customer(world).id, "order_notice", "sms")
    return world.ringfence.decide_contact(STAFF, question, keyed(KEY, route="ask", by=STAFF))


def holding(channel: str) -> Callable[[Staged], object]:
    def prepare(world: Staged) -> None:
        world.held = world.token(agreed(world), channel)

    return prepare


def message(world: Staged) -> object:
    request = keyed(KEY, route="message", by=STAFF)
    return world.ringfence.strongroom.send_message(bearer(STAFF), world.held, "order_ready", READY, request)


def reveal(world: Staged) -> object:
    request = keyed(KEY, route="reveal", by=STAFF)
    return world.ringfence.strongroom.reveal(bearer(STAFF), world.held, "asked to be called", request)


def closed_a_month_ago(world: Staged) -> None:
    world.start("+8613123456789", key=KEY)
    world.close(agreed(world))
    world.later(days=30)


def closed_for_years(world: Staged) -> None:
    closed_a_month_ago(world)
    world.purge()
    world.later(days=1095)


def purge_twice(world: Staged) -> object:
    world.purge()
    return world.purge()


CASES = {
    "start": Case(
        lambda world: None,
        lambda world: world.start(key=KEY, ip="192.0.2.1", device_id="device"),
        lambda world, answer: told(world, answer) and len(world.rows(Verification)) == 1,
    ),
    "start another": Case(
        lambda world: world.start(),
        lambda world: world.start(key=KEY),
        lambda world, answer: told(world, answer) and len(world.rows(Verification)) == 2,
    ),
    "start for a customer": Case(
        lambda world: world.customer(),
        stepping_up,
        lambda world, answer: told(world, answer) and len(world.rows(Verification)) == 2,
    ),
    "resend": Case(
        waiting,
        lambda world: world.resend(the_verification(world), key=KEY),
        lambda world, answer: told(world, answer) and len(the_verification(world).sends) == 2,
    ),
    "resend to a customer": Case(
        stepping_up_and_waiting,
        lambda world: world.resend(the_verification(world), key=KEY),
        lambda world, answer: told(world, answer) and len(the_verification(world).sends) == 2,
    ),
    "check": Case(
        lambda world: world.start(),
        lambda world: world.check(the_verification(world), world.sender.last_code, key=KEY),
        lambda world, answer: answer == the_verification(world) and the_verification(world).proved_by == 1,
    ),
    "check a wrong code": Case(
        lambda world: world.start(),
        lambda world: world.check(the_verification(world), wrong(world.sender.last_code), key=KEY),
        lambda world, answer: isinstance(answer, CodeIncorrect) and the_verification(world).attempts == 1,
    ),
    "cancel": Case(
        lambda world: world.start(),
        lambda world: world.cancel(the_verification(world).id),
        lambda world, answer: the_verification(world).status == "cancelled",
    ),
    "bind": Case(
        lambda world: world.proved(),
        lambda world: world.bind(the_verification(world), key=KEY),
        lambda world, answer: answer == the_customer(world) and len(world.rows(WrappedKey)) == 2,
    ),
    "consent": Case(
        agreed,
        lambda world: world.say(the_customer(world), "withdrawn", key=KEY),
        lambda world, answer: (
            answer == world.ringfence.history(the_customer(world).id)[1] and the_customer(world).ledger_sequence == 2
        ),
    ),
    "consent that ended": Case(
        agreed_a_year_ago,
        purge_twice,
        lambda world, answer: (
            [event.event_type for event in world.ringfence.history(the_customer(world).id)]
            == ["given", "given", "expired", "expired"]
            and the_customer(world).due_at is None
        ),
    ),
    "age": Case(
        agreed,
        lambda world: world.ringfence.note_age(the_customer(world).id, True, keyed(KEY, route="age")),
        lambda world, answer: answer == the_customer(world) and the_customer(world).under_14,
    ),
    "decide": Case(
        agreed,
        decide,
        lambda world, answer: (
            len(world.rows(ContactToken)) == 1
            and (isinstance(answer, NotReplayable) or not isinstance(answer, Refused))
        ),
    ),
    "message": Case(
        holding("sms"),
        message,
        lambda world, answer: (
            isinstance(answer, Message)
            and [row.id for row in world.rows(Message)] == [answer.id]
            and len(world.rows(AccessLogEntry)) == 1
        ),
    ),
    "reveal": Case(
        holding("call"),
        reveal,
        lambda world, answer: isinstance(answer, PhoneNumber | NotReplayable) and len(world.rows(AccessLogEntry)) == 1,
    ),
    "close": Case(
        agreed,
        lambda world: world.close(the_customer(world), KEY),
        lambda world, answer: answer == the_customer(world) and world.holder() is None,
    ),
    "purge": Case(
        closed_a_month_ago,
        purge_twice,
        lambda world, answer: the_customer(world).status == "purged" and not world.rows(Verification),
    ),
    "purge of the ledger": Case(
        closed_for_years,
        purge_twice,
        lambda world, answer: not world.rows(WrappedKey) and the_customer(world).due_at is None,
    ),
}
