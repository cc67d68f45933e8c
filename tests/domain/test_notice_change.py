"""A notice that changed what is agreed to makes consents outdated at once; one that mended a typo does not."""

from dataclasses import replace

import pytest

from chalicelib.domain.asking import prompts
from chalicelib.domain.customer import ConsentState
from chalicelib.domain.gate import ContactQuestion, decide
from chalicelib.domain.policy import Policy
from tests.domain.samples import ALL, LOCALES, NOON, NOTICES, POLICY, a_customer

GIVEN = ConsentState("given", 2, "en", ALL, "evt_1", NOON)
CUSTOMER = a_customer(consents={"marketing": GIVEN})


def with_third(material: bool) -> Policy:
    """The current notice is the third, after the second was agreed to."""
    third = {("marketing", 3, it): replace(NOTICES["marketing", 3, it], material=material) for it in LOCALES}
    return replace(POLICY, notices={**NOTICES, **third})


@pytest.mark.parametrize("channel", ALL)
@pytest.mark.parametrize(
    ("material", "reason", "asked"), [(True, "consent_outdated", "notice_changed"), (False, "consent_given", "given")]
)
def test_the_gate_and_the_question_know_the_difference(material: bool, reason: str, asked: str, channel: str) -> None:
    policy = with_third(material)
    assert policy.outdated("marketing", 2) is material
    assert not policy.outdated("marketing", 3)
    assert decide(CUSTOMER, ContactQuestion(CUSTOMER.id, "marketing", channel), policy, NOON).reason == reason
    (prompt,) = (it for it in prompts(CUSTOMER, policy, NOON) if it.purpose == "marketing")
    assert (prompt.reason, prompt.may_be_asked) == (asked, material)


def test_agreeing_to_the_new_notice_is_enough() -> None:
    renewed = a_customer(consents={"marketing": replace(GIVEN, notice_version=3)})
    question = ContactQuestion(renewed.id, "marketing", "sms")
    assert decide(renewed, question, with_third(material=True), NOON).permitted


def test_a_typo_after_a_change_does_not_hide_the_change() -> None:
    # The second was material, the third is not: what was agreed to under the first stays outdated.
    old = a_customer(consents={"marketing": replace(GIVEN, notice_version=1)})
    question = ContactQuestion(old.id, "marketing", "sms")
    assert decide(old, question, with_third(material=False), NOON).reason == "consent_outdated"
