"""How a word on a purpose stands, and the word that a tap is."""

from datetime import timedelta

import pytest

from chalicelib.domain.consent import shown_notice
from chalicelib.domain.customer import ConsentState
from chalicelib.domain.errors import NotFound
from chalicelib.domain.standing import Shown, Standing, chosen, refusals, shown_now, standings
from tests.domain.samples import ADVERTISING, LOCALES, NOON, POLICY, a_customer

YEAR = timedelta(days=365)
TICK = timedelta(microseconds=1)
SHOWN = Shown("en", 3, "sha of marketing 3 en")


def state(decision: str, version: int = 3, **changes: object) -> ConsentState:
    channels = ("sms", "app") if decision == "given" else ()
    return ConsentState(decision, version, "en", channels, "evt_1", NOON, **changes)  # type: ignore[arg-type]


def marketing(found: ConsentState | None, **changes: object) -> Standing:
    customer = a_customer(consents={"marketing": found} if found else {}, **changes)
    return standings(customer, POLICY, NOON)["marketing"]


def advertised(found: ConsentState | None, **changes: object) -> Standing:
    customer = a_customer(consents={"marketing": found} if found else {}, **changes)
    return standings(customer, ADVERTISING, NOON)["marketing"]


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (None, "unasked"),
        (state("given"), "given"),
        (state("given", 2), "given"),
        (state("given", 1), "outdated"),
        (state("given", valid_until=NOON + YEAR), "given"),
        (state("given", valid_until=NOON), "expired"),
        (state("given", 1, valid_until=NOON), "expired"),
        (state("expired"), "expired"),
        (state("refused"), "refused"),
        (state("refused", 1), "refused"),
        (state("withdrawn"), "withdrawn"),
    ],
)
def test_the_word_that_counts(found: ConsentState | None, word: str) -> None:
    standing = marketing(found)
    assert (standing.word, standing.state) == (word, found)
    assert standing.channels == (("sms", "app") if word == "given" else ())


def test_what_was_agreed_to_for_a_number_that_takes_no_advertising_is_not_given() -> None:
    stopped = advertised(state("given"), suppressed_at=NOON)
    assert (stopped.word, stopped.channels, stopped.is_open, stopped.no) == ("suppressed", (), True, "withdrawn")
    assert advertised(state("given")).word == "given"
    assert advertised(state("withdrawn"), suppressed_at=NOON).word == "withdrawn"
    assert marketing(state("given"), suppressed_at=NOON).word == "given"


def test_what_a_child_said_alone_is_not_given() -> None:
    alone = marketing(state("given"), under_14=True)
    assert (alone.word, alone.no) == ("unguarded", "withdrawn")
    assert marketing(state("given", by_guardian=True), under_14=True).word == "given"


def test_what_rests_on_the_contract_is_on_and_closed() -> None:
    standing = standings(a_customer(), POLICY, NOON)["account_security"]
    assert (standing.word, standing.channels, standing.is_open) == ("essential", ("sms", "call"), False)


def test_every_purpose_is_there_in_the_policy_s_order() -> None:
    assert list(standings(a_customer(), POLICY, NOON)) == list(POLICY.rules.purposes)


@pytest.mark.parametrize(
    ("found", "no"),
    [
        (None, "refused"),
        (state("refused"), "refused"),
        (state("expired"), "refused"),
        (state("given"), "withdrawn"),
        (state("given", 1), "withdrawn"),
        (state("given", valid_until=NOON + TICK), "withdrawn"),
        (state("given", valid_until=NOON), "refused"),
        (state("given", 1, valid_until=NOON), "refused"),
    ],
)
def test_no_is_to_withdraw_only_what_was_given(found: ConsentState | None, no: str) -> None:
    choice = chosen(marketing(found), (), SHOWN)
    assert (choice.decision, choice.channels) == (no, ())


@pytest.mark.parametrize("found", [None, state("given"), state("withdrawn")])
def test_channels_are_a_yes_to_exactly_them(found: ConsentState | None) -> None:
    choice = chosen(marketing(found), ("call",), SHOWN)
    assert (choice.decision, choice.channels, choice.notice_version) == ("given", ("call",), 3)
    assert shown_notice(a_customer(), choice, POLICY) == SHOWN.notice_sha256


@pytest.mark.parametrize("locale", LOCALES)
def test_to_refuse_everything_is_a_no_to_whatever_is_not_refused(locale: str) -> None:
    customer = a_customer(consents={"marketing": state("given", 1)})
    said = {it.purpose: it for it in refusals(customer, POLICY, locale, NOON)}
    assert {name: it.decision for name, it in said.items()} == {"order_notice": "refused", "marketing": "withdrawn"}
    assert all(shown_notice(customer, it, POLICY) == it.notice_sha256 for it in said.values())
    assert {it.locale for it in said.values()} == {locale}


def test_a_second_time_there_is_nothing_left_to_refuse() -> None:
    consents = {"marketing": state("withdrawn"), "order_notice": state("refused", 1)}
    assert refusals(a_customer(consents=consents), POLICY, "en", NOON) == []


@pytest.mark.parametrize(("purpose", "locale"), [("nothing", "en"), ("marketing", "fr")])
def test_what_is_not_shown_cannot_be_answered(purpose: str, locale: str) -> None:
    with pytest.raises(NotFound):
        shown_now(POLICY, purpose, locale)
