"""Customers whose numbers change, and what others hear of it."""

import re

from chalicelib.domain.schedule import NUMBER_CHANGE_ENDED
from infra.local.deploy import NAME
from infra.local.journey import Journey, new_number
from infra.local.journey_client import Broken
from infra.local.journey_steps import LOCALE, new_device, signup
from tests.listener import listen
from tests.prove.deployed.announcing import heard_of
from tests.prove.deployed.deployment import Deployment

NEWS, HEARD_WITHIN_SECONDS = "NumberChange", 20


def swap_numbers(deployment: Deployment, journey: Journey) -> None:
    """Two new customers have each other's number, and others heard of it.

    Raises:
        Broken: an answer was not as it must be, or nobody heard.
    """
    listener = listen(deployment.client, f"{NAME}-consent")
    ann, bob = _customer(deployment), _customer(deployment)
    mine, theirs = _proof(ann, bob), _proof(bob, ann)
    asked = ann.wallet.put(f"{ann.customer}/phone-number", verification_id=mine, on_conflict="swap").must(202)
    journey.step("a swap waits for the other side", asked.must_have("pending_until"))
    swapped = bob.wallet.put(f"{bob.customer}/phone-number", verification_id=theirs, on_conflict="swap")
    journey.step("both have the other's number", swapped.must(200, phone_number_masked=ann.masked))
    if heard_of(listener, ann.known["customer"], {NEWS}, HEARD_WITHIN_SECONDS) != {NEWS}:
        raise Broken("nobody heard of the swap")
    journey.step("others heard of the swap", ann.staff.get(ann.customer).must(200, phone_number_masked=bob.masked))


def tell_old_number(deployment: Deployment, journey: Journey) -> None:
    """Whoever has the number that a customer wants to leave was told so, and the customer has it still.

    Raises:
        Broken: an answer was not as it must be, or nobody was told.
    """
    changing = _change(deployment)
    if "/preferences" not in changing.next_sms()["body"]:
        raise Broken("the old number was not told where to stop the change")
    stopped = changing.wallet.delete(f"{changing.customer}/phone-number")
    journey.step(
        "the old number is told, and the change is stopped", stopped.must(200, phone_number_masked=changing.masked)
    )


def wait_for_change(deployment: Deployment) -> str:
    """The id of a customer whose change of number waits, and is due to take effect.

    Raises:
        Broken: an answer was not as it must be.
    """
    customer = str(_change(deployment).known["customer"])
    deployment.client("dynamodb").update_item(
        TableName=f"{NAME}-customers",
        Key={"pk": {"S": f"customer#{customer}"}},
        UpdateExpression="SET due_at = :past, #change.#until = :past",
        ConditionExpression="due_reason = :ended",
        ExpressionAttributeNames={"#change": "change", "#until": "until"},
        ExpressionAttributeValues={":past": {"N": "1"}, ":ended": {"S": NUMBER_CHANGE_ENDED}},
    )
    return customer


def _customer(deployment: Deployment) -> Journey:
    journey = deployment.journey()
    journey.number = new_number()
    signup(journey)
    return journey


def _change(deployment: Deployment) -> Journey:
    """A new customer whose change of number waits: nobody proved the old one."""
    journey, other = _customer(deployment), deployment.journey()
    other.number = new_number()
    asked = journey.wallet.put(f"{journey.customer}/phone-number", verification_id=_proof(journey, other))
    asked.must(202, phone_number_masked=journey.masked)
    return journey


def _proof(who: Journey, phone: Journey) -> str:
    """The id of a verification by which `who` proved the number of this phone."""
    started = who.wallet.post(
        "/v1/verifications",
        purpose="number_change",
        phone_number=phone.number,
        customer_id=who.known["customer"],
        locale=LOCALE,
        client=new_device(),
    ).must(201)
    code = re.search(r"#(\d{6})\b", phone.next_sms()["body"])
    if code is None:
        raise Broken("the SMS carries no code")
    verification = str(started.body["verification_id"])
    who.wallet.post(f"/v1/verifications/{verification}/check", code=code[1]).must(200)
    return verification
