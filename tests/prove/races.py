"""The races: many at once for what one may have, or five, or all in order."""

import secrets
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from chalicelib.domain.customer import Customer
from chalicelib.domain.ledger import LedgerEvent, first_break
from tests.prove.api import WALLET, Api, Reply
from tests.worlds import fresh_number

T = TypeVar("T")
# What a caller is told who came too late or too soon; it may repeat what was contended.
TOO_MANY = {"verification-locked", "contended"}
MARKETING = {"decision": "given", "notice_version": 1, "locale": "en", "channels": ["sms"], "surface": "race"}


def at_once(threads: int, act: Callable[[int], T]) -> list[T]:
    """What each thread got; all begin at the same moment."""
    barrier = threading.Barrier(threads)

    def one(number: int) -> T:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


def outcomes(replies: list[Reply]) -> Counter[str]:
    """How often each answer was given: the status if it was good, the problem otherwise."""
    return Counter(reply.problem or str(reply.status) for reply in replies)


def wrong_codes(api: Api, threads: int) -> Counter[str]:
    """What guesses at once are told: five are evaluated, and then the right code is worth nothing."""
    number = fresh_number()
    path = f"/v1/verifications/{api.started(number)}/check"
    right = api.world.sms_to(number)[-1].code

    def guess(thread: int) -> Reply:
        # Every thread another code, none of them the right one.
        wrong = f"{(int(right) + 1 + thread) % 1_000_000:06d}"
        return api.call(WALLET, "POST", path, {"code": wrong})

    found = outcomes(at_once(threads, guess))
    assert set(found) <= TOO_MANY | {"code-incorrect"}, found
    assert found["code-incorrect"] <= 5, found
    # Whoever was told to repeat does: the attempts are used up in the end, and not one more.
    while found["code-incorrect"] < 5:
        reply = guess(0)
        assert reply.problem in {"code-incorrect", "contended"}, reply
        found += outcomes([reply])
    assert api.call(WALLET, "POST", path, {"code": right}).problem == "verification-locked"
    return found


def right_codes(api: Api, threads: int) -> Counter[str]:
    """The right code proves one request, however many bring it at once; returns the answers."""
    number = fresh_number()
    verification = api.started(number)
    right = api.world.sms_to(number)[-1].code
    path = f"/v1/verifications/{verification}/check"
    found = outcomes(at_once(threads, lambda _: api.call(WALLET, "POST", path, {"code": right})))
    assert set(found) <= TOO_MANY | {"200", "verification-spent"}, found
    assert api.call(WALLET, "GET", f"/v1/verifications/{verification}").body["status"] == "verified"
    return found


def binds_of_one_number(api: Api, customers: int) -> Counter[str]:
    """One customer holds a number, however many proved it and bind it at once; returns the answers."""
    number = fresh_number()
    proofs = [api.proved(number) for _ in range(customers)]
    replies = at_once(
        customers, lambda thread: api.call(WALLET, "POST", "/v1/customers", {"verification_id": proofs[thread]})
    )
    found = outcomes(replies)
    assert set(found) <= {"201", "number-in-use", "contended"}, found
    # Who was told to repeat learns the same as the others.
    for proof, reply in zip(proofs, replies, strict=True):
        if reply.problem == "contended":
            again = api.call(WALLET, "POST", "/v1/customers", {"verification_id": proof})
            assert again.problem == "number-in-use", again
    assert len(api.world.rows("customers")) == 2, "the customer and who holds the tag"
    return found


def binds_with_one_proof(api: Api, threads: int) -> Counter[str]:
    """A proof is used up once; returns the answers."""
    proof = api.proved(fresh_number())
    found = outcomes(at_once(threads, lambda _: api.call(WALLET, "POST", "/v1/customers", {"verification_id": proof})))
    assert set(found) <= {"201", "verification-spent", "contended"}, found
    return found


def consents_of_one_customer(api: Api, writers: int, events: int) -> int:
    """Every event of every writer stands in one unbroken chain; returns how many events that are."""
    customer = api.customer(fresh_number())
    repeated = Counter[str]()

    def write(writer: int) -> list[str]:
        made = []
        for event in range(events):
            # A key, so that a repeat after a 503 cannot count twice.
            key = f"w{writer}e{event}-{secrets.token_hex(8)}"
            body = {**MARKETING, "surface": f"w{writer}e{event}"}
            while (reply := api.call(WALLET, "PUT", _consent(customer), body, key=key)).status == 503:
                repeated[reply.problem or ""] += 1
            assert reply.status == 200, reply
            made.append(str(reply.body["event_id"]))
        return made

    made = [event for own in at_once(writers, write) for event in own]
    store = api.world.store
    head, chain = store.get(Customer, customer), store.history(LedgerEvent, customer)
    assert head is not None
    assert first_break(customer, chain, head.ledger_sequence, head.ledger_hash) is None
    assert Counter(link.event_id for link in chain) == Counter(made)
    history = api.call(WALLET, "GET", f"{_consent(customer)}/history").body["events"]
    assert Counter(event["surface"] for event in history) == {
        f"w{writer}e{event}": 1 for writer in range(writers) for event in range(events)
    }
    for writer in range(writers):
        own = [event["surface"] for event in history if event["surface"].startswith(f"w{writer}e")]
        assert own == [f"w{writer}e{event}" for event in range(events)], "each writer's own events are in order"
    print("repeated:", repeated.total())
    return len(chain)


def _consent(customer: str) -> str:
    return f"/v1/customers/{customer}/consents/marketing"
