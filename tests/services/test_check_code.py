"""A code is right once, and guessed five times at most, however many guess at once."""

import pytest

from chalicelib.domain.errors import (
    CodeIncorrect,
    FieldInvalid,
    IdempotencyKeyReused,
    NotFound,
    Unavailable,
    VerificationCancelled,
    VerificationExpired,
    VerificationLocked,
    VerificationSpent,
)
from chalicelib.domain.verification import TransactionContext, Verification
from chalicelib.domain.writes import Remove
from tests.services.staged_store import StagedAdapters
from tests.services.world import KEY, OTHER_WALLET, World, at_once, only, wrong

OTHER_KEY = KEY[::-1]


def test_the_right_code_proves_the_number(world: World) -> None:
    verification = world.start()
    proved = world.check(verification, world.sender.last_code)
    assert proved == world.row(Verification, verification.id)
    assert (proved.status, proved.attempts, proved.proved_by) == ("verified", 1, 1)
    assert proved.verified_at == world.adapters.clock.at


def test_wrong_codes_count_down_and_lock(world: World) -> None:
    verification = world.start()
    code = world.sender.last_code
    for remaining in (4, 3, 2, 1, 0):
        with pytest.raises(CodeIncorrect) as refused:
            world.check(verification, wrong(code))
        assert refused.value.attempts_remaining == remaining
    with pytest.raises(VerificationLocked):
        world.check(verification, code)


def test_the_fifth_attempt_may_be_right(world: World) -> None:
    verification = world.start()
    for _ in range(4):
        with pytest.raises(CodeIncorrect):
            world.check(verification, wrong(world.sender.last_code))
    assert world.check(verification, world.sender.last_code).proved_by == 5


def test_fifty_wrong_codes_at_once_are_five_attempts(world: World) -> None:
    verification = world.start()
    code = world.sender.last_code
    guesses = [f"{number:06d}" for number in range(60) if f"{number:06d}" != code]
    results = at_once(lambda number: world.check(verification, guesses[number]))
    evaluated = only(results, CodeIncorrect)
    assert sorted(refused.attempts_remaining for refused in evaluated) == [0, 1, 2, 3, 4]
    assert len(only(results, VerificationLocked)) == 45
    with pytest.raises(VerificationLocked):
        world.check(verification, code)
    assert world.row(Verification, verification.id).attempts == 5


def test_fifty_right_codes_at_once_succeed_once(world: World) -> None:
    verification = world.start()
    results = at_once(lambda _: world.check(verification, world.sender.last_code))
    assert len(only(results, Verification)) == 1
    assert len(only(results, (VerificationSpent, VerificationLocked))) == 49  # type: ignore[arg-type]
    assert world.row(Verification, verification.id).attempts <= 5


def test_fifty_repeats_with_one_key_are_one_attempt_and_all_succeed(world: World) -> None:
    verification = world.start()
    results = at_once(lambda _: world.check(verification, world.sender.last_code, key=KEY))
    assert len(only(results, Verification)) == 50
    assert world.row(Verification, verification.id).attempts == 1


def test_a_repeat_that_is_overtaken_by_its_twin_succeeds_like_it() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification = world.start()
    code = world.sender.last_code
    adapters.store.fails_at, adapters.store.applies = adapters.store.asked, True
    with pytest.raises(Unavailable):
        world.check(verification, code, key=KEY)

    def twin_proves_first() -> None:
        adapters.store.before(Verification, lambda: world.check(verification, code, key=KEY))

    adapters.store.before(Verification, twin_proves_first)
    assert world.check(verification, code, key=KEY).proved_by == 1


def test_fifty_keyed_guesses_at_once_are_five_attempts(world: World) -> None:
    verification = world.start()
    guess = wrong(world.sender.last_code)
    results = at_once(lambda number: world.check(verification, guess, key=f"{KEY}{number % 10}"))
    assert len(only(results, CodeIncorrect)) == 25
    assert len(only(results, VerificationLocked)) == 25
    assert world.row(Verification, verification.id).attempts == 5


def test_a_wrong_guess_repeated_with_its_key_spends_nothing(world: World) -> None:
    verification = world.start()
    for _ in range(9):
        with pytest.raises(CodeIncorrect) as refused:
            world.check(verification, wrong(world.sender.last_code), key=KEY)
        assert refused.value.attempts_remaining == 4
    assert world.row(Verification, verification.id).attempts == 1


def test_a_key_gives_no_second_guess(world: World) -> None:
    verification = world.start()
    with pytest.raises(CodeIncorrect):
        world.check(verification, wrong(world.sender.last_code), key=KEY)
    with pytest.raises(IdempotencyKeyReused):
        world.check(verification, world.sender.last_code, key=KEY)
    assert world.row(Verification, verification.id).status == "pending"


def test_a_success_repeated_with_its_key_is_the_success_again(world: World) -> None:
    verification = world.start()
    code = world.sender.last_code
    proved = world.check(verification, code, key=KEY)
    assert world.check(verification, code, key=KEY) == proved
    world.later(minutes=30)
    assert world.check(verification, code, key=KEY) == proved
    for key in (OTHER_KEY, None):
        with pytest.raises(VerificationSpent):
            world.check(verification, code, key=key)
    assert world.row(Verification, verification.id) == proved


def test_a_success_is_told_again_after_the_proof_was_used(world: World) -> None:
    verification = world.start()
    code = world.sender.last_code
    proved = world.check(verification, code, key=KEY)
    world.bind(verification)
    assert world.check(verification, code, key=KEY).verified_at == proved.verified_at


def test_the_last_attempt_s_repeat_is_evaluated_although_the_lock_is_on(world: World) -> None:
    verification = world.start()
    for _ in range(4):
        with pytest.raises(CodeIncorrect):
            world.check(verification, wrong(world.sender.last_code))
    with pytest.raises(CodeIncorrect):
        world.check(verification, wrong(world.sender.last_code), key=KEY)
    with pytest.raises(CodeIncorrect):
        world.check(verification, wrong(world.sender.last_code), key=KEY)
    with pytest.raises(VerificationLocked):
        world.check(verification, world.sender.last_code, key=OTHER_KEY)


def test_a_code_dies_ten_minutes_after_the_start(world: World) -> None:
    verification = world.start()
    world.later(minutes=10)
    with pytest.raises(VerificationExpired):
        world.check(verification, world.sender.last_code)
    assert world.row(Verification, verification.id).attempts == 0


def test_a_repeat_does_not_outlive_the_code() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification = world.start()
    adapters.store.fails_at = adapters.store.asked + 1
    with pytest.raises(Unavailable):
        world.check(verification, world.sender.last_code, key=KEY)
    world.later(minutes=10)
    with pytest.raises(VerificationExpired):
        world.check(verification, world.sender.last_code, key=KEY)


def test_a_cancel_between_attempt_and_proof_wins() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification = world.start()

    def cancel_after_the_attempt() -> None:
        adapters.store.before(Verification, lambda: world.cancel(verification.id))

    adapters.store.before(Verification, cancel_after_the_attempt)
    with pytest.raises(VerificationCancelled):
        world.check(verification, world.sender.last_code)
    assert world.row(Verification, verification.id).verified_at is None


def test_a_verification_that_is_erased_meanwhile_is_not_found() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    verification = world.start()
    adapters.store.before(Verification, lambda: world.store.commit(Remove(verification)))
    with pytest.raises(NotFound):
        world.check(verification, world.sender.last_code)
    assert not world.rows(Verification)


def test_another_client_s_verification_does_not_exist(world: World) -> None:
    verification = world.start()
    with pytest.raises(NotFound):
        world.check(verification, world.sender.last_code, by=OTHER_WALLET)
    assert world.row(Verification, verification.id).attempts == 0


def test_one_verification_s_code_is_not_another_s(world: World) -> None:
    first = world.start()
    code = world.sender.last_code
    second = world.start()
    assert world.sender.last_code != code
    with pytest.raises(CodeIncorrect):
        world.check(second, code)
    assert world.check(first, code).verified_at


@pytest.mark.parametrize(
    "context",
    [
        None,
        TransactionContext("12.51", "EUR", "Bakery"),
        TransactionContext("12.50", "USD", "Bakery"),
        TransactionContext("12.50", "EUR", "Baker"),
    ],
)
def test_a_payment_s_code_fits_that_payment_only(world: World, context: TransactionContext | None) -> None:
    customer, payment = world.customer(), TransactionContext("12.50", "EUR", "Bakery")
    verification = world.start(None, purpose="transaction", customer_id=customer.id, context=payment)
    code = world.sender.last_code
    with pytest.raises(CodeIncorrect if context else FieldInvalid):
        world.check(verification, code, context=context)
    proved = world.check(verification, code, context=payment)
    assert proved.attempts == (2 if context else 1)


def test_a_context_where_there_is_none_spends_nothing(world: World) -> None:
    verification = world.start()
    with pytest.raises(FieldInvalid):
        world.check(verification, world.sender.last_code, context=TransactionContext("12.50", "EUR", "Bakery"))
    assert world.row(Verification, verification.id).attempts == 0
