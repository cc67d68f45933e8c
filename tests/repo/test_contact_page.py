"""docs/contact.md shows the decision as the code makes it."""

from chalicelib.domain.gate import PERMITTING, RULES
from chalicelib.domain.reasons import REASONS
from tests.repo.contact_page import PAGE, page


def test_the_page_is_made_of_the_rules() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text


def test_every_reason_is_given_by_one_rule() -> None:
    given = [reason for reasons in RULES.values() for reason in reasons]
    assert sorted([*given, *PERMITTING]) == sorted(REASONS)
