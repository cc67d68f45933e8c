"""Who looked, as the customer reads it: who by role, when, why and under which consent."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.access import AccessLogEntry, DecisionLogEntry
from chalicelib.domain.customer import Customer
from chalicelib.domain.gate import PERMITTING, ContactQuestion
from chalicelib.domain.reasons import REASONS
from chalicelib.domain.writes import Insert
from chalicelib.entrypoints.web.words import words
from tests.fakes import NOON, bearer, caller
from tests.web.preference_site import Site
from tests.web.visitor import Visitor

LOG = "/preferences/access-log"
STAFF = caller("staff", "call-centre", "ann")


def decide(site: Site, customer: Customer, purpose: str, channel: str = "sms") -> Any:
    return site.ringfence.decide_contact(STAFF, ContactQuestion(customer.id, purpose, channel), None)


def said(inside: Visitor) -> tuple[str, str]:
    """What stands under openings and under questions."""
    page = inside.get(LOG)
    assert page.status == 200
    openings, questions = re.split(r'<section class="part"', page.text)[1:]
    return tuple(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part)) for part in (openings, questions))  # type: ignore[return-value]


def test_a_message_says_when_why_and_by_which_consent(site: Site, customer: Customer, inside: Visitor) -> None:
    site.say(customer, "marketing", "given", "sms")
    site.later(minutes=1)
    answer = decide(site, customer, "marketing")
    parameters = {"feature_name": "split bills"}
    site.ringfence.strongroom.send_message(bearer(STAFF), answer.token, "new_feature", parameters, None)
    (event,) = site.ringfence.history(customer.id)
    openings, questions = said(inside)
    title = site.ringfence.policy.notices["marketing", 1, "en"].title
    for part, head in ((openings, "Our system sent you a text."), (questions, "May you be texted?")):
        assert head in part
        assert f"{title} Asked for by our staff" in part
        assert "21 Nov 2026 12:01 UTC" in part
        assert f"By your entry of 21 Nov 2026 in the history {event.event_id}" in part
    assert f"We answered: “Yes. {REASONS['consent_given']['en']}" in questions


def test_a_refusal_says_why(site: Site, customer: Customer, inside: Visitor) -> None:
    site.say(customer, "marketing", "refused")
    decide(site, customer, "marketing", "call")
    openings, questions = said(inside)
    assert "Nobody has opened your number." in openings
    assert "May you be called?" in questions
    assert f"We answered: “No. {REASONS['consent_refused']['en']}" in questions
    assert "Nobody has asked." not in questions


def test_an_opening_has_its_ticket_and_second_person(site: Site, customer: Customer, inside: Visitor) -> None:
    people = ("staff", "call-centre", "ann")
    entry = AccessLogEntry("acc_1", customer.id, NOON, "reveal", "account_security", "call", *people, (), "A call back")
    site.adapters.store.commit(Insert(replace(entry, ticket="T-77", approved_by="bob")))
    page = inside.get(LOG)
    openings, _ = said(inside)
    assert "Ticket T-77 Approved by a second person Reason: A call back Allowed by our contract with you" in openings
    # Who they were is the company's own affair.
    assert not re.search(r"\b(ann|bob|call-centre)\b", page.text)


def test_an_entry_whose_ground_is_not_there_any_more_still_names_it(
    site: Site, customer: Customer, inside: Visitor
) -> None:
    people = ("staff", "call-centre", "ann")
    entry = AccessLogEntry("acc_1", customer.id, NOON, "message", "marketing", "sms", *people, ("evt_gone",))
    site.adapters.store.commit(Insert(entry))
    assert "By the entry in the history evt_gone" in said(inside)[0]


def test_previews_are_told_as_counts(site: Site, customer: Customer, inside: Visitor) -> None:
    assert "only looked" not in said(inside)[1]
    for by in (STAFF, STAFF, caller()):
        site.ringfence.preview_contacts(by, [customer.id], "marketing", "sms")
    told = "In Nov 2026 somebody only looked whether you may be contacted: our staff 2×, the app 1×."
    questions = said(inside)[1]
    assert told in questions
    assert "Nobody has asked." in questions
    assert "2026年11月，仅查看能否联系您而未联系：工作人员2次，应用1次。" in inside.get(f"{LOG}?lang=zh-CN").said


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("channel", ["sms", "call", "app"])
@pytest.mark.parametrize("reason", REASONS)
def test_every_answer_is_told_in_every_language(
    site: Site, customer: Customer, inside: Visitor, reason: str, channel: str, locale: str
) -> None:
    people = ("staff", "call-centre", "ann")
    site.adapters.store.commit(
        Insert(DecisionLogEntry("dec_1", customer.id, NOON, "marketing", channel, *people, reason, ()))
    )
    page = inside.get(f"{LOG}?lang={locale}")
    t = words(locale)["access_log"]
    told = t["permitted" if reason in PERMITTING else "refused"].format(reason=REASONS[reason][locale])
    assert told in page.said
    assert t["question"][channel] in page.said


def test_the_latest_question_comes_first_and_what_is_cut_off_says_so(
    site: Site, customer: Customer, inside: Visitor
) -> None:
    people = ("staff", "call-centre", "ann")
    for nth in range(201):
        at = NOON + timedelta(seconds=nth)
        purpose = f"purpose {nth:03}"
        site.adapters.store.commit(
            Insert(DecisionLogEntry(f"dec_{nth:03}", customer.id, at, purpose, "sms", *people, "quiet_hours", ()))
        )
    openings, questions = said(inside)
    assert re.findall(r"purpose (\d{3})", questions) == [f"{nth:03}" for nth in range(200, 0, -1)]
    assert "The latest 200. The download has them all." in questions
    assert "The latest" not in openings


def test_what_people_wrote_is_text_and_never_markup(site: Site, customer: Customer, inside: Visitor) -> None:
    evil = "<script>alert(1)</script>"
    people = ("staff", "call-centre", "ann")
    reveal = AccessLogEntry("acc_1", customer.id, NOON, "reveal", "marketing", "call", *people, (), "A call back")
    site.adapters.store.commit(
        Insert(replace(reveal, ticket=evil)),
        Insert(DecisionLogEntry("dec_1", customer.id, NOON, evil, "sms", *people, "quiet_hours", (evil,))),
    )
    page = inside.get(LOG).text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 3
