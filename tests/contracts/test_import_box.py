"""The box of imports, in memory and on S3; and what one row costs on AWS."""

import secrets
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from chalicelib.adapters import aws
from chalicelib.adapters.s3_import_box import S3ImportBox
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.import_part import report_name
from chalicelib.domain.import_row import read_row
from chalicelib.ports import ImportBox
from infra.local.call_count import counting, listen
from infra.local.environment import REGION
from tests.importing import BATCH, row
from tests.memory_import_box import MemoryImportBox
from tests.worlds import World, fresh_number, on_aws, on_moto

PART = "parts/imp_1/1.json"


@pytest.fixture
def box(world: World) -> Iterator[ImportBox]:
    if world.kind == "memory":
        yield MemoryImportBox()
        return
    name = f"box-{secrets.token_hex(4)}"
    s3: Any = boto3.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield S3ImportBox(name)


def put(box: ImportBox, content: bytes) -> None:
    if isinstance(box, S3ImportBox):
        boto3.client("s3").put_object(Bucket=str(box.bucket), Key=PART, Body=content)
    elif isinstance(box, MemoryImportBox):
        box.objects[PART] = content


def test_a_part_is_read_until_it_is_removed(box: ImportBox) -> None:
    assert box.read(PART) is None
    put(box, b"rows")
    assert box.read(PART) == b"rows"
    box.report(PART, b"done")
    assert box.read(report_name(PART)) == b"done"
    assert box.read(PART) == b"rows"
    box.remove(PART)
    box.remove(PART)
    assert box.read(PART) is None


@on_aws
def test_a_bucket_that_is_not_there_is_unavailable(world: World) -> None:
    box = S3ImportBox(f"nowhere-{secrets.token_hex(4)}")
    with pytest.raises(Unavailable):
        box.read(PART)
    with pytest.raises(Unavailable):
        box.report(PART, b"")
    with pytest.raises(Unavailable):
        box.remove(PART)


@on_moto
def test_a_row_costs_seven_calls_and_a_row_that_is_there_one(world: World) -> None:
    listen(aws.events())
    read = read_row(row(fresh_number()), world.ringfence.policy, world.clock.now())
    with counting() as first:
        assert world.ringfence.import_customer(read, BATCH) == "imported"
    with counting() as second:
        assert world.ringfence.import_customer(read, BATCH) == "present"
    # Customer; tag, two data keys; suppression, the ledger key; the commit.
    assert (first.calls, second.calls) == (7, 1)
    customer = world.store.get(Customer, "wallet-7")
    assert customer is not None
    assert customer.status == "imported"
