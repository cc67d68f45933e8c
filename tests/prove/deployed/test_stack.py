"""What the stack made beside the functions: schedules that fire by themselves, and one stage."""

import time

from infra.local.tokens import Role
from tests.prove.deployed.deployment import Deployment

WITHIN_SECONDS = 180


def test_the_scheduled_purge_fires_by_itself(deployment: Deployment) -> None:
    events = deployment.client("events")
    rules = {rule["Name"]: rule for rule in events.list_rules()["Rules"]}
    (name,) = [each for each in rules if "PurgePurgeEvent" in each]
    assert rules[name]["ScheduleExpression"] == "rate(1 hour)"
    before = reports(deployment)
    # The same rule with the same target, in a shorter hour.
    events.put_rule(Name=name, ScheduleExpression="rate(1 minute)")
    try:
        deadline = time.monotonic() + WITHIN_SECONDS
        while reports(deployment) == before:
            assert time.monotonic() < deadline, "the purge did not run"
            time.sleep(1)
    finally:
        events.put_rule(Name=name, ScheduleExpression="rate(1 hour)")


def test_the_sweep_is_scheduled_for_every_hour(deployment: Deployment) -> None:
    rules = deployment.client("events").list_rules()["Rules"]
    (rule,) = [each for each in rules if "SweepSweepEvent" in each["Name"]]
    assert (rule["ScheduleExpression"], rule["State"]) == ("cron(30 * * * ? *)", "ENABLED")
    (target,) = deployment.client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"].endswith(deployment.functions["sweep"])


def reports(deployment: Deployment) -> list[str]:
    """The ids of the purge's reports, as the officer sees them."""
    answer = deployment.caller(Role.OFFICER).get("/v1/purge-runs").must(200)
    return [run["run_id"] for run in answer.body["purge_runs"]]


def test_the_api_has_one_stage(deployment: Deployment) -> None:
    """SAM would make a second public one, named Stage, without the settings of ours."""
    gateway = deployment.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    assert [stage["stageName"] for stage in gateway.get_stages(restApiId=api["id"])["item"]] == ["prod"]
