"""Certificates of erasure: what is gone, what is kept and by which law, and from when on no copy opens."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain import backups
from chalicelib.domain.customer import Customer
from chalicelib.domain.identifiers import new_id
from chalicelib.domain.life_rules import Retention

# Of a signed one. RFC 8725 3.11: no other signature of ours passes for it.
CERTIFICATE_TYPE = "ringfence-erasure+jws"
# Who asked, where nobody did: it was time.
CLOCK = "clock"


@dataclass(frozen=True)
class Kept:
    """Something that is still there.

    Attributes:
        why: the law that asks for it, or what makes it unavoidable.
        until: when it ends by itself; None if it does not.
    """

    what: str
    why: str
    until: datetime | None


@dataclass(frozen=True)
class ErasureCertificate:
    """One erasure. It names a customer by the wallet's id alone, and is the last that is known of them.

    Attributes:
        reason: why the contract ended, as `schedule` names it.
        asked_by: the role of who asked; CLOCK if nobody did.
        asked_at: when they did; when the contract ended, if nobody did.
        erased: how many of each kind. Of traces, an erasing that was interrupted counts those that it found at its end.
        unrecoverable_at: no backup opens the number from then on.
    """

    id: str
    customer_id: str
    reason: str
    asked_by: str
    asked_at: datetime
    erased_at: datetime
    unrecoverable_at: datetime
    lapses_at: datetime
    erased: Mapping[str, int]
    kept: tuple[Kept, ...]
    version: str = ""


def certificate(
    customer: Customer, traces: Mapping[str, int], listed: bool, at: datetime, retention: Retention
) -> ErasureCertificate:
    """The certificate of an erasing that ends now.

    Args:
        customer: as they stand before the last commit, their keys gone.
        traces: how many rows that pointed to the number went, by their kind.
        listed: True if its tag stays in the list of who wants no advertising.

    Source: GDPR 5(2), 17, 19; PIPL 47.
    """
    assert customer.shredded_at is not None
    numbers = len(customer.numbers)
    erased = {"wrapped_keys": numbers, "sealed_numbers": numbers, "tags": numbers, **traces}
    suppression = "GDPR 21(3); PIPL 15: the tag, to keep advertising away" if listed else None
    return _certified(customer, customer.shredded_at, at, erased, suppression, retention)


def certified_again(customer: Customer, retention: Retention) -> ErasureCertificate:
    """The certificate of somebody who was erased and whose first one was lost: what was counted then, nobody knows.

    Source: GDPR 5(2), 17.
    """
    at = customer.purged_at
    assert at is not None
    suppression = "GDPR 21(3); PIPL 15: the tag, to keep advertising away, if it was listed"
    return _certified(customer, customer.shredded_at or at, at, {}, suppression, retention)


def opened_until(made: ErasureCertificate, at: datetime) -> ErasureCertificate:
    """The certificate once an old copy of the keys was back until `at`: it has a memory of its own from there."""
    return replace(made, unrecoverable_at=max(made.unrecoverable_at, at + backups.KEYS))


def _certified(
    customer: Customer,
    shredded_at: datetime,
    at: datetime,
    erased: Mapping[str, int],
    suppression: str | None,
    retention: Retention,
) -> ErasureCertificate:
    assert customer.closed_at is not None
    wish = customer.wish
    return ErasureCertificate(
        id=new_id("ers"),
        customer_id=customer.id,
        reason=customer.closed_for or "",
        asked_by=wish.asked_by if wish else CLOCK,
        asked_at=wish.asked_at if wish else customer.closed_at,
        erased_at=at,
        unrecoverable_at=shredded_at + backups.KEYS,
        lapses_at=at + timedelta(days=retention.report_days),
        erased=erased,
        kept=_kept(suppression, at, retention),
    )


def _kept(suppression: str | None, at: datetime, retention: Retention) -> tuple[Kept, ...]:
    def days(count: int) -> datetime:
        return at + timedelta(days=count)

    begun = timedelta(seconds=max(retention.unverified_number_seconds, retention.finished_verification_seconds))
    answered = f"PIPL 50, 69: what was asked for by right; it goes {retention.case_days} days after its answer"
    lifted = f"GDPR 5(2), 17(3)(e): which case forbade erasing; it goes {retention.case_days} days after its end"
    return (
        Kept("customer_id", "GDPR 5(2): with its dates and no number, so that nobody is brought back", None),
        Kept("consent_ledger", "GDPR 7(1); PIPL 69: proof of consent", days(retention.ledger_days)),
        *([Kept("suppression", suppression, None)] if suppression else []),
        Kept("access_log", "PIPL 56; GDPR 5(2): who was shown the number", days(retention.access_log_days)),
        Kept("decision_log", "网络安全法 21(3): who asked for contact", days(retention.decision_log_days)),
        Kept("rights_requests", answered, None),
        Kept("lifted_holds", lifted, None),
        Kept("proofs_of_other_numbers", "PIPL 19: if a change to one was begun, under that number's tag", at + begun),
        Kept("certificate", "GDPR 5(2): that this was done", days(retention.report_days)),
        Kept("backups_of_the_head", "tag, mask, and a number that no key opens", at + backups.OTHERS),
        Kept("aws_delivery_logs", "AWS writes the number of each SMS there", at + backups.AWS_LOGS),
        Kept("aws_incoming_sms", "AWS writes the number of each reply there", at + backups.AWS_LOGS),
        Kept("aws_opt_out_list", "if its owner answered STOP, AWS keeps the number from further SMS", None),
    )


def canonical(made: ErasureCertificate) -> bytes:
    """The certificate as the octets that are signed: JSON in UTF-8, always the same."""
    said = {
        "certificate_id": made.id,
        "customer_id": made.customer_id,
        "reason": made.reason,
        "asked_by": made.asked_by,
        "asked_at": _instant(made.asked_at),
        "erased_at": _instant(made.erased_at),
        "unrecoverable_at": _instant(made.unrecoverable_at),
        "erased": dict(made.erased),
        "kept": [
            {"what": it.what, "why": it.why, "until": _instant(it.until) if it.until else None} for it in made.kept
        ],
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
