"""A customer's word that was said to another system, and the event that it becomes here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.consent import METHODS, NOS, ConsentEvent, record_id
from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.identifiers import reads_as_number
from chalicelib.domain.origin import Origin, Provenance
from chalicelib.domain.policy import Policy
from chalicelib.domain.reading import LOCALE, known_only, optional, text

ABOUT = ("purpose", "decision", "said_at", "surface", "method")
SHOWN = ("notice_version", "locale")
AGREED = ("channels", "valid_until")
PURPOSE = re.compile(r"[a-z][a-z_]{2,39}")
DECISION = re.compile("|".join(("given", *NOS)))
SURFACE = re.compile(r"[A-Za-z0-9_-]{1,40}")
METHOD = re.compile("|".join(METHODS))
LATEST_NOTICE = 100_000
# What an event's `actor_role` is when no token brought it, but an import.
ROLE = "import"


@dataclass(frozen=True)
class ImportedWord:
    """The last word on one purpose that the other system has.

    Attributes:
        notice_sha256: of the notice that the policy holds under that version; empty if it holds none.
        valid_until: when a yes ends; the policy's term from `said_at` if that is sooner.
    """

    purpose: str
    decision: str
    said_at: datetime
    notice_version: int
    notice_sha256: str
    locale: str
    channels: tuple[str, ...]
    surface: str
    method: str
    valid_until: datetime | None

    def event(
        self, event_id: str, customer_id: str, provenance: Provenance, policy: Policy, at: datetime
    ) -> ConsentEvent:
        """The event that records it at `at`; its origin says when and where it was said."""
        given = self.decision == "given"
        return ConsentEvent(
            event_id=event_id,
            record_id=record_id(customer_id, self.purpose),
            event_type=self.decision,
            event_time=at.isoformat(),
            purpose=self.purpose,
            channels=self.channels,
            notice_version=self.notice_version,
            notice_sha256=self.notice_sha256,
            locale=self.locale,
            surface=self.surface,
            actor_role=ROLE,
            actor_client=provenance.system,
            method=self.method,
            most_per_month=policy.rules.purposes[self.purpose].most_per_month if given else None,
            valid_until=self.valid_until.isoformat() if self.valid_until else None,
            origin=Origin(provenance.system, provenance.batch, self.said_at.isoformat()),
        )


def read_word(word: object, place: int, policy: Policy, at: datetime) -> ImportedWord:
    """The word at this place of a row's consents.

    Giving asks for a notice that the policy holds, in that locale: of any version, or nobody could show what was agreed
    to. A no needs none.

    Raises:
        FieldInvalid: the first thing that is wrong with it.

    Source: GDPR 7(1); PIPL 14, 69.
    """
    under = f"/consents/{place}"
    if not isinstance(word, Mapping):
        raise FieldInvalid(under, "must be an object")
    known_only(word, ABOUT + SHOWN + AGREED, under)
    purpose = policy.rules.purposes.get(text(word, "purpose", PURPOSE, under))
    if purpose is None or purpose.essential:
        raise FieldInvalid(f"{under}/purpose", "is not a purpose of the policy that rests on consent")
    decision, locale = text(word, "decision", DECISION, under), text(word, "locale", LOCALE, under)
    said_at, version = _instant(word, "said_at", under), _version(word, under)
    if said_at is None or said_at > at:
        raise FieldInvalid(f"{under}/said_at", "must be there, and not later than now")
    notice = policy.notice(word["purpose"], version, locale)
    if decision == "given" and notice is None:
        raise FieldInvalid(f"{under}/notice_version", "is not a notice of this purpose in this locale")
    return ImportedWord(
        purpose=word["purpose"],
        decision=decision,
        said_at=said_at,
        notice_version=version,
        notice_sha256=notice.sha256 if notice else "",
        locale=locale,
        channels=_channels(word, decision, purpose.channels, under),
        surface=_surface(word, under),
        method=optional(word, "method", METHOD, under) or "tap",
        valid_until=_end(word, decision, said_at, purpose.valid_days, under),
    )


def _end(
    word: Mapping[str, Any], decision: str, said_at: datetime, valid_days: int | None, under: str
) -> datetime | None:
    own = _instant(word, "valid_until", under)
    if own is not None and (decision != "given" or own < said_at + timedelta(days=1)):
        raise FieldInvalid(f"{under}/valid_until", "must be absent unless given, and a day or more after said_at")
    term = said_at + timedelta(days=valid_days) if valid_days and decision == "given" else None
    return min((end for end in (own, term) if end is not None), default=None)


def _channels(word: Mapping[str, Any], decision: str, offered: tuple[str, ...], under: str) -> tuple[str, ...]:
    channels = word.get("channels") or []
    if not isinstance(channels, list) or not all(isinstance(it, str) for it in channels):
        raise FieldInvalid(f"{under}/channels", "must be a list of texts")
    # No, nothing of it is agreed to; yes, and at least something is.
    if (decision == "given") != bool(channels) or not set(channels) <= set(offered):
        raise FieldInvalid(f"{under}/channels", f"must be some of {', '.join(offered)} if given, and absent otherwise")
    return tuple(dict.fromkeys(channels))


def _surface(word: Mapping[str, Any], under: str) -> str:
    surface = text(word, "surface", SURFACE, under)
    if reads_as_number(surface):
        raise FieldInvalid(f"{under}/surface", "must not read as a phone number")
    return surface


def _version(word: Mapping[str, Any], under: str) -> int:
    version = word.get("notice_version")
    if type(version) is not int or not 1 <= version <= LATEST_NOTICE:
        raise FieldInvalid(f"{under}/notice_version", f"must be a whole number of 1 to {LATEST_NOTICE}")
    return version


def _instant(word: Mapping[str, Any], name: str, under: str) -> datetime | None:
    value = word.get(name)
    if value is None:
        return None
    flaw = FieldInvalid(f"{under}/{name}", "must be an RFC 3339 instant with its offset")
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is None or at.tzinfo is None:
            raise flaw
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise flaw from None
