"""A code opens a session, and nothing before it tells whether a number is anybody's."""

from datetime import timedelta
from functools import partial

import pytest

from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import (
    CodeIncorrect,
    NotAuthenticated,
    NotFound,
    PhoneNumberInvalid,
    PhoneNumberRefused,
    Throttled,
    Unavailable,
    VerificationExpired,
    VerificationLocked,
    VerificationSpent,
)
from chalicelib.domain.one_time_code import derive_code
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.session import Session
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.verification import Verification
from tests.domain.samples import attempted
from tests.fakes import NOON
from tests.memory_keys import MemoryKeys
from tests.services.page import BROWSER, OTHER_BROWSER, Page
from tests.services.world import NUMBER, OTHER_NUMBER, WALLET, World, wrong


def test_the_code_on_the_phone_opens_a_weak_session(world: World, page: Page, customer: Customer) -> None:
    started = page.start()
    assert world.sent == 0
    assert page.work() == ["accepted"]
    assert [sms.number for sms in world.sender.sent] == [NUMBER]
    token = page.check(started, world.sender.last_code)
    visit = page.visit(token)
    assert (visit.customer.id, visit.session.strength) == (customer.id, "sms")
    assert visit.session.lapses_at == NOON + timedelta(minutes=15)
    spent = world.row(Verification, started)
    assert (spent.status, spent.pending_number) == ("spent", None)


def test_an_unknown_number_gets_no_sms_and_any_code_is_wrong(world: World, page: Page, customer: Customer) -> None:
    started = page.start(OTHER_NUMBER)
    assert page.work() == [None]
    assert world.sent == 0
    secret = world.adapters.keys.secret(*world.row(Verification, started).code_subject(None))
    right = derive_code(secret)
    with pytest.raises(CodeIncorrect) as first:
        page.check(started, wrong(right))
    assert first.value.attempts_remaining == 4
    with pytest.raises(CodeIncorrect) as second:
        page.check(started, right)
    assert second.value.attempts_remaining == 3
    assert world.rows(Session) == []


def test_what_is_saved_is_the_same_for_both(world: World, page: Page, customer: Customer) -> None:
    rows: dict[str, object] = {}
    for number in (NUMBER, OTHER_NUMBER):
        before = dict(world.store.rows)
        commits = len(world.store.commits)
        page.start(number, ip=f"192.0.2.{len(rows)}")
        new = [kind.__name__ for (kind, key) in world.store.rows if (kind, key) not in before]
        writes = [[type(write).__name__ for write in commit] for commit in world.store.commits[commits:]]
        rows[number] = sorted(new), writes
    assert rows[NUMBER] == rows[OTHER_NUMBER]


def test_a_closed_account_gets_no_sms(world: World, page: Page, customer: Customer) -> None:
    page.start()
    world.close(customer)
    assert page.work() == [None]
    assert world.sent == 0


def test_a_code_of_an_account_that_was_closed_since_is_wrong(world: World, page: Page, customer: Customer) -> None:
    started = page.start()
    page.work()
    world.close(customer)
    with pytest.raises(CodeIncorrect):
        page.check(started, world.sender.last_code)
    assert world.rows(Session) == []


def test_a_session_of_an_account_that_was_closed_since_is_over(world: World, page: Page, customer: Customer) -> None:
    token = page.by_sms()
    world.close(customer)
    with pytest.raises(NotAuthenticated):
        page.visit(token)


def test_another_browser_cannot_use_the_code(world: World, page: Page, customer: Customer) -> None:
    started = page.start()
    page.work()
    with pytest.raises(NotFound):
        page.check(started, world.sender.last_code, OTHER_BROWSER)
    assert page.check(started, world.sender.last_code, BROWSER)


def test_a_wallet_can_neither_see_nor_check_it(world: World, page: Page, customer: Customer) -> None:
    started = world.row(Verification, page.start())
    page.work()
    with pytest.raises(NotFound):
        world.check(started, world.sender.last_code)
    with pytest.raises(NotFound):
        world.ringfence.own(WALLET, Verification, started.id)


def test_a_code_opens_one_session(world: World, page: Page, customer: Customer) -> None:
    started = page.start()
    page.work()
    page.check(started, world.sender.last_code)
    with pytest.raises(VerificationSpent):
        page.check(started, world.sender.last_code)
    assert len(world.rows(Session)) == 1


def test_five_wrong_codes_are_all(world: World, page: Page, customer: Customer) -> None:
    started = page.start()
    page.work()
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeIncorrect) as refused:
            page.check(started, wrong(world.sender.last_code))
        assert refused.value.attempts_remaining == left
    with pytest.raises(VerificationLocked):
        page.check(started, world.sender.last_code)


def test_wrong_codes_count_for_number_and_network_whatever_the_verification(world: World, page: Page) -> None:
    world.customer()
    first, second = page.start(), page.start()
    page.work()
    tries = [attempted(partial(page.check, started, "x")) for started in (first, second) for _ in range(5)]
    assert [type(each) for each in tries] == [CodeIncorrect] * 9 + [Throttled]
    assert getattr(tries[-1], "limit", None) == "wrong_codes_by_client"
    with pytest.raises(Throttled):
        page.start()
    # The owner is elsewhere, and is not shut out.
    assert page.start(ip="198.51.100.7")


def test_a_late_code_is_refused(world: World, page: Page, customer: Customer) -> None:
    started = page.start()
    page.work()
    world.later(minutes=10)
    with pytest.raises(VerificationExpired):
        page.check(started, world.sender.last_code)


@pytest.mark.parametrize("number", [NUMBER, OTHER_NUMBER])
def test_starts_for_a_number_are_bounded_whosever_it_is(
    world: World, page: Page, customer: Customer, number: str
) -> None:
    for nth in range(4):
        page.start(number, ip=f"192.0.2.{nth}")
    with pytest.raises(Throttled) as full:
        page.start(number, ip="192.0.2.9")
    assert full.value.limit == "page_number"
    world.later(minutes=10)
    for nth in range(2):
        page.start(number, ip=f"192.0.3.{nth}")
    world.later(minutes=10)
    with pytest.raises(Throttled) as day:
        page.start(number, ip="192.0.2.9")
    assert day.value.window_seconds == 86400


@pytest.mark.parametrize("ip", ["203.0.113.7", "2001:db8::{}"])
def test_a_stranger_shuts_out_himself_and_not_the_owner(world: World, page: Page, customer: Customer, ip: str) -> None:
    admitted = []
    for nth in range(20):
        for _ in range(2):
            admitted.append(attempted(partial(page.start, ip=ip.format(nth))))
        page.work()
        world.later(minutes=10)
    refused = [each for each in admitted if isinstance(each, Throttled)]
    assert {each.limit for each in refused} == {"page_number_by_ip"}
    assert (len(admitted) - len(refused), world.sent) == (4, 4)
    # In the same ten minutes, too.
    world.later(days=1)
    for _ in range(3):
        page.start(ip=ip.format(0))
    with pytest.raises(Throttled) as full:
        page.start(ip=ip.format(1))
    assert (full.value.limit, full.value.window_seconds) == ("page_number_by_ip", 600)
    assert page.check(page.start(ip="198.51.100.1"), _code_of(page))


def _code_of(page: Page) -> str:
    page.work()
    return page.world.sender.last_code


@pytest.mark.parametrize("ip", ["192.0.2.1", "2001:db8::{}"])
def test_starts_from_a_network_are_bounded(world: World, page: Page, ip: str) -> None:
    for nth in range(10):
        page.start(f"+86138001380{nth:02}", ip=ip.format(nth))
    before = len(world.rows(Verification))
    with pytest.raises(Throttled) as full:
        page.start("+8613800138099", ip=ip.format("ffff"))
    assert full.value.limit == "page_ip"
    assert len(world.rows(Verification)) == before
    assert page.start("+8613800138099", ip="2001:db8:0:1::1")


def test_a_full_network_makes_no_tag(world: World, page: Page) -> None:
    # Whoever could ask KMS without bounds could test numbers at our cost.
    asked: list[str] = []

    class Counted(MemoryKeys):
        def tag(self, number: PhoneNumber, version: str) -> str:
            asked.append(number.masked)
            return super().tag(number, version)

    world.adapters.keys = Counted()
    for nth in range(10):
        page.start(f"+86138001380{nth:02}")
    with pytest.raises(Throttled):
        page.start("+8613800138099")
    assert len(asked) == 10


@pytest.mark.parametrize(
    ("number", "error"),
    [("12", PhoneNumberInvalid), ("", PhoneNumberInvalid), ("+442079460000", PhoneNumberRefused)],
)
def test_what_is_no_mobile_number_is_refused_before_anything(
    world: World, page: Page, number: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        page.start(number)
    assert world.store.rows == {}


def test_what_cannot_be_queued_is_an_error(world: World, page: Page) -> None:
    world.adapters.queue.is_down = True
    with pytest.raises(Unavailable):
        page.start()


def test_nothing_of_it_outlives_the_customer_s_number(world: World, page: Page, customer: Customer) -> None:
    page.start()
    assert [log for log in world.rows(ThrottleLog) if log.name == "page_number"]
    world.close(customer)
    world.later(days=31)
    world.purge()
    assert [log for log in world.rows(ThrottleLog) if log.name == "page_number"] == []
    assert world.rows(Verification) == []


def test_the_purge_takes_it_within_a_day(world: World, page: Page) -> None:
    started = page.start()
    world.later(days=1, seconds=1)
    assert world.purge().erased == {"unverified_number": 1}
    assert world.store.get(Verification, started) is None
