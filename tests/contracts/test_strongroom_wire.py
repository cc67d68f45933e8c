"""Every order, every answer and every refusal of the strongroom is the same at both ends of Invoke."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.lambda_strongroom import LambdaStrongroom
from chalicelib.adapters.structure import EPOCH, MICROSECOND
from chalicelib.domain import errors
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.contact import Message
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Contended, Refused, RingfenceError, Unavailable
from chalicelib.domain.holding import Holding
from chalicelib.domain.phone_number import known_phone_number
from chalicelib.domain.reveal_approval import RevealApproval
from chalicelib.domain.verification import Send
from chalicelib.domain.writes import Conflict
from tests.contracts.strongroom_function import Scripted, handled, invoked, serve
from tests.contracts.wire import Wire

# A double still tells microseconds apart until 2242.
LAST = datetime(2242, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, (LAST - EPOCH) // MICROSECOND).map(lambda count: EPOCH + count * MICROSECOND)
KEYED = st.none() | st.builds(
    KeyedRequest, client_id=st.text(), route=st.text(), key=st.text(), body=st.text().map(str.encode)
)
SENDS = st.builds(Send, at=INSTANTS)
APPROVALS = st.builds(RevealApproval, lapses_at=INSTANTS, used_at=st.none() | INSTANTS)
MESSAGES = st.builds(Message, sent_at=INSTANTS, lapses_at=INSTANTS)
NUMBERS = ["+8613800138000", "+447400123456", "+12015550123", "+80012345678", "+390612345678"]
REFUSALS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refused)]
TOLD = [kind for kind in [*REFUSALS, Unavailable, Contended] if kind is not Refused]
# Each example is an order, which takes a millisecond; there are thirty tests of them.
examples = settings(deadline=None, max_examples=50)

Ends = tuple[LambdaStrongroom, Scripted]


@pytest.fixture(scope="module")
def wired() -> Iterator[tuple[LambdaStrongroom, Wire]]:
    with invoked(handled) as ends:
        yield ends


@pytest.fixture(scope="module")
def ends(wired: tuple[LambdaStrongroom, Wire]) -> Ends:
    """Who asks, and who is asked."""
    scripted = Scripted()
    serve(scripted)
    return wired[0], scripted


def asked(ends: Ends, says: Any, door: str, order: dict[str, Any]) -> Any:
    """What came of it; the order arrived once and as it was."""
    near, far = ends
    far.says, far.orders = says, []
    try:
        return getattr(near, door)(**order)
    except RingfenceError as error:
        return error
    finally:
        assert far.orders == [(door, order)]


def members_of(error: RingfenceError) -> dict[str, Any]:
    return {field.name: getattr(error, field.name) for field in fields(error)} if is_dataclass(error) else {}


@examples
@given(authorization=st.text(), verification_id=st.text(), send=SENDS)
def test_what_is_known_of_a_code_s_send_arrives(
    ends: Ends, authorization: str, verification_id: str, send: Send
) -> None:
    order = {"authorization": authorization, "verification_id": verification_id}
    assert asked(ends, send, "send_code", order) == send


@examples
@given(authorization=st.text(), customer_id=st.text(), message=MESSAGES)
def test_what_an_old_number_was_told_by_arrives(
    ends: Ends, authorization: str, customer_id: str, message: Message
) -> None:
    order = {"authorization": authorization, "customer_id": customer_id}
    assert asked(ends, message, "tell_old_number", order) == message


@examples
@given(parameters=st.dictionaries(st.text(), st.text()), template=st.text(), keyed=KEYED, message=MESSAGES)
def test_a_message_arrives_to_the_microsecond(
    ends: Ends, parameters: dict[str, str], template: str, keyed: KeyedRequest | None, message: Message
) -> None:
    order = {
        "authorization": "Bearer a/b/staff",
        "token": "ct_A",
        "template": template,
        "parameters": parameters,
        "keyed": keyed,
    }
    assert asked(ends, message, "send_message", order) == message


@examples
@given(justification=st.text(), keyed=KEYED, e164=st.sampled_from(NUMBERS))
def test_a_number_arrives(ends: Ends, justification: str, keyed: KeyedRequest | None, e164: str) -> None:
    order = {"authorization": "Bearer x", "token": "ct_A", "justification": justification, "keyed": keyed}
    number = known_phone_number(e164)
    assert asked(ends, number, "reveal", order) == number


def test_a_ticket_goes_along_only_where_there_is_one(ends: Ends) -> None:
    # So that a strongroom of before tickets is asked as it knows.
    order: dict[str, Any] = {"authorization": "Bearer x", "token": "ct_A", "justification": "because", "keyed": None}
    number = known_phone_number(NUMBERS[0])
    assert asked(ends, number, "reveal", {**order, "ticket": "CASE-7"}) == number
    near, far = ends
    far.orders = []
    near.reveal(**order, ticket=None)
    assert far.orders == [("reveal", order)]


@examples
@given(approval_id=st.text(), customer_id=st.text(), keyed=KEYED, approval=APPROVALS)
def test_a_second_person_s_word_arrives(
    ends: Ends, approval_id: str, customer_id: str, keyed: KeyedRequest | None, approval: RevealApproval
) -> None:
    order = {"authorization": "", "approval_id": approval_id, "customer_id": customer_id, "keyed": keyed}
    assert asked(ends, approval, "approve_reveal", order) == approval


@pytest.mark.parametrize("second", [0, 1, 999_999, 123_456, 100_000])
def test_the_edges_of_an_instant_arrive(ends: Ends, second: int) -> None:
    for year in (1970, 2026, 2241):
        at = datetime(year, 12, 31, 23, 59, 59, second, tzinfo=UTC)
        message = Message("msg", "app", "cus", "order_notice", "order_ready", 1, 2, at, at.replace(microsecond=0))
        order: dict[str, Any] = {
            "authorization": "",
            "token": "",
            "template": "",
            "parameters": {},
            "keyed": None,
        }
        assert asked(ends, message, "send_message", order) == message


@pytest.mark.parametrize("kind", TOLD, ids=lambda kind: str(kind.__name__))
@examples
@given(choice=st.data())
def test_every_error_arrives_as_what_it_is(ends: Ends, kind: type[RingfenceError], choice: st.DataObject) -> None:
    laws = st.lists(st.builds(Holding, st.text(), st.text(), INSTANTS), max_size=2).map(tuple)
    strategies: dict[Any, Any] = {datetime: INSTANTS, int: st.integers(), str: st.text(), bool: st.booleans()}
    strategies[tuple[Holding, ...]] = laws
    hints: dict[str, Any] = get_type_hints(kind) if is_dataclass(kind) else {}
    raised = kind(**{name: choice.draw(strategies[hint]) for name, hint in hints.items()})
    arrived = asked(ends, raised, "reveal", {"authorization": "", "token": "", "justification": "", "keyed": None})
    assert type(arrived) is kind
    assert arrived is not raised
    assert members_of(arrived) == members_of(raised)


def test_every_error_with_members_has_a_case() -> None:
    with_members = {kind for kind in TOLD if is_dataclass(kind)}
    assert {errors.FieldInvalid, errors.PhoneNumberInvalid, errors.Throttled, errors.ResendTooSoon} <= with_members
    assert len(TOLD) > 20


def test_a_port_s_conflict_arrives_as_contended(ends: Ends) -> None:
    order = {"authorization": "", "verification_id": "vrf"}
    assert type(asked(ends, Conflict([(Customer, None)]), "send_code", order)) is Contended


@pytest.mark.parametrize(
    "failure",
    [
        ValueError("+8613800138000"),
        errors.PolicyInvalid("policy.toml:3"),
        errors.LedgerDamaged("evt_1"),
        RingfenceError("+8613800138000"),
        Unavailable("Decrypt: ThrottlingException"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_whatever_else_fails_there_is_unavailable_here_and_nothing_is_told(ends: Ends, failure: Exception) -> None:
    arrived = asked(ends, failure, "send_code", {"authorization": "", "verification_id": "vrf"})
    assert (type(arrived), arrived.args) == (Unavailable, ())


def test_each_order_is_one_invocation(ends: Ends, wired: tuple[LambdaStrongroom, Wire]) -> None:
    _, wire = wired
    before = wire.attempts
    asked(ends, Send(EPOCH), "send_code", {"authorization": "", "verification_id": "vrf"})
    assert wire.attempts == before + 1
    assert set(wire.operations) == {"Invoke"}
