"""An Idempotency-Key counts only in its scope."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.claim import KeyedRequest

# What the API lets through: routes are its own, keys match IDEMPOTENCY_KEY; a client id is the token issuer's word.
CLIENTS = st.text("ab|/ ", min_size=1, max_size=6)
ROUTES = st.sampled_from(["POST /v1/verifications", "POST /v1/customers", "PUT /v1/customers/{id}/consents/{purpose}"])
KEYS = st.text("ab_-", min_size=16, max_size=18)
SCOPES = st.tuples(CLIENTS, ROUTES, KEYS)


@given(SCOPES, SCOPES, st.binary(), st.binary())
def test_two_requests_share_a_claim_only_if_client_route_and_key_agree(
    one: tuple[str, str, str], other: tuple[str, str, str], body: bytes, other_body: bytes
) -> None:
    first, second = KeyedRequest(*one, body), KeyedRequest(*other, other_body)
    assert (first.claim_key == second.claim_key) == (one == other)
    assert KeyedRequest(*one, other_body).claim_key == first.claim_key
