"""A contact is allowed only if something says so: every combination, against rules that were written a second time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.cap import Share
from chalicelib.domain.customer import ConsentState, Customer
from chalicelib.domain.gate import ENDS, PERMITTING, REASON_OF_WORD, ContactQuestion, decide
from chalicelib.domain.quiet import QuietHours
from chalicelib.domain.reasons import REASONS
from chalicelib.domain.rules import Purpose
from chalicelib.domain.word import WORDS
from tests.domain.samples import ALL, LOCALES, NOON, POLICY, REPLIES, RULEBOOK, a_customer, a_notice

MONTH = timedelta(days=31)
HOLIDAY = "2026-11-22"
# Marketing is advertising with a cap, for a fresh number. An order notice keeps hours only, a change of terms all.
PURPOSES = {
    "account_security": Purpose("contract", ("sms", "call"), 1, essential=True, keeps="nothing", unproved=True),
    "terms_changed": Purpose("contract", ("sms", "call"), 1, essential=True),
    "order_notice": Purpose("consent", ("sms", "call"), 1, keeps="hours"),
    "marketing": Purpose("consent", ALL, 3, commercial=True, verified_within_days=100, most_per_month=2),
}
GATE = replace(
    POLICY,
    notices={**POLICY.notices, **{("terms_changed", 1, each): a_notice("terms_changed", 1, each) for each in LOCALES}},
    texts={locale: replace(texts, opt_out="{word}", replies=REPLIES) for locale, texts in POLICY.texts.items()},
    rules=replace(
        RULEBOOK,
        purposes=PURPOSES,
        quiet_hours={"other": QuietHours("21:00", "08:00"), "GB": QuietHours("22:00", "07:00", (HOLIDAY,))},
    ),
)
STILL_CURRENT = {"order_notice": {1, 2, 3}, "marketing": {2, 3}}
# In London noon, night, noon and night of the holiday, and just before the night ends.
INSTANTS = (
    NOON,
    NOON.replace(hour=23, minute=17, second=5),
    NOON.replace(day=22),
    NOON.replace(day=22, hour=3),
    NOON.replace(hour=6, minute=59),
)
STATUSES = ("active", "imported", "unreachable", "restricted", "purged")
ON_CONTRACT = ("account_security", "terms_changed")
KEEPS_HOURS = ("order_notice", "marketing", "terms_changed")
KEEPS_HOLIDAYS = ("marketing", "terms_changed")
ZONES = ((), ("Europe/London",), ("Europe/London", "America/New_York"))
CONSENTS: list[ConsentState | None] = [
    None,
    *(
        ConsentState("given", version, "en", agreed, "evt_1", NOON, ends, by_guardian, most)
        for version in (1, 3)
        for agreed in (("sms",), ALL)
        for ends in (NOON, NOON + timedelta(hours=30), None)
        for by_guardian in (True, False)
        for most in (1, None)
    ),
    *(
        ConsentState(decision, version, "en", (), "evt_1", NOON)
        for decision in ("refused", "withdrawn", "expired")
        for version in (1, 3)
    ),
]
# How much of a cap of two is gone: nothing, half of it for some hours, more than all of it.
SHARES = ((), (5,), (5, 9, 700))
HEADS = list(product((False, True), (None, NOON), (50, 75, 100), SHARES))


def a_head(case: tuple[bool, datetime | None, int, tuple[int, ...]], **changes: object) -> Customer:
    under_14, suppressed_at, days, hours = case
    shares = tuple(Share(f"t{each}", NOON + timedelta(hours=each)) for each in hours)
    return a_customer(
        under_14=under_14,
        suppressed_at=suppressed_at,
        verified_at=NOON - timedelta(days=days),
        # Something spoke against it since.
        doubted_at=NOON if days == 75 else None,
        shares=dict.fromkeys(PURPOSES, shares),
        **changes,
    )


def barred(customer: Customer, purpose: str, channel: str, at: datetime) -> str:
    """Every reason that applies, in plain arithmetic; then the one that comes first in the house order."""
    consent = customer.consents.get(purpose)
    rests_on_consent = purpose not in ON_CONTRACT
    bars: dict[str, bool] = {
        f"customer_{customer.status}": customer.status not in ("active", "imported"),
        "channel_not_offered": channel == "fax" or (channel == "app" and purpose != "marketing"),
    }
    if rests_on_consent:
        bars["consent_missing"] = consent is None
    if rests_on_consent and consent is not None:
        for no in ("refused", "withdrawn", "expired"):
            bars[f"consent_{no}"] = consent.decision == no
        bars["consent_expired"] |= consent.valid_until is not None and at >= consent.valid_until
        bars["consent_outdated"] = consent.notice_version not in STILL_CURRENT[purpose]
        bars["guardian_missing"] = customer.under_14 and not consent.by_guardian
        bars["suppressed"] = purpose == "marketing" and customer.suppressed_at is not None
        bars["channel_not_agreed"] = channel not in consent.channels
    proved_at = customer.verified_at
    bars["number_unproved"] = proved_at is None and purpose != "account_security"
    is_old = proved_at is not None and (at - proved_at).total_seconds() >= 100 * 86400
    bars["number_stale"] = purpose == "marketing" and (is_old or customer.doubted_at is not None)
    agreed = consent.most_per_month if consent else None
    most = {"marketing": min(2, agreed or 2), "order_notice": agreed}.get(purpose)
    taken = sum(share.counts_until > at for share in customer.shares.get(purpose, ()))
    bars["cap_reached"] = most is not None and taken >= most
    zones = [customer.own_time_zone] if customer.own_time_zone else customer.time_zones
    clocks = [at.astimezone(ZoneInfo(zone)) for zone in zones]
    bars["time_zone_unknown"] = purpose in KEEPS_HOURS and not clocks
    bars["quiet_hours"] = purpose in KEEPS_HOURS and any(clock.hour >= 22 or clock.hour < 7 for clock in clocks)
    bars["public_holiday"] = purpose in KEEPS_HOLIDAYS and any(
        clock.strftime("%Y-%m-%d") == HOLIDAY for clock in clocks
    )
    bars["consent_given" if rests_on_consent else "contract"] = True
    return next(reason for reason, holds in bars.items() if holds)


def allowed_from(customer: Customer, purpose: str, channel: str, at: datetime) -> datetime | None:
    """The first instant that permits, quarter after quarter and at each end of a share; None if there is none soon."""
    quarter = timedelta(minutes=15)
    first = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    instants = {first + each * quarter for each in range(1, 31 * 96)}
    instants |= {share.counts_until for share in customer.shares.get(purpose, ())}
    permitted = (it for it in sorted(instants) if it > at and barred(customer, purpose, channel, it) in PERMITTING)
    return next(permitted, None)


def of_status(status: str, customer: Customer) -> Customer:
    """What goes with a status: nobody proved what was imported, and who is unreachable has no number."""
    if status == "imported":
        return replace(customer, verified_at=None)
    return customer.having(None) if status == "unreachable" else customer


def cases(status: str, purpose: str) -> Iterator[tuple[Customer, str, datetime]]:
    consents = CONSENTS if purpose not in ON_CONTRACT else CONSENTS[:2]
    for head, consent, zones in product(HEADS, consents, ZONES):
        said = {purpose: consent} if consent else {}
        customer = of_status(status, a_head(head, status=status, consents=said, time_zones=zones))
        for channel, at in product((*ALL, "fax"), INSTANTS):
            yield customer, channel, at


@pytest.mark.parametrize(("status", "purpose"), list(product(STATUSES, PURPOSES)))
def test_the_decision_is_the_stated_one_for_every_combination(status: str, purpose: str) -> None:
    # Whose contract has ended is refused before anything else is looked at: every hundredth of those will do.
    step = {"active": 1, "imported": 7}.get(status, 101)
    asked = 0
    for customer, channel, at in list(cases(status, purpose))[::step]:
        decision = decide(customer, ContactQuestion(customer.id, purpose, channel), GATE, at)
        assert decision.reason == barred(customer, purpose, channel, at), (customer, channel, at)
        assert decision.permitted == (decision.reason in {"contract", "consent_given"})
        asked += 1
    assert asked > 900 or status != "active"


@pytest.mark.parametrize("purpose", PURPOSES)
def test_next_allowed_is_the_first_instant_that_permits(purpose: str) -> None:
    asked = list(cases("active", purpose))
    waiting = [case for case in asked if barred(case[0], purpose, *case[1:]) in ENDS]
    told = []
    for customer, channel, at in waiting[:: max(1, len(waiting) // 40)]:
        decision = decide(customer, ContactQuestion(customer.id, purpose, channel), GATE, at)
        assert decision.next_allowed_at == allowed_from(customer, purpose, channel, at), (customer, channel, at)
        told.append(decision.next_allowed_at)
    assert (purpose == "account_security") == (told == [])


def test_the_reasons_are_a_closed_list() -> None:
    reached = {
        barred(customer, purpose, channel, at)
        for purpose in PURPOSES
        for status in STATUSES
        for customer, channel, at in list(cases(status, purpose))[::7]
    }
    assert reached == set(REASONS)
    assert set(PERMITTING) < reached


def test_every_reason_has_a_sentence_in_every_locale_of_the_notices() -> None:
    sentences = [text for by_locale in REASONS.values() for text in by_locale.values()]
    assert all(set(by_locale) == {"en", "zh-CN"} for by_locale in REASONS.values())
    assert len(set(sentences)) == len(sentences)
    assert all(text.endswith((".", "\u3002")) for text in sentences)


def test_every_word_has_its_reason() -> None:
    assert set(REASON_OF_WORD) == set(WORDS)


def given(**changes: object) -> ConsentState:
    return replace(ConsentState("given", 3, "en", ALL, "evt_1", NOON), **changes)  # type: ignore[arg-type]


def ask(customer: Customer, purpose: str = "marketing", at: datetime = NOON) -> tuple[str, object]:
    decision = decide(customer, ContactQuestion(customer.id, purpose, "sms"), GATE, at)
    return decision.reason, decision.next_allowed_at


def test_evidence_is_the_event_that_the_answer_rests_on() -> None:
    for purpose, consent, reason, evidence in (
        ("marketing", given(), "consent_given", ("evt_1",)),
        ("marketing", given(decision="withdrawn"), "consent_withdrawn", ("evt_1",)),
        ("marketing", None, "consent_missing", ()),
        ("account_security", given(), "contract", ()),
    ):
        customer = a_customer(consents={purpose: consent} if consent else {})
        decision = decide(customer, ContactQuestion(customer.id, purpose, "sms"), GATE, NOON)
        assert (decision.reason, decision.evidence) == (reason, evidence)


def test_consent_to_one_purpose_says_nothing_of_another() -> None:
    assert ask(a_customer(consents={"marketing": given()}), "order_notice") == ("consent_missing", None)


def test_a_purpose_that_the_policy_does_not_have_permits_nothing() -> None:
    assert ask(a_customer(consents={"dropped": given()}), "dropped") == ("channel_not_offered", None)


def test_next_allowed_is_when_the_night_ends() -> None:
    at = datetime(2026, 11, 23, 23, 17, 5, 999, tzinfo=UTC)
    assert ask(a_customer(consents={"marketing": given()}), at=at) == (
        "quiet_hours",
        datetime(2026, 11, 24, 7, tzinfo=UTC),
    )


def test_next_allowed_waits_for_the_strictest_zone() -> None:
    customer = a_customer(consents={"marketing": given()}, time_zones=("Europe/London", "America/Los_Angeles"))
    # 07:00 in Los Angeles is 15:00 in London, in the middle of its day.
    assert ask(customer, at=datetime(2026, 11, 24, 9, tzinfo=UTC)) == (
        "quiet_hours",
        datetime(2026, 11, 24, 15, tzinfo=UTC),
    )


def test_where_it_is_always_night_somewhere_nothing_is_promised() -> None:
    customer = a_customer(
        consents={"marketing": given()}, time_zones=("Europe/London", "Asia/Tokyo", "America/Los_Angeles")
    )
    assert ask(customer) == ("quiet_hours", None)


def test_next_allowed_is_after_the_cap_and_then_after_the_night_and_the_holiday() -> None:
    free = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    customer = a_customer(consents={"marketing": given()}, shares={"marketing": (Share("a", free), Share("b", free))})
    # Free in the night, and the next day is a holiday.
    assert ask(customer) == ("cap_reached", datetime(2026, 11, 23, 7, tzinfo=UTC))


def test_nothing_is_promised_beyond_the_end_of_the_consent() -> None:
    ends = datetime(2026, 11, 24, 6, 59, tzinfo=UTC)
    customer = a_customer(consents={"marketing": given(valid_until=ends)})
    night = datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert ask(customer, at=night) == ("quiet_hours", None)
    later = a_customer(consents={"marketing": given(valid_until=ends + timedelta(minutes=2))})
    assert ask(later, at=night)[1] == ends + timedelta(minutes=1)


def test_a_lower_cap_of_the_policy_counts_and_so_does_a_lower_one_that_was_agreed() -> None:
    one = (Share("a", NOON + MONTH),)
    for agreed, reason in ((1, "cap_reached"), (2, "consent_given"), (50, "consent_given"), (None, "consent_given")):
        customer = a_customer(consents={"marketing": given(most_per_month=agreed)}, shares={"marketing": one})
        assert ask(customer)[0] == reason
        full = replace(customer, shares={"marketing": (*one, Share("b", NOON + MONTH))})
        assert ask(full)[0] == "cap_reached"


def test_a_token_s_own_share_does_not_stand_in_its_way() -> None:
    shares = (Share("mine", NOON + MONTH), Share("b", NOON + MONTH))
    customer = a_customer(consents={"marketing": given()}, shares={"marketing": shares})
    question = ContactQuestion(customer.id, "marketing", "sms")
    assert not decide(customer, question, GATE, NOON).permitted
    assert decide(customer, question, GATE, NOON, "mine").permitted
    assert not decide(customer, question, GATE, NOON, "other").permitted


def test_the_customer_s_own_word_on_where_they_are_replaces_the_number_s() -> None:
    customer = a_customer(consents={"marketing": given()}, own_time_zone="Asia/Shanghai")
    assert ask(customer, at=NOON.replace(day=23, hour=14)) == (
        "quiet_hours",
        datetime(2026, 11, 23, 23, tzinfo=UTC),
    )
    assert ask(replace(customer, time_zones=()), at=NOON)[0] == "consent_given"


def test_security_passes_the_night_and_a_suppression_but_never_an_erasure() -> None:
    customer = a_customer(suppressed_at=NOON, time_zones=())
    assert ask(customer, "account_security", NOON.replace(hour=3)) == ("contract", None)
    assert ask(replace(customer, status="purged"), "account_security") == ("customer_purged", None)
