"""What must be true whatever failed: of the store, the phones and everything that clients were told."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.claim import CLAIM_LIFETIME, Claim
from chalicelib.domain.contact import ContactToken, Message, token_digest
from chalicelib.domain.customer import LEDGER_KEY, Customer, TagHolder, WrappedKey
from chalicelib.domain.ledger import LedgerEvent, first_break
from chalicelib.domain.purge_run import PurgeRun
from chalicelib.domain.purge_shard import Shard
from chalicelib.domain.reveals import Watch
from chalicelib.domain.schedule import ACCOUNT_CLOSED
from chalicelib.domain.settlement import Settlement
from chalicelib.domain.throttle import Limit, OpeningLog, ThrottleLog
from chalicelib.domain.verification import Verification
from tests.prove.faults.budgets import (
    no_shared_count_is_too_low,
    no_sms_is_unpaid,
    no_start_of_a_wallet_is_uncounted,
)
from tests.prove.faults.promises import what_was_answered_is_so
from tests.prove.faults.witness import Answer, Sight

K = TypeVar("K")
Invariant = Callable[[Sight], Iterator[str]]

CHECK = r"POST /v1/verifications/([^/]+)/check"
BIND = r"POST /v1/customers"
CONSENT = r"PUT /v1/customers/([^/]+)/consents/[^/]+"
CONTACT = r"POST /v1/(messages|reveals)"
REVEAL = r"POST /v1/reveals"


def each_send_is_one_sms_at_most(sight: Sight) -> Iterator[str]:
    """No more SMS than sends and messages were written as intended, and no fewer than are told as accepted."""
    sends, messages = sum(sight.witness.sends.values()), len(sight.witness.messages)
    if sight.codes > sends:
        yield f"{sight.codes} SMS with a code, and {sends} sends"
    if sight.texts > messages:
        yield f"{sight.texts} SMS with a text, and {messages} messages"
    accepted = sum(send.delivery == "accepted" for each in sight.rows(Verification) for send in each.sends)
    if accepted > sight.codes:
        yield f"{accepted} sends were accepted, and {sight.codes} SMS came"
    told = sum(message.delivery == "accepted" for message in sight.rows(Message))
    if told > sight.texts:
        yield f"{told} messages were accepted, and {sight.texts} SMS came"


def a_verification_succeeds_once(sight: Sight) -> Iterator[str]:
    """One check of it at most is told `verified`, and one customer at most is made of it."""
    checks = [(which, answer) for which, answer in sight.witness.answered(CHECK) if answer.good]
    binds = [(answer.body["verification_id"], answer) for _, answer in sight.witness.answered(BIND) if answer.good]
    for what, answered in (("verified", checks), ("bound", binds)):
        for which, keys in _keys_by(answered).items():
            if len(keys) > 1:
                yield f"{which} was {what} by {len(keys)} requests"


def no_count_is_too_low(sight: Sight) -> Iterator[str]:
    """Every start, every opening and every guess that was answered stands in the log that limits it."""
    limits = sight.world.ringfence.limits
    for tag, starts in _grouped((it.tag, it.started_at) for it in sight.rows(Verification)):
        yield from _uncounted(sight, "number", tag, limits.number, starts)
    for device, starts in _grouped(_starts_by_device(sight)):
        yield from _uncounted(sight, "device", device, limits.device, starts)
    for (role, who), openings in _grouped(
        ((it.role, json.dumps([it.client_id, it.subject])), it.at) for it in sight.rows(AccessLogEntry)
    ):
        name = f"opening_by_{role}"
        yield from _uncounted(sight, name, who, getattr(limits, name), openings)
    for who, reveals in _grouped(
        (json.dumps([it.client_id, it.subject]), it.at) for it in sight.rows(AccessLogEntry) if it.action == "reveal"
    ):
        yield from _uncounted(sight, "reveals_by_person", who, limits.reveals_by_person, reveals)
    attempts = {verification.id: verification.attempts for verification in sight.rows(Verification)}
    guesses = [
        (which, answer) for which, answer in sight.witness.answered(CHECK) if answer.good or answer.reply.status == 422
    ]
    for which, keys in _keys_by(guesses).items():
        if len(keys) > attempts.get(which, len(keys)):
            yield f"{len(keys)} guesses were evaluated, and {attempts[which]} are counted"


def number_and_customer_have_their_keys(sight: Sight) -> Iterator[str]:
    """No customer with a number without both keys, and no key without its customer and its number."""
    keys = {(key.customer_id, key.key_id) for key in sight.rows(WrappedKey)}
    wanted = {(customer.id, key_id) for customer in sight.rows(Customer) for key_id in customer.key_ids}
    if wanted - keys:
        yield f"{len(wanted - keys)} keys are missing"
    if keys - wanted:
        yield f"{len(keys - wanted)} keys belong to nothing"


def the_chain_holds_each_event_once(sight: Sight) -> Iterator[str]:
    """The chain verifies, and it is exactly the events that were answered, and one for each consent that has ended."""
    answered: dict[str, set[str]] = {}
    for which, answer in sight.witness.answered(CONSENT):
        if answer.good:
            answered.setdefault(which, set()).add(answer.reply.body["event_id"])
    for customer in sight.rows(Customer):
        links = [link for link in sight.rows(LedgerEvent) if link.customer_id == customer.id]
        links.sort(key=lambda link: link.sequence)
        damage = first_break(customer.id, links, customer.ledger_sequence, customer.ledger_hash)
        if damage is not None:
            yield damage
        unlocked = any(key.customer_id == customer.id and key.key_id == LEDGER_KEY for key in sight.rows(WrappedKey))
        events = sight.world.ringfence.history(customer.id) if damage is None and unlocked else []
        ended = [event.event_id for event in events if event.actor == "system"]
        known = [*answered.get(customer.id, ()), *ended]
        if Counter(link.event_id for link in links) != Counter(known):
            yield f"{len(links)} events stand in the chain, and {len(known)} were answered or ended"
        if unlocked and len(ended) != sum(state.decision == "expired" for state in customer.consents.values()):
            yield f"{len(ended)} events of an end stand in the chain, which is not what the head says"
        if damage is None and unlocked and len(events) != len(links):
            yield "an event cannot be read"


def a_token_is_used_once(sight: Sight) -> Iterator[str]:
    """One message or one reveal is answered for a contact token at most, and then it is used."""
    used = [(answer.body["contact_token"], answer) for _, answer in sight.witness.answered(CONTACT) if answer.good]
    spent = {token.digest for token in sight.rows(ContactToken) if token.used_at is not None}
    for token, keys in _keys_by(used).items():
        if len(keys) > 1:
            yield f"a token was used by {len(keys)} requests"
        if token_digest(token) not in spent:
            yield "a token that was used is as good as new"


def every_opening_is_in_the_access_log(sight: Sight) -> Iterator[str]:
    """No number was opened more often than the access log says."""
    logged = len(sight.rows(AccessLogEntry))
    if len(sight.witness.openings) > logged:
        yield f"{len(sight.witness.openings)} openings, and {logged} entries"


def every_use_of_a_number_is_settled(sight: Sight) -> Iterator[str]:
    """No number was sent to or shown before KMS's answer was written down, and each settlement is of an entry."""
    entries = {(entry.customer_id, entry.id, entry.at) for entry in sight.rows(AccessLogEntry)}
    settled = {(it.customer_id, it.entry_id, it.at) for it in sight.rows(Settlement)}
    told = [answer.reply.body["phone_number"] for _, answer in sight.witness.answered(REVEAL) if answer.good]
    used = len(told) + sum(sms.function == "strongroom" for sms in sight.witness.published)
    if used > len(settled):
        yield f"{used} uses, and {len(settled)} settlements"
    if settled - entries:
        yield f"{len(settled - entries)} settlements are of no entry"


def a_reveal_is_told_once(sight: Sight) -> Iterator[str]:
    """The number is in one answer for each token at most."""
    told = Counter(str(answer.body["contact_token"]) for _, answer in sight.witness.answered(REVEAL) if answer.good)
    if any(times > 1 for times in told.values()):
        yield f"a number was told {max(told.values())} times"


def no_contact_is_missing_in_its_cap(sight: Sight) -> Iterator[str]:
    """Every token for advertising that was used has its share, which no end of the token frees."""
    heads = {customer.id: customer for customer in sight.rows(Customer)}
    for token in sight.rows(ContactToken):
        if token.used_at is None or token.purpose != "marketing":
            continue
        shares = heads[token.customer_id].shares.get(token.purpose, ())
        if not any(share.token == token.digest and share.ground is None for share in shares):
            yield "an offer was made that no cap counts"


def no_reveal_is_uncounted(sight: Sight) -> Iterator[str]:
    """Every number that somebody was told stands in what that person was shown."""
    told = sum(answer.good for _, answer in sight.witness.answered(REVEAL))
    counted = sum(len(watch.shown) for watch in sight.rows(Watch))
    if told > counted:
        yield f"{told} numbers were told, and {counted} are counted"


def what_is_purged_stays_closed(sight: Sight) -> Iterator[str]:
    """Nothing is left with which a purged customer's number could be opened, found or shown."""
    for customer in sight.rows(Customer):
        number_keys = [
            key for key in sight.rows(WrappedKey) if key.customer_id == customer.id and key.key_id != LEDGER_KEY
        ]
        if customer.status != "purged":
            continue
        if customer.number or customer.tag or customer.masked or number_keys:
            yield "something of a purged number is left"
        # What is asked in vain about a closed customer leaves claims of its own.
        closed_at = customer.closed_at or customer.created_at
        claims = [
            it for it in sight.rows(Claim) if it.owner == customer.id and it.lapses_at - CLAIM_LIFETIME < closed_at
        ]
        if claims or any(it.customer_id == customer.id for it in sight.rows(Verification)):
            yield "something still points to a purged number"


def every_purge_is_reported_once(sight: Sight) -> Iterator[str]:
    """What the runs and the shards under way count is what was purged, but for what a shard has still to count."""
    shards = sight.rows(Shard)
    if any(shard.taken for shard in shards):
        return
    tallies = [*sight.rows(PurgeRun), *(shard.tally for shard in shards)]
    told = sum(tally.erased.get(ACCOUNT_CLOSED, 0) for tally in tallies)
    gone = sum(customer.purged_at is not None for customer in sight.rows(Customer))
    if told != gone:
        yield f"{gone} customers are purged, and {told} are reported"


def nothing_is_half_written(sight: Sight) -> Iterator[str]:
    """Whatever belongs together is there together."""
    customers = {customer.id: customer for customer in sight.rows(Customer)}
    held = {holder.customer_id: holder.tag for holder in sight.rows(TagHolder)}
    active = {each.id: each.tag for each in customers.values() if each.status == "active"}
    if held != active:
        yield "the active customers are not those who hold a number"
    for verification in sight.rows(Verification):
        if verification.status == "spent" and verification.customer_id not in customers:
            yield "a proof is spent for nobody"
        if verification.status in ("verified", "spent") and verification.proved_by is None:
            yield "a proof was made by no attempt"
    used = sum(token.used_at is not None for token in sight.rows(ContactToken))
    logged = sum(entry.action in ("message", "reveal") for entry in sight.rows(AccessLogEntry))
    if used > logged:
        yield f"{used} tokens are used, and {logged} uses are logged"


def _keys_by(answered: Iterable[tuple[str, Answer]]) -> dict[str, set[str | None]]:
    keys: dict[str, set[str | None]] = {}
    for what, answer in answered:
        keys.setdefault(what, set()).add(answer.key)
    return keys


def _starts_by_device(sight: Sight) -> Iterator[tuple[str, datetime]]:
    started = {verification.id: verification.started_at for verification in sight.rows(Verification)}
    found = {
        answer.reply.body["verification_id"]: str(answer.body["client"]["device_id"])
        for _, answer in sight.witness.answered(r"POST /v1/verifications")
        if answer.good and "client" in answer.body
    }
    for verification_id, device in found.items():
        if verification_id in started:
            yield device, started[verification_id]


def _grouped(pairs: Iterable[tuple[K, datetime]]) -> list[tuple[K, list[datetime]]]:
    groups: dict[K, list[datetime]] = {}
    for group, at in pairs:
        groups.setdefault(group, []).append(at)
    return list(groups.items())


def _uncounted(
    sight: Sight, name: str, subject: str, limits: tuple[Limit, ...], happened: list[datetime]
) -> Iterator[str]:
    now = sight.world.clock.now()
    reach = timedelta(seconds=max(limit.window_seconds for limit in limits))
    keys = sight.world.ringfence.throttle.keys(name, subject, now)
    logs = [*sight.rows(ThrottleLog), *sight.rows(OpeningLog)]
    counted = Counter(at for log in logs if log.key in keys for at in log.admitted)
    missing = Counter(at for at in happened if at > now - reach) - counted
    if missing:
        yield f"{missing.total()} of {len(happened)} admissions by {name} are not counted"


INVARIANTS: tuple[Invariant, ...] = (
    each_send_is_one_sms_at_most,
    a_verification_succeeds_once,
    no_count_is_too_low,
    no_shared_count_is_too_low,
    no_start_of_a_wallet_is_uncounted,
    no_sms_is_unpaid,
    number_and_customer_have_their_keys,
    the_chain_holds_each_event_once,
    a_token_is_used_once,
    every_opening_is_in_the_access_log,
    every_use_of_a_number_is_settled,
    a_reveal_is_told_once,
    no_contact_is_missing_in_its_cap,
    no_reveal_is_uncounted,
    what_is_purged_stays_closed,
    every_purge_is_reported_once,
    nothing_is_half_written,
    what_was_answered_is_so,
)


def broken(sight: Sight, invariants: tuple[Invariant, ...] = INVARIANTS) -> list[str]:
    """What does not hold, as `name: how`."""
    return [f"{invariant.__name__}: {how}" for invariant in invariants for how in invariant(sight)]
