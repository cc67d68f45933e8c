"""What the pages show of the past: who spoke, on which notice, and who looked."""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta

from chalicelib.bootstrap import install
from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import Customer
from chalicelib.domain.writes import Insert
from chalicelib.services.start_request import StartRequest
from tests.fakes import NOON, bearer, caller, memory_ringfence
from tests.web.preference_site import STRANGER, Site
from tests.web.visitor import Visitor


def spoken_by_guardian(site: Site, customer: Customer) -> None:
    """A guardian agreed with the customer, by a number of their own."""
    wallet = caller()
    request = StartRequest("guardian", STRANGER, customer_id=customer.id, device_id="guardian")
    started = site.ringfence.start_verification(wallet, bearer(wallet), request, None)
    site.ringfence.check_code(wallet, started.id, site.code(), None, None)
    choice = ConsentChoice(
        "marketing", "given", 1, "en", None, ("sms",), "signup_screen", guardian_verification_id=started.id
    )
    site.ringfence.record_consent(wallet, customer.id, choice, None)


def renew(site: Site, purpose: str) -> None:
    """A second version of the purpose's notices is in force, which changes nothing that was agreed to."""
    policy = site.adapters.policy
    rules = policy.rules
    renewed = {
        (purpose, 2, locale): replace(policy.notices[purpose, 1, locale], version=2, material=False)
        for locale in rules.locales
    }
    purposes = {**rules.purposes, purpose: replace(rules.purposes[purpose], notice_version=2)}
    site.adapters.policy = replace(
        policy, rules=replace(rules, purposes=purposes), notices={**policy.notices, **renewed}
    )
    site.ringfence = memory_ringfence(site.adapters)
    install(site.ringfence)


def opened(site: Site, customer: Customer, nth: int) -> None:
    """The number was opened for the nth time."""
    entry = AccessLogEntry(
        f"acc_{nth:03}",
        customer.id,
        NOON + timedelta(seconds=nth),
        "reveal",
        "marketing",
        "call",
        "staff",
        "call-centre",
        "ann",
        (),
        f"call {nth}",
    )
    site.adapters.store.commit(Insert(entry))


def test_the_history_says_who_spoke(site: Site, customer: Customer, inside: Visitor) -> None:
    site.make_young(customer)
    site.say(customer, "order_notice", "refused")
    spoken_by_guardian(site, customer)
    guardian_s, own = inside.get("/preferences/history").text.split('<span class="ring ')[1:]
    assert re.search(r"Said by your guardian, number \+86 •+ 11<", guardian_s)
    assert "Said by you<" not in guardian_s
    assert "Said by you<" in own
    assert "guardian" not in own


def test_beside_a_newer_notice_stands_which_one_was_answered(site: Site, customer: Customer, inside: Visitor) -> None:
    site.say(customer, "marketing", "given", "sms")
    site.say(customer, "order_notice", "refused")
    assert "You answered" not in inside.get("/preferences").said
    renew(site, "marketing")
    page = inside.get("/preferences")
    assert page.said.count("You answered") == 1
    assert re.search(r"Version 2\b[^·]* · You answered version 1 ", page.said)


def test_each_notice_has_its_print(site: Site, inside: Visitor) -> None:
    page = inside.get("/preferences")
    policy = site.ringfence.policy
    for name, purpose in policy.rules.purposes.items():
        notice = policy.notices[name, purpose.notice_version, "en"]
        print_of = hashlib.sha256(notice.text.encode()).hexdigest()
        own = page.text.partition(f'id="notice-{name}"')[2].partition("</details>")[0]
        assert f"Fingerprint of this text (SHA-256)<br><code>{print_of}</code>" in own


def test_a_log_that_is_cut_off_says_so(site: Site, customer: Customer, inside: Visitor) -> None:
    for nth in range(199):
        opened(site, customer, nth)
    assert "The latest" not in inside.get("/preferences/access-log").said
    for nth in (199, 200):
        opened(site, customer, nth)
        page = inside.get("/preferences/access-log")
        assert "The latest 200. The download has them all." in page.said
        assert page.said.count("Reason: call") == 200
    assert "Reason: call 0 " not in page.said
