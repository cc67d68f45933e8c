"""The Archive port: what is there stays as it was."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import boto3
import pytest

from chalicelib.adapters.s3_archive import S3Archive
from chalicelib.domain.errors import Unavailable
from chalicelib.ports import Archive
from tests.contracts.records import fresh
from tests.worlds import World, on_aws, on_engine


@pytest.fixture
def archive(world: World) -> Archive:
    return world.ringfence.adapters.archive


def test_what_was_put_is_returned_and_stays(archive: Archive) -> None:
    name = f"anchors/{fresh()}.jws"
    assert archive.put(name, b"first") == b"first"
    assert archive.put(name, b"second") == b"first"
    assert archive.put(name, b"first") == b"first"


def test_nothing_is_something_too(archive: Archive) -> None:
    name = f"anchors/{fresh()}.leaves"
    assert archive.put(name, b"") == b""
    assert archive.put(name, b"more") == b""


def test_every_octet_comes_back(archive: Archive) -> None:
    name, content = f"anchors/{fresh()}.leaves", bytes(range(256)) * 5_000
    archive.put(name, content)
    assert archive.put(name, b"") == content


@on_aws
def test_it_is_one_version_in_the_bucket(world: World) -> None:
    name, bucket = f"anchors/{fresh()}.jws", world.ringfence.adapters.settings.anchor_bucket
    assert bucket is not None
    for content in (b"first", b"second"):
        world.ringfence.adapters.archive.put(name, content)
    s3 = boto3.client("s3")
    (version,) = s3.list_object_versions(Bucket=bucket, Prefix=name)["Versions"]
    assert version["IsLatest"]
    assert s3.get_object(Bucket=bucket, Key=name)["Body"].read() == b"first"


@on_engine
def test_of_many_at_once_one_is_kept_and_all_are_told_which(archive: Archive) -> None:
    name = f"anchors/{fresh()}.jws"
    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(lambda number: archive.put(name, b"%d" % number), range(20)))
    assert len(set(told)) == 1


@on_aws
def test_a_bucket_that_is_not_there_takes_nothing(world: World) -> None:
    missing = replace(
        S3Archive(world.ringfence.adapters.settings.anchor_bucket), bucket=fresh("none").replace("_", "-")
    )
    with pytest.raises(Unavailable):
        missing.put("anchors/1.jws", b"x")
