"""What the privacy officer does after the journey."""

from datetime import UTC, datetime, timedelta

from infra.local.journey import Journey
from infra.local.journey_client import Broken
from infra.local.journey_steps import PURPOSE
from tests.prove.deployed.deployment import Deployment


def purge_runs(journey: Journey) -> None:
    """The reports are there."""
    runs = journey.officer.get("/v1/purge-runs").must(200).must_have("purge_runs")
    journey.step("the officer sees the purge runs", runs)
    newest = runs.body["purge_runs"][0]["run_id"]
    journey.step("the officer reads one of them", journey.officer.get(f"/v1/purge-runs/{newest}").must(200))
    journey.step("the officer sees what is due", journey.officer.get("/v1/purge-preview").must(200))


def accesses(journey: Journey) -> None:
    """The openings are listed."""
    until = datetime.now(UTC) + timedelta(minutes=1)
    span = f"from={until - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}&until={until:%Y-%m-%dT%H:%M:%SZ}"
    opened = journey.officer.get(f"/v1/accesses?{span}").must(200)
    if cursor := opened.body["next_cursor"]:
        # An hour is a page, and another has begun since.
        opened = journey.officer.get(f"/v1/accesses?{span}&cursor={cursor}").must(200)
    opened.must_have("entries", "settlements")
    journey.step("the officer lists the openings", opened)


def export(journey: Journey) -> None:
    """What is held is handed out."""
    held = journey.officer.get(f"/v1/customers/{journey.known['customer']}/export")
    journey.step("the officer has everything that is held", held.must(200).must_have("ledger", "access_log"))


def rights(journey: Journey) -> None:
    """A customer asked for something by right, and was answered."""
    asked = journey.officer.post(f"/v1/customers/{journey.known['customer']}/rights-requests", kind="correction")
    journey.step("a request by right", asked.must(201))
    waiting = journey.officer.get("/v1/rights-requests?status=open").must(200).must_have("rights_requests")
    journey.step("the officer lists what waits", waiting)
    answer = journey.officer.post(f"/v1/rights-requests/{asked.body['request_id']}/answer", note="it is right as it is")
    journey.step("the officer answers", answer.must(200))


def count_rights(deployment: Deployment) -> None:
    """What waits was counted.

    Raises:
        Broken: it was not.
    """
    report = deployment.run("rights")
    if report.keys() != {"overdue", "due_soon"}:
        raise Broken(f"no count: {report}")


def receipt(journey: Journey) -> None:
    """A consent is proved."""
    signed = journey.officer.get_signed(f"/v1/consent-records/{journey.known['customer']}.{PURPOSE}/receipt")
    journey.step("the officer has a signed receipt", signed.must(200).must_have("receipt_id", "records"))
