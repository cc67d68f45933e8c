"""Contact tokens."""

import json
from datetime import timedelta

from chalicelib.domain.contact import ContactToken, new_token, token_digest
from chalicelib.domain.gate import ContactQuestion
from tests.domain.samples import NOON


def test_a_token_is_kept_only_as_a_digest() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    for token in tokens:
        assert len(token) == len("ct_") + 43
        assert token[3:] not in token_digest(token)
        assert len(token_digest(token)) == 64
    assert len({token_digest(token) for token in tokens}) == 100


def test_a_used_token_says_when_and_asks_the_same() -> None:
    token = ContactToken("d", "cus_0123", "marketing", "sms", "crm", "ann", "v1", (), NOON + timedelta(minutes=5))
    used = token.used(NOON)
    assert (token.used_at, used.used_at) == (None, NOON)
    assert used.question == token.question == ContactQuestion("cus_0123", "marketing", "sms")


def test_a_token_s_repr_does_not_show_it() -> None:
    token = new_token()
    assert token[3:] not in repr({"contact_token": token})
    assert json.dumps(token) == f'"{token}"'
