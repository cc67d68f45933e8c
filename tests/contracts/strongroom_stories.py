"""One story for each refusal that a door of the strongroom announces."""

from collections.abc import Callable
from dataclasses import replace

from chalicelib.domain.caller import Caller
from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.errors import (
    ApprovalRequired,
    ContactTokenInvalid,
    Contended,
    CustomerPurged,
    CustomerRestricted,
    FieldInvalid,
    IdempotencyKeyReused,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    NotReplayable,
    NumberStale,
    PersonPaused,
    PhoneNumberRefused,
    RingfenceError,
    SpendLimitReached,
    Throttled,
    VerificationCancelled,
    VerificationExpired,
    VerificationLocked,
    VerificationSpent,
)
from chalicelib.domain.reveals import DAY, new_watch, person
from chalicelib.domain.spent import SHARDS, Spent, new_spent
from chalicelib.domain.verification import Send
from chalicelib.domain.writes import Insert, Remove, Replace
from tests.fakes import bearer, caller
from tests.services.moving import moving
from tests.services.porting import SAFETY, agreed_to_calls, looking_up
from tests.services.test_reveal_approvals import OTHER_REASON, approve, asked, minor, permission
from tests.services.test_reveals import BOB
from tests.services.test_strongroom import READY, agreed, reveal, send
from tests.services.test_strongroom_codes import stepping_up
from tests.services.test_strongroom_word import tell
from tests.services.world import KEY, OTHER_WALLET, STAFF, WALLET, World


def send_code(world: World, verification_id: str, authorization: str = bearer(WALLET)) -> Send:
    return world.ringfence.strongroom.send_code(authorization, verification_id)


def allow_one(world: World, name: str) -> None:
    """A caller may open one number and no more for now; said before any use case has read the policy."""
    rules = world.policy.rules
    (limit, *_) = getattr(rules.throttles, name)
    throttles = replace(rules.throttles, **{name: (replace(limit, limit=1),)})  # type: ignore[arg-type]
    world.adapters.policy = replace(world.policy, rules=replace(rules, throttles=throttles))


def erase_key(world: World) -> None:
    """The number's key goes, as a purge takes it."""
    (customer,) = world.rows(Customer)
    assert customer.number is not None
    world.store.commit(Remove(world.row(WrappedKey, customer.id, customer.number.key_id)))


def code_after(world: World, **changes: object) -> None:
    verification = stepping_up(world)
    row = replace(verification, id="vrf_changed", version="", **changes)  # type: ignore[arg-type]
    world.store.commit(Insert(row))
    send_code(world, row.id)


def code_to_restricted(world: World) -> None:
    verification = stepping_up(world)
    world.close(world.rows(Customer)[0])
    send_code(world, verification.id)


def code_to_purged(world: World) -> None:
    verification = stepping_up(world)
    (customer,) = world.rows(Customer)
    gone = replace(customer, status="purged", number=None, tag=None, masked=None, region=None, version="")
    world.store.commit(Remove(customer))
    world.store.commit(Insert(gone))
    send_code(world, verification.id)


def code_late(world: World) -> None:
    verification = stepping_up(world)
    world.later(minutes=10)
    send_code(world, verification.id)


def code_twice(world: World) -> None:
    verification = stepping_up(world)
    send_code(world, verification.id)
    send_code(world, verification.id)


def code_too_often(world: World) -> None:
    allow_one(world, "opening_by_wallet")
    # Its start was the one.
    send_code(world, stepping_up(world).id)


def spend_all(world: World) -> None:
    """Every shard of the ceiling is full."""
    for shard in map(str, range(SHARDS)):
        fresh = replace(new_spent(shard, world.adapters.clock.now()), hour_cost=10**9)
        spent = world.store.get(Spent, shard)
        world.store.commit(Replace(spent, fresh) if spent else Insert(fresh))


def code_beyond_the_ceiling(world: World) -> None:
    verification = stepping_up(world)
    spend_all(world)
    send_code(world, verification.id)


def message_beyond_the_ceiling(world: World) -> None:
    token = world.token(agreed(world))
    spend_all(world)
    send(world, token)


def message_too_often(world: World) -> None:
    allow_one(world, "opening_by_staff")
    customer = agreed(world)
    send(world, world.token(customer))
    send(world, world.token(customer))


def message_to_erased(world: World) -> None:
    token = world.token(agreed(world))
    erase_key(world)
    send(world, token)


def message_with_used_key(world: World) -> None:
    customer = agreed(world)
    send(world, world.token(customer), key=KEY)
    send(world, world.token(customer), key=KEY)


def word_too_often(world: World) -> None:
    allow_one(world, "opening_by_wallet")
    customer = moving(world)
    # Its last start was the one.
    world.start(None, purpose="step_up", customer_id=customer.id)
    tell(world, customer.id)


def word_beyond_the_ceiling(world: World) -> None:
    customer = moving(world)
    spend_all(world)
    tell(world, customer.id)


def word_to_a_country_that_is_off(world: World) -> None:
    rules = world.policy.rules
    on = {region: country for region, country in rules.countries.items() if region != "other"}
    world.adapters.policy = replace(world.policy, rules=replace(rules, countries=on))
    customer = moving(world)
    world.store.commit(Replace(customer, replace(customer, region="XX")))
    tell(world, customer.id)


def word_to_erased(world: World) -> None:
    customer = moving(world)
    erase_key(world)
    tell(world, customer.id)


def reveal_too_often(world: World) -> None:
    allow_one(world, "opening_by_staff")
    customer = agreed(world)
    reveal(world, world.token(customer, "call"))
    reveal(world, world.token(customer, "call"))


def reveal_erased(world: World) -> None:
    token = world.token(agreed(world), "call")
    erase_key(world)
    reveal(world, token)


def reveal_twice(world: World) -> None:
    token = world.token(agreed(world), "call")
    reveal(world, token, key=KEY)
    reveal(world, token, key=KEY)


def reveal_with_used_key(world: World) -> None:
    customer = agreed(world)
    reveal(world, world.token(customer, "call"), key=KEY)
    reveal(world, world.token(customer, "call"), key=KEY)


def pause(world: World, by: Caller) -> None:
    at = world.adapters.clock.now()
    world.store.commit(Insert(new_watch(person(by), at).paused(at + DAY)))


def reveal_while_paused(world: World) -> None:
    pause(world, STAFF)
    reveal(world, world.token(agreed(world), "call"))


def reveal_without_reason(world: World) -> None:
    world.ringfence.strongroom.reveal(bearer(STAFF), world.token(agreed(world), "call"), "because", None)


def reveal_after_porting(world: World) -> None:
    looking_up(world)
    for world.adapters.lookup.now in ("Carrier One", "Carrier Two"):
        reveal(world, world.token(agreed_to_calls(world), "call", SAFETY))
        world.later(days=31)


def reveal_minor(world: World) -> None:
    reveal(world, permission(world, minor(world)))


def approve_own(world: World) -> None:
    customer = minor(world)
    approve(world, asked(world, customer).approval_id, customer, STAFF)


def approve_while_paused(world: World) -> None:
    customer = minor(world)
    required = asked(world, customer)
    pause(world, BOB)
    approve(world, required.approval_id, customer)


def approve_with_used_key(world: World) -> None:
    customer = minor(world)
    approve(world, asked(world, customer).approval_id, customer, key=KEY)
    approve(world, asked(world, customer, reason=OTHER_REASON).approval_id, customer, key=KEY)


OFFICER = caller("officer")
NOBODY = "Bearer forged"
REFUSED: dict[tuple[str, type[RingfenceError]], Callable[[World], object]] = {
    ("send_code", NotAuthenticated): lambda world: send_code(world, "vrf_x", NOBODY),
    ("send_code", NotPermitted): lambda world: send_code(world, "vrf_x", bearer(OFFICER)),
    ("send_code", NotFound): lambda world: send_code(world, stepping_up(world).id, bearer(OTHER_WALLET)),
    ("send_code", CustomerRestricted): code_to_restricted,
    ("send_code", CustomerPurged): code_to_purged,
    ("send_code", VerificationSpent): lambda world: code_after(world, status="spent"),
    ("send_code", VerificationCancelled): lambda world: code_after(world, status="cancelled"),
    ("send_code", VerificationExpired): code_late,
    ("send_code", VerificationLocked): lambda world: code_after(world, attempts=99),
    ("send_code", Throttled): code_too_often,
    ("send_code", SpendLimitReached): code_beyond_the_ceiling,
    ("send_code", Contended): code_twice,
    ("tell_old_number", NotAuthenticated): lambda world: tell(world, "cus_x", NOBODY),
    ("tell_old_number", NotPermitted): lambda world: tell(world, "cus_x", bearer(STAFF)),
    ("tell_old_number", NotFound): lambda world: tell(world, world.customer().id),
    ("tell_old_number", Throttled): word_too_often,
    ("tell_old_number", SpendLimitReached): word_beyond_the_ceiling,
    ("tell_old_number", PhoneNumberRefused): word_to_a_country_that_is_off,
    ("tell_old_number", Contended): word_to_erased,
    ("send_message", NotAuthenticated): lambda world: world.ringfence.strongroom.send_message(
        NOBODY, "ct_x", "order_ready", READY, None
    ),
    ("send_message", NotPermitted): lambda world: send(world, "ct_x", by=OFFICER),
    ("send_message", ContactTokenInvalid): lambda world: send(world, "ct_x", key=KEY),
    ("send_message", Throttled): message_too_often,
    ("send_message", SpendLimitReached): message_beyond_the_ceiling,
    ("send_message", FieldInvalid): lambda world: send(world, world.token(agreed(world)), parameters={}),
    ("send_message", IdempotencyKeyReused): message_with_used_key,
    ("send_message", Contended): message_to_erased,
    ("reveal", NotAuthenticated): lambda world: world.ringfence.strongroom.reveal(NOBODY, "ct_x", "because", None),
    ("reveal", NotPermitted): lambda world: reveal(world, "ct_x", by=OFFICER),
    ("reveal", FieldInvalid): reveal_without_reason,
    ("reveal", ApprovalRequired): reveal_minor,
    ("reveal", NumberStale): reveal_after_porting,
    ("reveal", PersonPaused): reveal_while_paused,
    ("reveal", ContactTokenInvalid): lambda world: reveal(world, "ct_x", key=KEY),
    ("reveal", Throttled): reveal_too_often,
    ("reveal", NotReplayable): reveal_twice,
    ("reveal", IdempotencyKeyReused): reveal_with_used_key,
    ("reveal", Contended): reveal_erased,
    ("approve_reveal", NotAuthenticated): lambda world: world.ringfence.strongroom.approve_reveal(
        NOBODY, "apr_x", "cus_x", None
    ),
    ("approve_reveal", NotPermitted): approve_own,
    ("approve_reveal", NotFound): lambda world: approve(world, "apr_x", minor(world)),
    ("approve_reveal", PersonPaused): approve_while_paused,
    ("approve_reveal", IdempotencyKeyReused): approve_with_used_key,
}
