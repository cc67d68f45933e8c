"""KMS refuses as too fast, as often as botocore asks: the client is told to come again, and nothing is lost by it."""

from collections import Counter

import pytest

from chalicelib.domain.meter import Meter
from chalicelib.domain.spent import Spent
from chalicelib.domain.throttle import ThrottleLog
from chalicelib.domain.traffic import Traffic
from chalicelib.domain.verification import Verification
from tests.prove.faults.invariants import broken
from tests.prove.faults.operations import OPERATIONS
from tests.prove.faults.stage import Stage
from tests.prove.faults.steps import new_key
from tests.prove.faults.sweep import calls, moto_stage, setting
from tests.prove.faults.wire import Fault
from tests.worlds import Issuer

KMS = ("GenerateMac", "Encrypt", "Decrypt", "GenerateDataKey")
# How many different calls to KMS a cold process makes; one is for the month's blinding key.
ASKED = {"start": 4, "resend": 3, "check, right": 2, "check, wrong": 2, "bind": 4}


@pytest.mark.parametrize("name", ASKED)
def test_it_is_answered_503_and_its_repeat_loses_nothing_and_spends_nothing_twice(name: str, issuer: Issuer) -> None:
    with moto_stage(issuer) as stage:
        operation = OPERATIONS[name]
        set_again = setting(stage, operation)
        asked = [call for call in calls(stage, set_again, operation) if call.what.split()[0] in KMS]
        spent = shared_budgets(stage)
        assert len(asked) == ASKED[name]
        for call in asked:
            set_again()
            stage.make_clients()
            key = new_key()
            refused = operation.ask(stage, key, Fault("throttled", call, every_attempt=True))
            assert (refused.status, refused.problem) == (503, "unavailable"), call
            assert int(refused.headers["Retry-After"]) >= 1
            assert operation.ask(stage, key, None).status in operation.good, call
            # Less where the verification was saved and its code is missing: a resend brings it, and is counted then.
            assert shared_budgets(stage) <= spent, call
            operation.after(stage)
            assert broken(stage.witness.look()) == []


def shared_budgets(stage: Stage) -> Counter[str]:
    """What stands in the budgets that are not the client's own, and of attempts and sends."""
    sight, now = stage.witness.look(), stage.world.clock.now()
    found: Counter[str] = Counter()
    for row in sight.rows(Traffic):
        rolled = row.rolled(now)
        found.update(sent=rolled.sent, in_flight=rolled.in_flight, verified=rolled.verified)
    for spent in sight.rows(Spent):
        found.update(hour=spent.hour_cost, day=spent.day_cost, month=spent.month_cost)
    found.update(starts=sum(meter.count + sum(meter.past) for meter in sight.rows(Meter)))
    for log in sight.rows(ThrottleLog):
        if log.name not in ("ip", "device"):
            found[log.name] += len(log.admitted)
    for verification in sight.rows(Verification):
        found.update(attempts=verification.attempts, sends=len(verification.sends))
    return found
