"""Every region's phones: a code is sent, checked and bound, from either form of the number."""

from datetime import timedelta

import pytest

from tests.prove.api import WALLET, Api, api_in_process
from tests.prove.regions import Example, mobile_examples, regions_without_mobile
from tests.worlds import World

EXAMPLES = mobile_examples()
# St Helena's neighbour shares its numbers, and the metadata has no mobile among them.
WITHOUT_MOBILE = ["TA"]


def sign_up(api: Api, example: Example, number: str, region: str | None) -> None:
    """A customer holds the number, from the code that its phone received, and lets go of it again."""
    before = len(api.world.sms_to(example.e164))
    verification = api.started(number, region)
    received = api.world.sms_to(example.e164)[before:]
    assert len(received) == 1, "one SMS, to this number in this form"
    checked = api.call(WALLET, "POST", f"/v1/verifications/{verification}/check", {"code": received[0].code})
    assert checked.status == 200, checked
    bound = api.call(WALLET, "POST", "/v1/customers", {"verification_id": verification})
    assert bound.status == 201, bound
    masked = bound.body["phone_number_masked"]
    assert masked.endswith(example.e164[-2:])
    assert example.e164.startswith(masked.rstrip("0123456789").rstrip("*"))
    assert masked.count("*") == len(example.e164) - len(masked.replace("*", ""))
    assert api.call(WALLET, "POST", f"/v1/customers/{bound.body['customer_id']}/closure", {}).status == 202


def attempts(world: World, example: Example, forms: list[tuple[str, str | None]]) -> list[str]:
    """What went wrong, form by form; nothing if every form of the number works."""
    api, wrong = api_in_process(world), []
    for number, region in forms:
        try:
            sign_up(api, example, number, region)
        except AssertionError as failure:
            wrong.append(f"{region or 'E.164'} of {example!r}: {failure}")
    return wrong


def test_the_world_is_all_here() -> None:
    assert len(EXAMPLES) > 230
    assert regions_without_mobile() == WITHOUT_MOBILE


@pytest.mark.parametrize("form", ["E.164", "national with its region"])
def test_every_region_signs_up(moto: World, form: str) -> None:
    wrong = []
    for example in EXAMPLES:
        # All of them in one hour would cost more than the packaged ceiling allows.
        moto.clock.at += timedelta(minutes=1)
        national: list[tuple[str, str | None]] = [(example.national, region) for region in example.regions]
        wrong += attempts(moto, example, [(example.e164, None)] if form == "E.164" else national)
    assert wrong == []
