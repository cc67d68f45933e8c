"""An answer that says it is done is true of the store and of the phone."""

from collections.abc import Callable, Iterator, Mapping

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.contact import ContactToken, Message, token_digest
from chalicelib.domain.customer import Customer
from chalicelib.domain.ledger import LedgerEvent
from chalicelib.domain.reveal_approval import RevealApproval
from chalicelib.domain.verification import Verification
from tests.prove.faults.witness import Answer, Sight

Kept = Callable[[Sight, str, Answer], bool]


def _verification(sight: Sight, verification_id: str) -> Verification | None:
    return next((it for it in sight.rows(Verification) if it.id == verification_id), None)


def _customer(sight: Sight, customer_id: str) -> Customer | None:
    return next((it for it in sight.rows(Customer) if it.id == customer_id), None)


def _sent(sight: Sight, _: str, answer: Answer) -> bool:
    """The verification had the send, and an accepted one reached the phone. It may have been purged since."""
    body = answer.reply.body
    sends = sight.witness.sends.get(body["verification_id"], 0)
    done = sight.world.ringfence.policy.rules.verification.sends - body["sends_remaining"]
    return sends >= done and (body["delivery"] != "accepted" or sight.codes >= 1)


def _checked(sight: Sight, verification_id: str, _: Answer) -> bool:
    found = _verification(sight, verification_id)
    return found is None or (found.status in ("verified", "spent") and found.verified_at is not None)


def _cancelled(sight: Sight, verification_id: str, _: Answer) -> bool:
    found = _verification(sight, verification_id)
    return found is None or (found.status == "cancelled" and found.pending_number is None)


def _bound(sight: Sight, _: str, answer: Answer) -> bool:
    found = _customer(sight, answer.reply.body["customer_id"])
    proof = _verification(sight, answer.body["verification_id"])
    return found is not None and (proof is None or (proof.status, proof.customer_id) == ("spent", found.id))


def _recorded(sight: Sight, customer_id: str, answer: Answer) -> bool:
    return any(
        (link.customer_id, link.event_id) == (customer_id, answer.reply.body["event_id"])
        for link in sight.rows(LedgerEvent)
    )


def _decided(sight: Sight, _: str, answer: Answer) -> bool:
    token = answer.reply.body["contact_token"]
    return token is None or any(it.digest == token_digest(token) for it in sight.rows(ContactToken))


def _told(sight: Sight, _: str, answer: Answer) -> bool:
    body = answer.reply.body
    kept = any(it.id == body["message_id"] for it in sight.rows(Message))
    return kept and (body["status"] != "accepted" or sight.texts >= 1)


def _revealed(sight: Sight, _: str, answer: Answer) -> bool:
    number = answer.reply.body["phone_number"]
    known = any(sms.number == number for sms in sight.world.inbox())
    return known and any(entry.action == "reveal" for entry in sight.rows(AccessLogEntry))


def _approved(sight: Sight, approval_id: str, _: Answer) -> bool:
    # It may have served since, and made room for the next wish in the same words.
    return not any(it.id == approval_id and it.approved_by is None for it in sight.rows(RevealApproval))


def _closed(sight: Sight, customer_id: str, _: Answer) -> bool:
    found = _customer(sight, customer_id)
    return found is not None and found.status != "active" and found.closed_at is not None


def _purged(sight: Sight, _: str, __: Answer) -> bool:
    now = sight.world.clock.now()
    due = [it.due_at for it in sight.rows(Verification)] + [it.due_at for it in sight.rows(Customer)]
    return all(at is None or at > now for at in due)


PROMISES: Mapping[str, Kept] = {
    r"POST /v1/verifications": _sent,
    r"POST /v1/verifications/([^/]+)/resend": _sent,
    r"POST /v1/verifications/([^/]+)/check": _checked,
    r"DELETE /v1/verifications/([^/]+)": _cancelled,
    r"POST /v1/customers": _bound,
    r"PUT /v1/customers/([^/]+)/consents/[^/]+": _recorded,
    r"POST /v1/contact-decisions": _decided,
    r"POST /v1/messages": _told,
    r"POST /v1/reveals": _revealed,
    r"POST /v1/reveal-approvals/([^/]+)": _approved,
    r"POST /v1/customers/([^/]+)/closure": _closed,
    r"purge": _purged,
}


def what_was_answered_is_so(sight: Sight) -> Iterator[str]:
    """Every good answer is true of the store and of the phone: nothing that was told is lost."""
    for pattern, kept in PROMISES.items():
        for which, answer in sight.witness.answered(pattern):
            if answer.good and not kept(sight, which, answer):
                yield f"{pattern} was answered {answer.reply.status}, and it is not so"
