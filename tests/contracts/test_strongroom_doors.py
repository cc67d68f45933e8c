"""The doors, asked in this process and by Invoke: one behaviour, one list of refusals."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.domain.access import AccessLogEntry
from chalicelib.domain.contact import Message
from chalicelib.domain.errors import (
    ContactTokenInvalid,
    Contended,
    FieldInvalid,
    RingfenceError,
    Throttled,
)
from chalicelib.domain.verification import Verification
from tests.contracts.strongroom_function import handled, invoked, serve_world
from tests.contracts.strongroom_stories import REFUSED, message_too_often, send_code
from tests.repo.sources import tree
from tests.repo.test_docstrings import announced_by
from tests.services.test_strongroom import READY, agreed, reveal, send
from tests.services.test_strongroom_codes import stepping_up
from tests.services.world import KEY, NUMBER, World

SERVICE = Path("chalicelib/services/strongroom.py")
DOORS = ("send_code", "tell_old_number", "send_message", "reveal", "approve_reveal")


@pytest.fixture(params=["in process", "by Invoke"])
def scene(request: pytest.FixtureRequest) -> Iterator[World]:
    """The same world, whichever way its strongroom is asked."""
    made = World()
    if request.param == "in process":
        yield made
        return
    serve_world(made.adapters)
    with invoked(handled) as (near, wire):
        made.adapters.strongroom_function = near
        yield made
        assert wire.attempts


@pytest.mark.parametrize(("door", "kind"), REFUSED, ids=[f"{door}: {kind.__name__}" for door, kind in REFUSED])
def test_every_refusal_comes_through(scene: World, door: str, kind: type[RingfenceError]) -> None:
    with pytest.raises(RingfenceError) as caught:
        REFUSED[door, kind](scene)
    assert type(caught.value) is kind or (kind is Contended and isinstance(caught.value, Contended))


def test_every_refusal_that_a_door_announces_has_its_story() -> None:
    doors = {node.name: node for node in ast.walk(tree(SERVICE)) if isinstance(node, ast.FunctionDef)}
    announced = {(door, name) for door in DOORS for name in announced_by(doors[door])}
    assert announced == {(door, kind.__name__) for door, kind in REFUSED}


def test_a_text_that_does_not_fit_is_told_with_its_place(scene: World) -> None:
    with pytest.raises(FieldInvalid) as refused:
        send(scene, scene.token(agreed(scene)), parameters={**READY, "pickup_place": "a\nb"})
    assert refused.value.pointer == "/parameters/pickup_place"
    assert refused.value.reason == "must be 1 to 80 printable characters"


def test_a_limit_is_told_to_the_microsecond(scene: World) -> None:
    scene.later(microseconds=123_457)
    with pytest.raises(Throttled) as refused:
        message_too_often(scene)
    limit, at = scene.policy.rules.throttles.opening_by_staff[0], scene.adapters.clock.now()
    assert (refused.value.limit, refused.value.quota) == ("opening_by_staff", 1)
    assert refused.value.window_seconds == refused.value.retry_after_seconds == limit.window_seconds
    assert (refused.value.retry_at - at).total_seconds() == limit.window_seconds


def test_a_code_goes_out_once(scene: World) -> None:
    verification, sent = stepping_up(scene), scene.sent
    told = send_code(scene, verification.id)
    assert told.delivery == "accepted"
    assert scene.sent == sent + 1
    # With its carrier, and the reason if it had failed: what the API tells is what is kept.
    assert scene.row(Verification, verification.id).sends[-1] == told


@pytest.mark.parametrize("key", [None, KEY])
def test_a_message_goes_out_once_and_is_told_as_it_is_kept(scene: World, key: str | None) -> None:
    scene.later(microseconds=123_457)
    token, sent = scene.token(agreed(scene)), scene.sent
    message = send(scene, token, key=key)
    assert message == scene.row(Message, message.id)
    assert message.sent_at.microsecond == 123_457
    assert scene.sent == sent + 1
    if key is None:
        with pytest.raises(ContactTokenInvalid):
            send(scene, token)
    else:
        assert send(scene, token, key=key) == message
    assert scene.sent == sent + 1


@pytest.mark.parametrize("key", [None, KEY])
def test_a_number_is_shown_with_its_reason_logged(scene: World, key: str | None) -> None:
    number = reveal(scene, scene.token(agreed(scene), "call"), key=key)
    assert (number.e164, number.region, number.line_type) == (NUMBER, "GB", "mobile")
    (entry,) = scene.rows(AccessLogEntry)
    assert entry.justification == "the customer asked to be called"
