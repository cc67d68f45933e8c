"""The provider's list is read to its end, and a number is taken off it unless that is too soon.

On the fake and on moto. The engine's SNS has no such calls. Moto knows neither pages nor the thirty days: answers in
SNS's documented form stand in for those.
"""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs

import pytest
from botocore.awsrequest import AWSPreparedRequest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from chalicelib.adapters import aws
from chalicelib.adapters.sns_opt_outs import SnsOptOuts
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.inbound import InboundSms
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.suppression import Suppression, place_of
from chalicelib.ports import ProviderOptOuts
from infra.local.environment import REGION
from tests.contracts.wire import Answer, intercepted, response, text_of
from tests.fakes import NOON
from tests.memory_opt_outs import MemoryOptOuts
from tests.prove.races import at_once
from tests.worlds import World, fresh_number, on_moto

on_both = pytest.mark.parametrize("world", ["memory", "moto"], indirect=True)
OTHER_REGION = "us-east-1"


@pytest.fixture
def lists(world: World) -> Iterator[Callable[[str], list[str]]]:
    """The list of a region, as the provider itself has it; empty when a test begins."""
    opt_outs = world.ringfence.adapters.opt_outs

    def of(region: str) -> list[str]:
        if isinstance(opt_outs, MemoryOptOuts):
            return opt_outs.lists.setdefault(region, [])
        found: list[str] = sns_backends[DEFAULT_ACCOUNT_ID][region].opt_out_numbers
        return found

    for region in (REGION, OTHER_REGION):
        of(region).clear()
    yield of
    of(REGION).clear()
    of(OTHER_REGION).clear()


def listed(opt_outs: ProviderOptOuts, region: str = REGION) -> list[str]:
    return [number for page in opt_outs.listed(region) for number in page]


@on_both
def test_each_region_has_its_own_list(world: World, lists: Callable[[str], list[str]]) -> None:
    opt_outs = world.ringfence.adapters.opt_outs
    numbers = [fresh_number() for _ in range(5)]
    lists(REGION).extend(numbers[:3])
    lists(OTHER_REGION).extend(numbers[3:])
    assert listed(opt_outs) == numbers[:3]
    assert listed(opt_outs, OTHER_REGION) == numbers[3:]
    assert opt_outs.opt_in(numbers[0], REGION)
    assert listed(opt_outs) == numbers[1:3]
    assert listed(opt_outs, OTHER_REGION) == numbers[3:]
    assert opt_outs.opt_in(numbers[3], OTHER_REGION)
    assert listed(opt_outs) == numbers[1:3]
    assert listed(opt_outs, OTHER_REGION) == numbers[4:]


@on_both
def test_without_a_region_wanted_it_is_the_deployment_s_own(world: World) -> None:
    opt_outs = world.ringfence.adapters.opt_outs
    assert REGION in opt_outs.regions(())
    assert list(opt_outs.regions((OTHER_REGION,))) == [OTHER_REGION]


@on_both
def test_a_run_brings_both_lists_together(world: World, lists: Callable[[str], list[str]]) -> None:
    number = fresh_number()
    customer = world.customer(number)
    lists(REGION).extend([number, fresh_number()])
    report = world.ringfence.reconcile_opt_outs(lambda: True)
    assert (report.listed, report.new, report.failures, report.complete) == (2, 2, {}, True)
    again = world.ringfence.reconcile_opt_outs(lambda: True)
    assert (again.listed, again.known, again.new) == (2, 2, 0)
    assert again.ours_only == report.ours_only
    head = world.store.get(Customer, customer.id)
    assert head is not None
    assert head.suppressed_at == NOON
    lists(REGION).clear()
    assert world.ringfence.reconcile_opt_outs(lambda: True).ours_only == (report.ours_only or 0) + 2


def test_deliveries_of_a_no_at_once_are_one_and_answered_once(world: World) -> None:
    number = fresh_number()
    customer = world.customer(number)
    sms = InboundSms(parse_phone_number(number), "STOP", NOON)
    before = len(world.sms_to(number))
    heard = at_once(20, lambda _: world.ringfence.hear_reply(sms))
    assert sorted(heard) == ["stopped"] + ["stopped_before"] * 19
    assert len(world.sms_to(number)) == before + 1
    head = world.store.get(Customer, customer.id)
    row = world.store.get(Suppression, *place_of(customer.tag or ""))
    assert head is not None
    assert row is not None
    assert head.suppressed_at == row.since == NOON


PAGES = {
    "one": ("<member>+8613800000001</member><member>+8613800000002</member>", "<nextToken>two</nextToken>"),
    "two": ("", "<nextToken>three</nextToken>"),
    "three": ("<member>+8613800000003</member>", ""),
}


@on_moto
def test_every_page_is_read(world: World) -> None:
    assert world.kind == "moto"

    def page(request: AWSPreparedRequest, _: int) -> Answer:
        (token,) = parse_qs(text_of(request)).get("nextToken", ["one"])
        numbers, following = PAGES[token]
        result = f"<phoneNumbers>{numbers}</phoneNumbers>{following}"
        name = "ListPhoneNumbersOptedOut"
        said = f"<{name}Response><{name}Result>{result}</{name}Result></{name}Response>"
        return response(request, 200, said.encode(), "text/xml")

    with intercepted(aws.opt_outs(REGION), page):
        pages = [list(each) for each in SnsOptOuts().listed(REGION)]
    assert pages == [["+8613800000001", "+8613800000002"], [], ["+8613800000003"]]


def refusing(code: str, status: int) -> Callable[[AWSPreparedRequest, int], Answer]:
    def refuse(request: AWSPreparedRequest, _: int) -> Answer:
        said = f"<ErrorResponse><Error><Code>{code}</Code><Message>+8613800000001</Message></Error></ErrorResponse>"
        return response(request, status, said.encode(), "text/xml")

    return refuse


@on_moto
def test_too_soon_is_an_answer_and_all_else_a_failure_that_says_no_number(world: World) -> None:
    assert world.kind == "moto"
    client = aws.opt_outs(REGION)
    for code in ("InvalidParameter", "InvalidParameterException", "InvalidParameterValue"):
        with intercepted(client, refusing(code, 400)):
            assert SnsOptOuts().opt_in("+8613800000001", REGION) is False
    for code, status in (("AuthorizationError", 403), ("InternalError", 500), ("Throttled", 429)):
        with intercepted(client, refusing(code, status)), pytest.raises(Unavailable) as failed:
            SnsOptOuts().opt_in("+8613800000001", REGION)
        assert str(failed.value) == f"OptInPhoneNumber: {code}"
        with intercepted(client, refusing(code, status)), pytest.raises(Unavailable) as failed:
            listed(SnsOptOuts())
        assert str(failed.value) == f"ListPhoneNumbersOptedOut: {code}"
