"""Whether a number is a customer's cannot be told: not by answers, headers or AWS calls, whatever is tried."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.adapters import aws
from chalicelib.bootstrap import Ringfence, install
from chalicelib.domain.caller import Caller
from chalicelib.domain.customer import Customer, TagHolder
from chalicelib.domain.number_change import BOTH, NumberChange
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.writes import Insert, Replace
from chalicelib.services.start_request import StartRequest
from tests.fakes import caller
from tests.web.preference_site import NUMBER, STRANGER, Site, gateway
from tests.web.visitor import Reply, Visitor
from tests.worlds import World, on_aws

# Random, and of the same length always: ids, tokens, and what is made of them.
RANDOM = re.compile(r"vrf_[0-9a-f]{32}|[0-9a-f]{64}|[A-Za-z0-9_-]{43}")
# The last digits of a mask are those that were typed in.
MASK = re.compile(r"(00|11|33)(?= is a customer)")
# What was the customer's number before a change that it can still stop.
FORMER = "+8613800138133"


class Queue:
    """What would go to SQS, which stands beside the other calls."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def put(self, verification_id: str, delay_seconds: int = 0) -> None:
        self.waiting.append(verification_id)


class Calls:
    """Listens to every AWS call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: list[str] = []

    def note(self, event_name: str, params: Any, **_: Any) -> None:
        tables = re.findall(r"'TableName': '[a-z0-9]+-([a-z-]+)'", repr(params))
        with self._lock:
            self._made.append(f"{event_name.partition('.')[2]} {' '.join(tables)}".strip())

    @contextmanager
    def of(self) -> Iterator[list[str]]:
        """The calls until the block ends, in an order of their own: some are made at once."""
        self._made = []
        made: list[str] = []
        yield made
        made += sorted(self._made)


def told(reply: Reply) -> tuple[int, dict[str, str], list[str], str]:
    """All that a visitor sees of an answer, but for what is random in it."""
    headers = {name: RANDOM.sub("…", value) for name, value in reply.headers.items()}
    text = MASK.sub("xx", RANDOM.sub("…", reply.text))
    return reply.status, headers, [RANDOM.sub("…", cookie) for cookie in reply.cookies], text


def way(visitor: Visitor, number: str) -> Iterator[Reply]:
    """All that can be done with a number without its phone."""
    page = visitor.get("/preferences")
    yield page
    asked = visitor.post("/preferences/number", page, phone_number=number)
    yield asked
    code = visitor.follow(asked)
    yield code
    for _ in range(6):
        yield visitor.post(asked.headers["location"], code, code="000000")
    for _ in range(3):
        yield visitor.post("/preferences/number", page, phone_number=number)


def with_a_former_number(ringfence: Ringfence, customer: Customer) -> None:
    """The customer's number was FORMER before."""
    index, at = ringfence.adapters.index, ringfence.clock.now()
    assert customer.held is not None
    former = replace(customer.held, tag=index.tag(parse_phone_number(FORMER), index.versions[0]))
    change = NumberChange("chg_1", BOTH, former, True, at, at + timedelta(hours=24))
    head = Replace(customer, replace(customer, change=change))
    ringfence.store.commit(head, Insert(TagHolder(former.tag, customer.id)))


def test_answers_are_the_same(site: Site) -> None:
    with_a_former_number(site.ringfence, site.customer())
    site.adapters.sender.sent.clear()
    replies = {}
    for nth, number in enumerate((NUMBER, FORMER, STRANGER)):
        replies[number] = [told(reply) for reply in way(Visitor(gateway(), ip=f"192.0.2.{nth}"), number)]
        site.work()
    assert replies[NUMBER] == replies[FORMER] == replies[STRANGER]
    assert [status for status, *_ in replies[NUMBER]] == [200, 303, 200, *[422] * 5, 429, 303, 303, 429]
    assert {sms.number for sms in site.adapters.sender.sent} == {NUMBER, FORMER}


@on_aws
def test_aws_calls_are_the_same(world: World) -> None:
    queue, calls = Queue(), Calls()
    # What it would make when it is first asked for.
    vars(world.ringfence.adapters)["queue"] = queue
    install(world.ringfence)
    aws.events().register("provide-client-params", calls.note)
    wallet: Caller = caller()
    request = StartRequest("signup", NUMBER, device_id="device")
    started = world.ringfence.start_verification(wallet, world.authorization(wallet), request, None)
    world.ringfence.check_code(wallet, started.id, world.sms_to(NUMBER)[-1].code, None, None)
    with_a_former_number(world.ringfence, world.ringfence.bind_customer(wallet, started.id, None, None))
    # So that no call is the first of its kind in this process.
    list(way(Visitor(gateway(), ip="192.0.2.9"), "+8613800138222"))
    made = {}
    for nth, number in enumerate((NUMBER, FORMER, STRANGER)):
        steps, replies = [], way(Visitor(gateway(), ip=f"192.0.2.{nth}"), number)
        while True:
            with calls.of() as step:
                reply = next(replies, None)
            if reply is None:
                break
            steps.append((reply.status, step))
        made[number] = steps
    assert made[NUMBER] == made[FORMER] == made[STRANGER]
    assert all(step for _, step in made[NUMBER][1:])
    before = len(world.inbox())
    for verification_id in queue.waiting:
        world.ringfence.deliver_queued(verification_id)
    # Of each number's three starts the first one's tries were used up.
    assert [sms.number for sms in world.inbox()[before:]] == [NUMBER] * 2 + [FORMER] * 2
    assert len(queue.waiting) == 12
