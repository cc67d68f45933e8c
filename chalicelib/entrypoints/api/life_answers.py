"""What is said of holds and erasures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from typing_extensions import TypedDict

if TYPE_CHECKING:
    from chalicelib.domain.certificate import ErasureCertificate
    from chalicelib.domain.holding import Holding


class HoldAnswer(TypedDict):
    """What forbids erasing: a law until its day, or a case, of which neither reason nor end is told."""

    law: str | None
    until: datetime | None


class CaseAnswer(TypedDict):
    """A hold that an officer placed."""

    hold_id: str
    officer: str
    reason: str
    placed_at: datetime
    review_at: datetime
    overdue_at: datetime | None


class LiftedAnswer(TypedDict):
    """A hold that is over: who placed and lifted it, each by their token's subject."""

    hold_id: str
    officer: str
    reason: str
    placed_at: datetime
    lifted_by: str
    lifted_at: datetime


class HoldsAnswer(TypedDict):
    """All that forbids erasing a customer, laws only once the contract has ended; and what an officer lifted."""

    laws: list[HoldAnswer]
    cases: list[CaseAnswer]
    lifted: list[LiftedAnswer]


class KeptAnswer(TypedDict):
    """Something that is still there, why, and until when."""

    what: str
    why: str
    until: datetime | None


class CertificateAnswer(TypedDict):
    """A certificate of erasure; the signed one holds the same members."""

    certificate_id: str
    customer_id: str
    reason: str
    asked_by: str
    asked_at: datetime
    erased_at: datetime
    unrecoverable_at: datetime
    erased: Mapping[str, int]
    kept: list[KeptAnswer]


def hold_answers(laws: Iterable[Holding], case: bool) -> list[HoldAnswer]:
    """The laws, the longest first, and whether there is a case."""
    told = [HoldAnswer(law=it.law, until=it.until) for it in laws]
    return [*told, *([HoldAnswer(law=None, until=None)] if case else [])]


def certificate_answer(made: ErasureCertificate) -> CertificateAnswer:
    """The certificate as it is handed out."""
    return CertificateAnswer(
        certificate_id=made.id,
        customer_id=made.customer_id,
        reason=made.reason,
        asked_by=made.asked_by,
        asked_at=made.asked_at,
        erased_at=made.erased_at,
        unrecoverable_at=made.unrecoverable_at,
        erased=made.erased,
        kept=[KeptAnswer(what=it.what, why=it.why, until=it.until) for it in made.kept],
    )
