"""Wrong codes count against the number, whatever is begun anew; a stranger shuts out himself, and the owner never."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.accounts import Accounts, CountriesOfIp
from chalicelib.domain.errors import CodeIncorrect, RingfenceError, Throttled, Unavailable, VerificationSpent
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.traffic import Traffic
from chalicelib.domain.verification import TransactionContext, Verification
from tests.services.policies import MANY, world_with
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, OTHER_NUMBER, World, at_once, only, wrong

OPEN = {"number": MANY, "caller": MANY, "ip": MANY, "device": MANY}


@pytest.fixture
def crowd() -> World:
    """A world in which a number may be started as often as a test wants."""
    return world_with(throttles=OPEN, guard={"mode": "off"})


def failures(world: World, name: str = "wrong_codes_for_number") -> list[int]:
    return [len(log.admitted) for log in world.rows(ThrottleLog) if log.name == name]


def guess(world: World, verification: Verification, times: int = 5) -> None:
    for _ in range(times):
        with pytest.raises(CodeIncorrect):
            world.check(verification, wrong(world.sender.last_code))


def refused(world: World, verification: Verification, code: str) -> Throttled:
    with pytest.raises(Throttled) as refusal:
        world.check(verification, code)
    return refusal.value


def test_a_new_verification_does_not_renew_the_budget(world: World) -> None:
    guess(world, world.start())
    guess(world, world.start())
    third = world.start()
    # Not even for the right code: nothing tells it from a guess.
    refusal = refused(world, third, world.sender.last_code)
    assert (refusal.limit, refusal.retry_after_seconds) == ("wrong_codes_for_number", 30)
    assert world.row(Verification, third.id).attempts == 0
    world.later(seconds=30)
    assert world.check(third, world.sender.last_code).verified_at


def test_a_resend_does_not_renew_the_budget(world: World) -> None:
    guess(world, world.start())
    second = world.start()
    guess(world, second, 4)
    world.later(seconds=30)
    world.resend(second)
    assert failures(world) == [9]
    guess(world, second, 1)
    third = world.start()
    assert refused(world, third, world.sender.last_code).retry_after_seconds == 30


def test_a_cancellation_does_not_renew_the_budget(world: World) -> None:
    for _ in range(2):
        verification = world.start()
        guess(world, verification)
        world.cancel(verification.id)
    third = world.start()
    assert refused(world, third, world.sender.last_code).limit == "wrong_codes_for_number"


def test_pauses_double_up_to_an_hour_whatever_is_begun_anew(crowd: World) -> None:
    guess(crowd, crowd.start())
    guess(crowd, crowd.start())
    for pause in (30, 60, 120, 240, 480, 960, 1920, 3600, 3600):
        verification = crowd.start()
        assert refused(crowd, verification, wrong(crowd.sender.last_code)).retry_after_seconds == pause
        crowd.later(seconds=pause)
        verification = crowd.start()
        guess(crowd, verification, 1)
    crowd.later(days=1)
    guess(crowd, crowd.start())


def test_fifty_verifications_of_one_number_at_once_share_the_budget(crowd: World) -> None:
    started = [crowd.start() for _ in range(50)]
    codes = [sms.body[-6:] for sms in crowd.sender.sent]
    results = at_once(lambda number: crowd.check(started[number], wrong(codes[number])))
    assert len(only(results, CodeIncorrect)) == 10
    assert len(only(results, Throttled)) == 40
    assert failures(crowd) == [10]
    # What was not evaluated was not spent.
    assert sum(row.attempts for row in crowd.rows(Verification)) == 10


def test_numbers_have_budgets_of_their_own(crowd: World) -> None:
    guess(crowd, crowd.start())
    guess(crowd, crowd.start())
    other = crowd.start(OTHER_NUMBER)
    assert crowd.check(other, crowd.sender.last_code).verified_at


def test_a_success_clears_the_count(world: World) -> None:
    guess(world, world.start(device_id="device"))
    second = world.start(device_id="device")
    guess(world, second, 3)
    assert (failures(world), failures(world, "wrong_codes_by_client")) == ([8], [8])
    world.check(second, world.sender.last_code)
    assert not failures(world)
    assert not failures(world, "wrong_codes_by_client")


def test_a_success_that_is_finished_by_a_repeat_clears_the_count() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification = world.start(device_id="device")
    # The attempt is reserved, the proof is not written.
    adapters.store.fails_at = adapters.store.asked + 1
    with pytest.raises(Unavailable):
        world.check(verification, world.sender.last_code, key=KEY)
    assert failures(world) == [1]
    assert world.check(verification, world.sender.last_code, key=KEY).verified_at
    assert not failures(world)
    assert not failures(world, "wrong_codes_by_client")


def test_a_guess_between_attempt_and_proof_hinders_neither_proof_nor_clearing() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    mine, other = world.start(), world.start()
    code, others = (sms.body[-6:] for sms in world.sender.sent)

    def guessed() -> None:
        with pytest.raises(CodeIncorrect):
            world.check(other, wrong(others))

    adapters.store.before(ThrottleLog, lambda: adapters.store.before(ThrottleLog, guessed))
    assert world.check(mine, code).verified_at
    assert world.row(Verification, other.id).attempts == 1
    assert not failures(world)


def test_a_right_code_that_came_too_late_clears_nothing(world: World) -> None:
    verification = world.start()
    code = world.sender.last_code
    world.check(verification, code)
    guess(world, world.start(), 3)
    with pytest.raises(VerificationSpent):
        world.check(verification, code)
    assert failures(world) == [3]


def test_a_repeated_guess_counts_once(world: World) -> None:
    verification = world.start(device_id="device")
    for _ in range(3):
        with pytest.raises(CodeIncorrect):
            world.check(verification, wrong(world.sender.last_code), key=KEY)
    assert (failures(world), failures(world, "wrong_codes_by_client")) == ([1], [1])


def test_a_changed_payment_counts_as_a_wrong_code(world: World) -> None:
    payment = TransactionContext("12.50", "EUR", "Bakery")
    customer = world.customer()
    verification = world.start(None, purpose="transaction", customer_id=customer.id, context=payment)
    with pytest.raises(CodeIncorrect):
        world.check(verification, world.sender.last_code, context=TransactionContext("1250", "EUR", "Bakery"))
    assert failures(world) == [1]


def stranger_tries(world: World, client: dict[str, Any], times: int) -> int:
    """Wrong codes that were evaluated, of so many; a new verification is begun whenever one gives no more."""
    evaluated, verification = 0, None
    for _ in range(times):
        try:
            verification = verification or world.start(**client)
            world.check(verification, wrong(world.sender.last_code))
        except CodeIncorrect:
            evaluated += 1
        except RingfenceError:
            verification = None
    return evaluated


@pytest.mark.parametrize("client", [{"ip": "192.0.2.66"}, {"device_id": "stranger"}], ids=["ip", "device"])
def test_a_stranger_s_thousand_guesses_leave_the_owner_alone(world: World, client: dict[str, str]) -> None:
    assert stranger_tries(world, client, 1000) == 9
    owner = world.start(ip="192.0.2.1", device_id="owner")
    assert world.check(owner, world.sender.last_code).verified_at


def test_a_stranger_who_changes_his_device_is_known_by_his_ip(crowd: World) -> None:
    tried = [stranger_tries(crowd, {"ip": "192.0.2.66", "device_id": f"{turn}"}, 20) for turn in range(50)]
    assert sum(tried) == 9


def test_a_thousand_guesses_of_many_strangers_leave_the_owner_a_pause_of_an_hour_at_most(crowd: World) -> None:
    at, evaluated = crowd.adapters.clock.at, 0
    for turn in range(100):
        evaluated += stranger_tries(crowd, {"ip": f"192.0.2.{turn}", "device_id": f"{turn}"}, 10)
        crowd.later(minutes=10)
    # In a day ten, seven while the pauses grow, and one an hour.
    assert crowd.adapters.clock.at - at < timedelta(hours=17)
    assert 10 <= evaluated <= 10 + 7 + 16
    crowd.later(minutes=-10)
    mine = crowd.start(ip="198.51.100.1", device_id="owner")
    refusal = refused(crowd, mine, crowd.sender.last_code)
    assert refusal.limit == "wrong_codes_for_number"
    assert refusal.retry_after_seconds <= 3600
    crowd.adapters.clock.at = refusal.retry_at
    mine = crowd.start(ip="198.51.100.1", device_id="owner")
    assert crowd.check(mine, crowd.sender.last_code).verified_at


def test_a_client_that_used_up_its_guesses_cannot_start_for_that_number_but_for_another(crowd: World) -> None:
    stranger_tries(crowd, {"device_id": "stranger"}, 30)
    sent = crowd.sent
    with pytest.raises(Throttled) as refusal:
        crowd.start(device_id="stranger")
    assert refusal.value.limit == "wrong_codes_by_client"
    assert crowd.sent == sent
    assert crowd.start(OTHER_NUMBER, device_id="stranger")


def test_the_count_survives_the_turn_of_the_month() -> None:
    world = world_with(throttles=OPEN)
    world.adapters.clock.at = datetime(2026, 11, 30, 23, 55, tzinfo=UTC)
    guess(world, world.start(device_id="device"))
    last = world.start(device_id="device")
    world.later(minutes=7)
    guess(world, last, 4)
    # By now under the new month's key, and the old one counts all the same.
    first = world.start(device_id="another")
    guess(world, first, 1)
    second = world.start(device_id="another")
    assert refused(world, second, world.sender.last_code).limit == "wrong_codes_for_number"
    world.later(seconds=30)
    world.check(second, world.sender.last_code)
    assert world.check(world.start(device_id="another"), world.sender.last_code).verified_at


def test_no_log_and_no_account_tells_number_or_client(world: World) -> None:
    guess(world, world.start(ip="192.0.2.1", device_id="device"), 1)
    kept = repr([world.rows(kind) for kind in (ThrottleLog, Accounts, CountriesOfIp, Traffic)])
    assert all(kind.__name__ in kept for kind in (ThrottleLog, Accounts, CountriesOfIp, Traffic))
    for secret in ("7400123456", "192.0.2.1", "'device'", world.tag(), *(row.id for row in world.rows(Verification))):
        assert secret not in kept
