"""Two people for a minor's number: one asks, another one agrees, and it is shown once."""

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.caller import Caller
from chalicelib.domain.claim import Claim
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import (
    ApprovalRequired,
    ContactTokenInvalid,
    IdempotencyKeyReused,
    NotFound,
    NotPermitted,
    NotReplayable,
    PersonPaused,
)
from chalicelib.domain.phone_number import PhoneNumber
from chalicelib.domain.reveal_approval import RevealApproval
from chalicelib.domain.reveals import DAY, new_watch, person
from chalicelib.domain.writes import Insert
from tests.fakes import bearer, caller
from tests.services.staged_store import StagedAdapters
from tests.services.test_reveals import BOB, REASON, reveal
from tests.services.test_strongroom import untouched
from tests.services.world import KEY, NUMBER, OTHER_NUMBER, STAFF, World, at_once, keyed, only

CARL = caller("staff", "call-centre", "carl")
OTHER_REASON = "the school asked to be called back"


def minor(world: World, number: str = NUMBER) -> Customer:
    """A child, whom the contract lets be called about the account's security."""
    customer = world.customer(number)
    world.ringfence.note_age(customer.id, True, None)
    return world.row(Customer, customer.id)


def permission(world: World, customer: Customer, by: Caller = STAFF) -> str:
    return world.token(customer, "call", "account_security", by)


def asked(world: World, customer: Customer, token: str | None = None, reason: str = REASON) -> ApprovalRequired:
    with pytest.raises(ApprovalRequired) as required:
        reveal(world, token or permission(world, customer), reason=reason)
    return required.value


def approve(world: World, approval_id: str, customer: Customer, by: Caller = BOB, key: str | None = None) -> str:
    request = keyed(key, f"{approval_id} {customer.id}".encode(), "approve", by)
    return world.ringfence.strongroom.approve_reveal(bearer(by), approval_id, customer.id, request).status


def test_a_minor_s_number_takes_two(world: World) -> None:
    customer = minor(world)
    token = permission(world, customer)
    required = asked(world, customer, token)
    assert untouched(world)
    assert not world.used(token)
    assert approve(world, required.approval_id, customer) == "approved"
    assert untouched(world)
    assert reveal(world, token).e164 == NUMBER
    (entry,) = world.rows(AccessLogEntry)
    assert (entry.subject, entry.approved_by, entry.justification) == ("ann", "bob", REASON)


def test_an_adult_s_number_takes_one(world: World) -> None:
    customer = world.customer()
    reveal(world, permission(world, customer))
    assert [entry.approved_by for entry in world.rows(AccessLogEntry)] == [None]
    assert not world.rows(RevealApproval)


def test_who_asks_again_is_told_the_same(world: World) -> None:
    world.later(microseconds=123_457)
    customer = minor(world)
    first = asked(world, customer)
    world.later(minutes=4)
    again = asked(world, customer)
    assert (again.approval_id, again.expires_at) == (first.approval_id, first.expires_at)
    assert len(world.rows(RevealApproval)) == 1


def test_a_fresh_token_serves_as_well(world: World) -> None:
    customer = minor(world)
    required = asked(world, customer)
    world.later(minutes=6)
    approve(world, required.approval_id, customer)
    assert reveal(world, permission(world, customer)).e164 == NUMBER


@pytest.mark.parametrize("answered", [True, False], ids=["agreed to", "waiting"])
def test_after_ten_minutes_it_is_over(world: World, answered: bool) -> None:
    customer = minor(world)
    required = asked(world, customer)
    assert required.expires_at == world.adapters.clock.now() + (DAY / 144)
    if answered:
        approve(world, required.approval_id, customer)
    world.later(minutes=10)
    if not answered:
        with pytest.raises(NotFound):
            approve(world, required.approval_id, customer)
    assert asked(world, customer).approval_id != required.approval_id
    assert untouched(world)


def test_a_word_serves_once(world: World) -> None:
    customer = minor(world)
    tokens = [permission(world, customer) for _ in range(5)]
    required = asked(world, customer, tokens[0])
    approve(world, required.approval_id, customer)
    results = at_once(lambda nth: reveal(world, tokens[nth]), 5)
    assert len(only(results, PhoneNumber)) == 1
    (other,) = {error.approval_id for error in only(results, ApprovalRequired)}
    assert other != required.approval_id
    assert len(world.adapters.opener.opened) == 1
    # A repeat of the colleague's request, however late, agrees to nothing new.
    with pytest.raises(NotFound):
        approve(world, required.approval_id, customer)


def test_a_word_that_serves_another_token_in_the_same_moment_is_used_up() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = minor(world)
    token, faster = permission(world, customer), permission(world, customer)
    required = asked(world, customer, token)
    approve(world, required.approval_id, customer)
    adapters.store.before(AccessLogEntry, lambda: reveal(world, faster))
    assert asked(world, customer, token).approval_id != required.approval_id
    assert world.used(faster)
    assert not world.used(token)


def test_a_word_is_for_the_wish_that_the_colleague_saw(world: World) -> None:
    customer, other = minor(world), minor(world, OTHER_NUMBER)
    approve(world, asked(world, customer).approval_id, customer)
    asked(world, customer, reason=OTHER_REASON)
    asked(world, other)
    with pytest.raises(ApprovalRequired):
        reveal(world, permission(world, customer, BOB), BOB)
    with pytest.raises(ApprovalRequired):
        reveal(world, permission(world, customer), ticket="CASE-1")
    assert untouched(world)
    assert reveal(world, permission(world, customer)).e164 == NUMBER


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        (STAFF, NotPermitted),
        (caller("wallet", "call-centre", "bob"), NotPermitted),
        (caller("officer", "call-centre", "bob"), NotPermitted),
        (caller("staff", "crm", "bob"), NotFound),
    ],
    ids=["oneself", "a system", "an officer", "another system's person"],
)
def test_only_a_colleague_agrees(world: World, by: Caller, refusal: type[Exception]) -> None:
    customer = minor(world)
    required = asked(world, customer)
    with pytest.raises(refusal):
        approve(world, required.approval_id, customer, by)
    assert asked(world, customer).approval_id == required.approval_id


def test_a_colleague_agrees_to_a_customer_and_not_to_an_id(world: World) -> None:
    customer, other = minor(world), minor(world, OTHER_NUMBER)
    required = asked(world, customer)
    with pytest.raises(NotFound):
        approve(world, required.approval_id, other)
    with pytest.raises(NotFound):
        approve(world, required.approval_id[:-1] + "x", customer)
    with pytest.raises(NotFound):
        approve(world, "apr_", customer)
    asked(world, customer)


def test_the_first_word_counts(world: World) -> None:
    customer = minor(world)
    required = asked(world, customer)
    assert approve(world, required.approval_id, customer, BOB) == "approved"
    assert approve(world, required.approval_id, customer, CARL) == "approved"
    reveal(world, permission(world, customer))
    assert [entry.approved_by for entry in world.rows(AccessLogEntry)] == ["bob"]


def test_who_is_paused_has_others_shown_nothing(world: World) -> None:
    customer = minor(world)
    required, at = asked(world, customer), world.adapters.clock.now()
    world.store.commit(Insert(new_watch(person(BOB), at).paused(at + DAY)))
    with pytest.raises(PersonPaused):
        approve(world, required.approval_id, customer)
    assert approve(world, required.approval_id, customer, CARL) == "approved"


def test_asking_in_vain_does_not_burn_the_key(world: World) -> None:
    customer = minor(world)
    token = permission(world, customer)
    for _ in range(2):
        with pytest.raises(ApprovalRequired) as required:
            reveal(world, token, key=KEY)
    assert not world.rows(Claim)
    approve(world, required.value.approval_id, customer)
    assert reveal(world, token, key=KEY).e164 == NUMBER
    with pytest.raises(NotReplayable):
        reveal(world, token, key=KEY)
    assert len(world.adapters.opener.opened) == 1


def test_agreeing_again_under_a_key_answers_the_same(world: World) -> None:
    customer = minor(world)
    required = asked(world, customer)
    results = at_once(lambda _: approve(world, required.approval_id, customer, key=KEY), 10)
    assert results == ["approved"] * 10
    reveal(world, permission(world, customer))
    assert approve(world, required.approval_id, customer, key=KEY) == "used"
    other = asked(world, customer, reason=OTHER_REASON)
    with pytest.raises(IdempotencyKeyReused):
        approve(world, other.approval_id, customer, key=KEY)
    assert asked(world, customer, reason=OTHER_REASON).approval_id == other.approval_id


def test_a_key_does_not_agree_to_the_next_wish_in_the_same_words(world: World) -> None:
    customer = minor(world)
    first = asked(world, customer)
    approve(world, first.approval_id, customer, key=KEY)
    reveal(world, permission(world, customer))
    second = asked(world, customer)
    with pytest.raises(NotFound):
        approve(world, first.approval_id, customer, key=KEY)
    assert asked(world, customer).approval_id == second.approval_id


def test_a_child_of_age_needs_no_word_from_the_next_day_and_a_token_from_before_is_worth_nothing(world: World) -> None:
    customer = minor(world)
    token = permission(world, customer)
    asked(world, customer, token)
    world.ringfence.note_age(customer.id, False, None)
    with pytest.raises(ContactTokenInvalid):
        reveal(world, token)
    # Or whoever may say how old somebody is could be shown a child's number alone, and say it again.
    asked(world, customer)
    world.later(hours=23, minutes=59, seconds=59)
    asked(world, customer)
    world.later(seconds=1)
    assert reveal(world, permission(world, customer)).e164 == NUMBER


def test_a_customer_who_turns_out_a_child_meanwhile_is_not_shown() -> None:
    adapters = StagedAdapters()
    world = World(adapters)
    customer = world.customer()
    token = permission(world, customer)
    adapters.store.before(AccessLogEntry, lambda: world.ringfence.note_age(customer.id, True, None))
    with pytest.raises(ContactTokenInvalid):
        reveal(world, token)
    assert untouched(world)
