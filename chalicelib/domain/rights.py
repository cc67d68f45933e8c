"""What customers ask for by right, and until when they are to be answered."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.caller import Caller
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import ExtensionNotPossible, FieldInvalid, RightsRequestClosed
from chalicelib.domain.identifiers import contains_number, new_id
from chalicelib.domain.months import months_after
from chalicelib.domain.rights_reasons import EXTENSIONS, REFUSALS
from chalicelib.domain.rules import Rules

# PIPL 44-48; GDPR 15-18, 20-22.
KINDS = ("access", "portability", "correction", "erasure", "objection", "explanation")
OPEN = ("open", "extended")
LONGEST_TEXT = 500


@dataclass(frozen=True)
class RightsRequest:
    """One request. It holds no number, and stays when its customer is erased: it proves that they were answered.

    Attributes:
        kind: one of KINDS.
        asked_by: the caller's role.
        locale: the customer's, in which they are told.
        details: what the customer wrote; only a person can answer that.
        answer_by: the last instant at which the answer is in time.
        status: one of OPEN, answered or refused.
        extended_for: one of `rights_reasons.EXTENSIONS`.
        refused_for: one of `rights_reasons.REFUSALS`.
        note: what the officer answered.
        closed_by: the officer's subject; None if no person was needed.
        due_at: the same as `answer_by` while it is open, so that the index has what is open and nothing else.
        lapses_at: None while it is open, whatever the clock says.
    """

    id: str
    customer_id: str
    kind: str
    asked_by: str
    locale: str
    received_at: datetime
    answer_by: datetime
    details: str | None = None
    status: str = "open"
    extended_at: datetime | None = None
    extended_for: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    refused_for: str | None = None
    note: str | None = None
    due_at: datetime | None = None
    lapses_at: datetime | None = None
    version: str = ""

    @property
    def is_open(self) -> bool:
        """True if the customer still waits."""
        return self.status in OPEN

    @property
    def answers_itself(self) -> bool:
        """True if no person is needed: who asked may do it alone, and asked for nothing in words of their own.

        Who wrote to the officer has not proved yet who they are: GDPR 12(6). And a wallet erases nobody.
        """
        if self.kind == "correction" or self.details is not None:
            return False
        return self.asked_by == "customer" or (self.asked_by == "wallet" and self.kind != "erasure")


def received(
    customer: Customer, kind: str, details: str | None, caller: Caller, at: datetime, rules: Rules
) -> RightsRequest:
    """A fresh request, due in the law's month.

    Raises:
        FieldInvalid: the details hold a number.

    Source: GDPR 12(3); PIPL 50(1).
    """
    if details is not None:
        _require_telling(details, "/details")
    answer_by = months_after(at, rules.rights.answer_months)
    return RightsRequest(
        id=new_id("rr"),
        customer_id=customer.id,
        kind=kind,
        asked_by=caller.role,
        locale=customer.locale,
        received_at=at,
        answer_by=answer_by,
        details=details,
        due_at=answer_by,
    )


def extended(request: RightsRequest, reason: str, at: datetime, rules: Rules) -> RightsRequest:
    """The answer may take longer, for a reason that the customer sees. The same again changes nothing.

    Raises:
        FieldInvalid: there is no such reason.
        RightsRequestClosed: it is answered or refused.
        ExtensionNotPossible: it was extended before, for another reason, or the first months are over.

    Source: GDPR 12(3).
    """
    _require_open(request)
    if reason not in EXTENSIONS:
        raise FieldInvalid("/reason", f"must be one of {', '.join(EXTENSIONS)}")
    if request.extended_for == reason:
        return request
    if request.extended_for is not None or at > request.answer_by:
        raise ExtensionNotPossible
    # From the day on which it came: a month and two months are not always three.
    answer_by = months_after(request.received_at, rules.rights.answer_months + rules.rights.extension_months)
    return replace(
        request, status="extended", extended_at=at, extended_for=reason, answer_by=answer_by, due_at=answer_by
    )


def answered(
    request: RightsRequest, at: datetime, rules: Rules, *, note: str | None = None, by: str | None = None
) -> RightsRequest:
    """The customer has what they asked for.

    Args:
        by: the officer's subject; None if no person was needed.

    Raises:
        FieldInvalid: the note holds a number.
        RightsRequestClosed: it was closed before.
    """
    _require_open(request)
    if note is not None:
        _require_telling(note, "/note")
    return _closed(replace(request, status="answered", note=note, closed_by=by), at, rules)


def refused(request: RightsRequest, reason: str, at: datetime, rules: Rules, *, by: str | None = None) -> RightsRequest:
    """The customer does not get it, and is told why and by which law.

    Args:
        by: as for `answered`.

    Raises:
        FieldInvalid: there is no such reason for this right.
        RightsRequestClosed: it was closed before.

    Source: GDPR 12(4), 12(5); PIPL 50(2).
    """
    _require_open(request)
    if reason not in REFUSALS or not REFUSALS[reason].allows(request.kind):
        allowed = [name for name, it in REFUSALS.items() if it.allows(request.kind)]
        raise FieldInvalid("/reason_code", f"must be one of {', '.join(allowed)}")
    return _closed(replace(request, status="refused", refused_for=reason, closed_by=by), at, rules)


def _closed(request: RightsRequest, at: datetime, rules: Rules) -> RightsRequest:
    return replace(request, closed_at=at, due_at=None, lapses_at=at + timedelta(days=rules.retention.case_days))


def _require_open(request: RightsRequest) -> None:
    if not request.is_open:
        raise RightsRequestClosed


def _require_telling(text: str, pointer: str) -> None:
    if not 1 <= len(text.strip()) <= len(text) <= LONGEST_TEXT:
        raise FieldInvalid(pointer, f"must be 1 to {LONGEST_TEXT} characters")
    # Nothing invisible either: a number's digits could stand around it.
    if not text.isprintable() or contains_number(text):
        raise FieldInvalid(pointer, "must be printable and must not contain a phone number")
