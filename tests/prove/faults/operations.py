"""What is asked for at each fault, and how the story goes on from there."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from functools import partial

from tests.prove.api import Reply
from tests.prove.faults import steps
from tests.prove.faults.stage import Stage
from tests.prove.faults.steps import demand, new_key
from tests.prove.faults.wire import Fault

Ask = Callable[[Stage, str | None, Fault | None], Reply]


@dataclass(frozen=True)
class Operation:
    """One thing that a client asks for.

    Attributes:
        before: what has happened.
        ask: the request under a key, struck by a fault or not.
        good: what a client may be told in the end.
        after: the story goes on, and fails if it cannot.
        sends: it sends an SMS.
        starts: it starts a verification.
        keyed: it comes with an Idempotency-Key.
    """

    before: Callable[[Stage], object]
    ask: Ask
    good: Set[int]
    after: Callable[[Stage], object]
    sends: bool = False
    starts: bool = False
    keyed: bool = True


def _code_arrives(stage: Stage) -> None:
    # A send that was lost is never made up for by itself: `resend` is the cure.
    while len(stage.codes) == stage.life.heard:
        stage.later(seconds=60)
        demand(steps.resend(stage, new_key()), 200)


def _sign_up(stage: Stage) -> None:
    _code_arrives(stage)
    demand(steps.check_right(stage, new_key()), 200)
    _be_bound(stage)


def _be_bound(stage: Stage) -> None:
    demand(steps.check_right(stage, new_key()), 409)
    demand(steps.bind(stage, new_key()), 201)
    _agree(stage)


def _agree(stage: Stage) -> None:
    demand(steps.bind(stage, new_key()), 409)
    demand(steps.agree(stage, new_key()), 200)


def _step_up(stage: Stage) -> None:
    _code_arrives(stage)
    demand(steps.check_right(stage, new_key()), 200)
    demand(steps.check_right(stage, new_key()), 409)


def _be_told(stage: Stage) -> None:
    assert demand(steps.decide(stage, new_key()), 200).body["decision"] == "permitted"
    demand(steps.message(stage, new_key()), 202)
    _be_told_again(stage)


def _be_told_again(stage: Stage) -> None:
    demand(steps.message(stage, new_key()), 409)
    demand(steps.decide(stage, new_key()), 200)
    demand(steps.message(stage, new_key()), 202)


def _be_offered_more(stage: Stage) -> None:
    # The policy has four a month; one may be used, and one reserved by an answer that was lost.
    for _ in range(2):
        assert demand(steps.decide_on_offer(stage, new_key()), 200).body["decision"] == "permitted"
        demand(steps.offer(stage, new_key()), 202)


def _be_shown_again(stage: Stage) -> None:
    demand(steps.reveal(stage, new_key()), 409)
    demand(steps.decide(stage, new_key(), channel="call"), 200)
    demand(steps.reveal(stage, new_key()), 200)


def _be_shown_to_two(stage: Stage) -> None:
    demand(steps.reveal(stage, new_key()), 409)
    demand(steps.decide_for_minor(stage), 200)
    steps.wish(stage)
    demand(steps.approve(stage, new_key()), 200)
    demand(steps.reveal(stage, new_key()), 200)


def _be_shown(stage: Stage) -> None:
    demand(steps.reveal(stage, new_key()), 200)
    _be_shown_to_two(stage)


def _be_left_alone(stage: Stage) -> None:
    assert demand(steps.decide(stage, new_key()), 200).body["decision"] == "refused"


def _be_nobody(stage: Stage) -> None:
    demand(steps.check_right(stage, new_key()), 404, 409, 410)


def _have_ended(stage: Stage) -> None:
    events = demand(steps.read_history(stage), 200).body["events"]
    assert [event["event_type"] for event in events] == ["given", "expired"]


def _come_back(stage: Stage) -> None:
    # Whoever has the number now may sign up with it.
    _be_left_alone(stage)
    stage.life.heard = len(stage.codes)
    demand(steps.start(stage, new_key()), 201)
    demand(steps.check_right(stage, new_key()), 200)
    demand(steps.bind(stage, new_key()), 201)


OPERATIONS: Mapping[str, Operation] = {
    "start": Operation(steps.nobody, steps.start, {201}, _sign_up, sends=True, starts=True),
    "start again": Operation(steps.started, steps.start, {201}, _sign_up, sends=True, starts=True),
    "start, repeated": Operation(steps.started_under_a_key, steps.start_again, {201}, _sign_up),
    "start for a customer": Operation(steps.customer, steps.step_up, {201}, _step_up, sends=True, starts=True),
    "resend": Operation(steps.started, steps.resend, {200}, _sign_up, sends=True),
    "resend to a customer": Operation(steps.stepping_up, steps.resend, {200}, _step_up, sends=True),
    "send from the queue": Operation(steps.queued, steps.deliver, {200}, _sign_up, sends=True, keyed=False),
    "check, right": Operation(steps.started, steps.check_right, {200}, _be_bound),
    "check, wrong": Operation(steps.started, steps.check_wrong, {422}, _sign_up),
    "cancel": Operation(steps.started, steps.cancel, {204}, _be_nobody),
    "bind": Operation(steps.proved, steps.bind, {201}, _agree),
    "consent": Operation(steps.customer, steps.agree, {200}, _be_told),
    "withdraw": Operation(steps.agreed, steps.withdraw, {200}, _be_left_alone),
    "decision": Operation(steps.agreed, steps.decide, {200, 409}, _be_told),
    "message": Operation(partial(steps.allowed, channel="sms"), steps.message, {202}, _be_told_again, sends=True),
    "decision under a cap": Operation(steps.willing, steps.decide_on_offer, {200, 409}, _be_offered_more),
    "message under a cap": Operation(steps.offered, steps.offer, {202}, _be_offered_more, sends=True),
    "reveal": Operation(partial(steps.allowed, channel="call"), steps.reveal, {200, 409}, _be_shown_again),
    "a second person's word": Operation(steps.wished, steps.approve, {200}, _be_shown),
    "reveal with two": Operation(steps.agreed_by_two, steps.reveal, {200, 409}, _be_shown_to_two),
    "closure": Operation(steps.agreed, steps.close, {202}, _be_left_alone),
    "purge of a verification": Operation(steps.a_day_later, steps.purge, {200}, _be_nobody, keyed=False),
    "purge of a customer": Operation(steps.closed_a_day_ago, steps.purge, {200}, _come_back, keyed=False),
    "purge of a consent": Operation(steps.agreed_a_year_ago, steps.purge, {200}, _have_ended, keyed=False),
    "purge of a ledger": Operation(steps.closed_for_years, steps.purge, {200}, _be_left_alone, keyed=False),
}
