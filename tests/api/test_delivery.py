"""What a client is told of its SMS: as much as is known, in words for a person, and nothing else."""

import pytest

from chalicelib.bootstrap import ringfence
from chalicelib.domain.receipt import REASONS, Receipt
from chalicelib.domain.verification import Send, Verification
from chalicelib.domain.writes import Insert
from tests.api.world import OTHER_WALLET, Api
from tests.domain.samples import NOON, a_verification


def kept(api: Api, send: Send) -> str:
    """The path of a verification with this send."""
    verification: Verification = a_verification(sends=(send,))
    api.adapters.store.commit(Insert(verification))
    return f"/v1/verifications/{verification.id}"


@pytest.mark.parametrize(
    ("delivery", "told"),
    [
        ("intended", "unknown"),
        ("opening", "unknown"),
        ("unknown", "unknown"),
        ("a word of tomorrow", "unknown"),
        ("queued", "queued"),
        ("accepted", "accepted"),
        ("delivered", "delivered"),
        ("failed", "failed"),
        ("opted_out", "opted_out"),
    ],
)
def test_each_delivery_is_told_or_called_unknown(api: Api, delivery: str, told: str) -> None:
    body = api.call("GET", kept(api, Send(NOON, delivery))).body
    assert (body["delivery"], body["delivery_reason"]) == (told, None)


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_a_sentence(api: Api, reason: str) -> None:
    body = api.call("GET", kept(api, Send(NOON, "failed", reason=reason))).body
    assert body["delivery_reason"] == REASONS[reason]


def test_a_receipt_is_seen_by_its_client_alone(api: Api) -> None:
    path = kept(api, Send(NOON, "accepted", "sns", "message-1"))
    verification_id = path.rpartition("/")[2]
    receipt = Receipt("message-1", "failed", "unreachable", verification_id)
    assert ringfence().record_receipt(receipt)
    body = api.call("GET", path).body
    assert (body["delivery"], body["delivery_reason"]) == ("failed", "The phone is switched off or out of reach.")
    assert api.call("GET", path, token=OTHER_WALLET).status == 404
