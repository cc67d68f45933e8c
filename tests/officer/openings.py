"""Openings whose calls to KMS are recorded, and one thing of each kind that does not fit."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from chalicelib.adapters import aws
from chalicelib.domain.access import AccessLogEntry, access
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer, WrappedKey
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.gate import ContactQuestion
from chalicelib.domain.settlement import Settlement
from chalicelib.domain.writes import Insert
from chalicelib.services.start_request import StartRequest
from tests.domain.samples import RETENTION
from tests.fakes import NOON, caller
from tests.officer.cloudtrail import MALLORY, SOMEBODY, STRONGROOM, Trail, recorded
from tests.worlds import Issuer, World, fresh_number, moto_world

STAFF = caller("staff", "call-centre", "ann")
# In minutes, and with some to spare: so much of an export is judged by none of its own.
AN_HOUR = 70
READY = {"order_reference": "A-1", "pickup_place": "Main Street", "pickup_until": "Friday"}


@dataclass
class Story:
    """A world whose calls to KMS are recorded."""

    world: World
    trail: Trail

    def customer(self) -> Customer:
        made = self.world.customer(fresh_number())
        choice = ConsentChoice("order_notice", "given", 1, "en", None, ("sms", "call"), "signup_screen")
        self.world.ringfence.record_consent(caller(), made.id, choice, None)
        self.world.ringfence.history(made.id)
        return self.now(made.id)

    def now(self, customer_id: str) -> Customer:
        found = self.world.store.get(Customer, customer_id)
        assert found is not None
        return found

    def later(self, minutes: int = 1) -> None:
        self.world.clock.at += timedelta(minutes=minutes)

    def token(self, customer: Customer, channel: str) -> str:
        question = ContactQuestion(customer.id, "order_notice", channel)
        answer = self.world.ringfence.decide_contact(STAFF, question, None)
        assert answer.token is not None
        return answer.token

    def message(self, customer: Customer) -> None:
        authorization, token = self.world.authorization(STAFF), self.token(customer, "sms")
        self.world.ringfence.strongroom.send_message(authorization, token, "order_ready", READY, None)

    def reveal(self, customer: Customer) -> None:
        token, reason = self.token(customer, "call"), "the customer asked to be called back"
        self.world.ringfence.reveal_number(STAFF, token, reason, ticket=None, keyed=None)

    def code(self, customer: Customer) -> None:
        request = StartRequest("step_up", customer_id=customer.id)
        self.world.ringfence.start_verification(caller(), self.world.authorization(caller()), request, None)

    def entry(self, customer: Customer) -> AccessLogEntry:
        """The customer's newest."""
        return self.world.store.history(AccessLogEntry, customer.id)[-1]

    def settlement(self, customer: Customer) -> Settlement:
        return self.world.store.history(Settlement, customer.id)[-1]

    def wrapped(self, customer: Customer) -> WrappedKey:
        assert customer.number is not None
        key = self.world.store.get(WrappedKey, customer.id, customer.number.key_id)
        assert key is not None
        return key


@contextmanager
def begun(issuer: Issuer) -> Iterator[Story]:
    """Somebody was signed up at nine, and nothing was opened yet in the hour since."""
    with moto_world(issuer) as world, recorded(world) as trail:
        made = Story(world, trail)
        # Hours follow, and none of them may be quiet where somebody lives.
        made.world.clock.at = NOON - timedelta(hours=3)
        made.customer()
        made.later(AN_HOUR)
        yield made


def decrypt_without_entry(story: Story) -> set[tuple[str, ...]]:
    customer = story.customer()
    story.message(customer)
    story.trail.identity = SOMEBODY
    context = {"customer": customer.id, "field": "number"}
    aws.kms().decrypt(
        KeyId=f"alias/{story.world.name}-number",
        CiphertextBlob=story.wrapped(customer).wrapped,
        EncryptionContext=context,
    )
    story.trail.identity = STRONGROOM
    return {("decrypt without entry", customer.id, story.trail.last()["requestID"], MALLORY)}


def number_re_encrypted(story: Story) -> set[tuple[str, ...]]:
    customer = story.customer()
    story.trail.identity = SOMEBODY
    aws.kms().re_encrypt(
        SourceKeyId=f"alias/{story.world.name}-number",
        SourceEncryptionContext={"customer": customer.id, "field": "number"},
        CiphertextBlob=story.wrapped(customer).wrapped,
        DestinationKeyId=f"alias/{story.world.name}-pending",
    )
    story.trail.identity = STRONGROOM
    return {("decrypt without entry", customer.id, story.trail.last("ReEncrypt")["requestID"], MALLORY)}


def entry_without_decrypt(story: Story) -> set[tuple[str, ...]]:
    customer = story.customer()
    story.trail.refusing = True
    with pytest.raises(Unavailable):
        story.reveal(customer)
    story.trail.refusing = False
    assert "errorCode" in story.trail.last()
    return {("entry without decrypt", customer.id, story.entry(customer).id, "unsettled")}


def settlement_without_decrypt(story: Story) -> set[tuple[str, ...]]:
    customer = story.customer()
    story.reveal(customer)
    story.trail.records.remove(story.trail.last())
    entry, request = story.entry(customer).id, story.settlement(customer).request_id
    return {("entry without decrypt", customer.id, request, entry, "the export has no such decrypt")}


def answer_never_came(story: Story) -> set[tuple[str, ...]]:
    customer = story.customer()
    story.trail.losing = 3
    with pytest.raises(Unavailable):
        story.message(customer)
    requests = [record["requestID"] for record in story.trail.records if record["eventName"] == "Decrypt"][-3:]
    entry = story.entry(customer).id
    return {
        ("entry without decrypt", customer.id, entry, "unsettled"),
        *(("decrypt without entry", customer.id, each, f"perhaps the opening of {entry}") for each in requests),
    }


def wrong_customer(story: Story) -> set[tuple[str, ...]]:
    ada, bob = story.customer(), story.customer()
    entry = access(STAFF, ada.id, "reveal", "order_notice", "call", (), story.world.clock.now(), RETENTION)
    story.world.store.commit(Insert(entry))
    story.world.ringfence.opening.open(bob.number, replace(entry, customer_id=bob.id))
    return {("wrong customer", bob.id, story.trail.last()["requestID"], entry.id, f"the entry is of {ada.id}")}


def duplicate(story: Story) -> set[tuple[str, ...]]:
    customer = story.customer()
    story.message(customer)
    entry, settlement = story.entry(customer), story.settlement(customer)
    also = replace(entry, id=f"{entry.id}also", version="")
    claim = replace(settlement, entry_id=also.id, version="")
    story.world.store.commit(Insert(also), Insert(claim))
    return {("duplicate", customer.id, settlement.request_id, f"{entry.id}, {also.id}")}


def wrong_principal(story: Story) -> set[tuple[str, ...]]:
    customer = story.customer()
    story.message(customer)
    story.trail.last()["userIdentity"] = SOMEBODY
    return {("wrong principal", customer.id, story.settlement(customer).request_id, MALLORY)}


def delivered_twice(story: Story) -> set[tuple[str, ...]]:
    story.message(story.customer())
    story.trail.records.append(json.loads(json.dumps(story.trail.last())))
    return set()


PLANTS: list[Callable[[Story], set[tuple[str, ...]]]] = [
    decrypt_without_entry,
    number_re_encrypted,
    entry_without_decrypt,
    settlement_without_decrypt,
    answer_never_came,
    wrong_customer,
    duplicate,
    wrong_principal,
    delivered_twice,
]
