"""Receipts on every store: they lead to their verification or message, and where nothing is they leave nothing."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from chalicelib import adapters
from chalicelib.adapters import end_user_messaging_carrier, sns_carrier
from chalicelib.domain.contact import MESSAGE, Message
from chalicelib.domain.dispatch import Dispatch
from chalicelib.domain.receipt import REASONS, Receipt
from chalicelib.domain.verification import Send, Verification
from chalicelib.domain.writes import Insert
from tests.contracts.records import a_verification, fresh
from tests.fakes import NOON
from tests.worlds import World


def dispatched(world: World, message_id: str) -> Verification:
    verification = a_verification(sends=(Send(NOON, "accepted", "sns", message_id),))
    world.store.commit(Insert(verification))
    world.store.commit(Insert(Dispatch(message_id, verification.id, NOON + timedelta(hours=72))))
    return verification


def found(world: World, verification: Verification) -> Verification:
    kept = world.store.get(Verification, verification.id)
    assert kept is not None
    return kept


def test_a_receipt_finds_its_send_and_a_second_one_writes_nothing(world: World) -> None:
    message_id = fresh("message")
    verification = dispatched(world, message_id)
    receipt = Receipt(message_id, "failed", "unreachable")
    assert world.ringfence.record_receipt(receipt)
    first = found(world, verification)
    assert first.sends == (Send(NOON, "failed", "sns", message_id, "unreachable"),)
    assert world.ringfence.record_receipt(receipt)
    assert found(world, verification) == first


def test_a_receipt_finds_its_message(world: World) -> None:
    message_id, later = fresh("message"), NOON + timedelta(hours=72)
    sent = ("accepted", "sns", message_id)
    message = Message(fresh(MESSAGE), "app", "cus_1", "marketing", "offer", 2, 60_000, NOON, later, *sent)
    world.store.commit(Insert(message))
    world.store.commit(Insert(Dispatch(message_id, message.id, later)))
    receipt = Receipt(message_id, "failed", "unreachable")
    assert world.ringfence.record_receipt(receipt)
    first = world.store.get(Message, message.id)
    assert first is not None
    assert first == replace(message, delivery="failed", reason="unreachable", version=first.version)
    assert world.ringfence.record_receipt(receipt)
    assert world.store.get(Message, message.id) == first
    assert not world.ringfence.record_receipt(Receipt(fresh("message"), "delivered", None, fresh(MESSAGE)))


def test_one_that_belongs_to_nothing_leaves_nothing(world: World) -> None:
    before = len(world.rows("verifications"))
    assert not world.ringfence.record_receipt(Receipt(fresh("message"), "delivered"))
    assert not world.ringfence.record_receipt(Receipt(fresh("message"), "delivered", None, fresh("vrf")))
    assert len(world.rows("verifications")) == before


def test_the_key_of_a_verification_is_not_taken_for_a_message(world: World) -> None:
    verification = dispatched(world, fresh("message"))
    assert not world.ringfence.record_receipt(Receipt(verification.id, "delivered"))
    assert found(world, verification).sends[0].delivery == "accepted"


def test_every_word_of_a_carrier_has_a_sentence() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(adapters.__path__[0]).glob("*.py")]
    literal = {word for source in sources for word in re.findall(r"SmsRefused\(\"(\w+)\"", source)}
    assert literal
    named = {*sns_carrier.REASONS.values(), *end_user_messaging_carrier.REASONS.values()}
    assert literal | named <= set(REASONS)
