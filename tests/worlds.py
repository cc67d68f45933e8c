"""Worlds for tests: Ringfence on the ports in memory, on moto, or on the engine."""

import json
import os
import re
import secrets
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from chalicelib.adapters import aws
from chalicelib.adapters.dynamodb_places import PLACES, Item, to_item
from chalicelib.bootstrap import Adapters, Ringfence
from chalicelib.domain.caller import Caller
from chalicelib.domain.customer import Customer
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.verification import Verification
from chalicelib.ports import Store
from chalicelib.services.start_request import StartRequest
from chalicelib.settings import PACKAGED_POLICY, Settings
from infra.local.environment import KEYS, REGION, anchor_bucket
from infra.local.inbox import READ_BACK_PATH
from infra.local.places import HOST
from infra.local.provision import provision
from infra.local.tokens import AUDIENCE, ISSUER_NAME, Role, open_issuer, sign_token
from tests.clock import FixedClock
from tests.fakes import NOON, MemoryAdapters, bearer, caller, memory_ringfence, policy_in
from tests.moto_as_aws import copy_lightly, make_atomic, sign_digests

TENANT = "test"
# The engine's root keys; moto takes any.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
# For tests whose claim only some stand-ins can refute (see what each is wrong about in docs).
on_moto = pytest.mark.parametrize("world", ["moto"], indirect=True)
on_engine = pytest.mark.parametrize("world", ["engine"], indirect=True)
on_aws = pytest.mark.parametrize("world", ["moto", "engine"], indirect=True)
TABLES = sorted({place.table for place in PLACES.values()})
SHORT_LIVED = sorted({place.table for place in PLACES.values() if place.lapses})


@dataclass(frozen=True)
class Sms:
    """One SMS that the carrier took."""

    number: str
    body: str

    @property
    def code(self) -> str:
        """The one-time code on its last line."""
        found = re.search(r"#([0-9]{6})$", self.body)
        assert found is not None, "this SMS carries no code"
        return found[1]


@dataclass(frozen=True)
class World:
    """A Ringfence, the time it lives in, and what an onlooker can see of it.

    Attributes:
        kind: memory, moto or engine.
        name: prefix of its tables and key aliases.
        inbox: every SMS that was accepted since the world began, oldest first.
        rows: the items of a table (by the suffix of its name) as DynamoDB holds them, lapsed or not.
        authorization: an `Authorization` value that proves this caller.
    """

    kind: str
    name: str
    ringfence: Ringfence
    clock: FixedClock
    inbox: Callable[[], list[Sms]]
    rows: Callable[[str], list[Item]]
    authorization: Callable[[Caller], str]

    @property
    def store(self) -> Store:
        """The store, with all that it can do."""
        return self.ringfence.adapters.store

    def sms_to(self, number: str) -> list[Sms]:
        """What this number received."""
        return [sms for sms in self.inbox() if sms.number == number]

    def start(self, number: str, region: str | None = None) -> Verification:
        """A signup verification of the number, from a device of its own, whose code was sent."""
        request = StartRequest("signup", number, region, device_id=secrets.token_hex(8))
        return self.ringfence.start_verification(caller(), self.authorization(caller()), request, None)

    def check(self, verification: Verification, code: str) -> Verification:
        """The code, checked."""
        return self.ringfence.check_code(caller(), verification.id, code, None, None)

    def proved(self, number: str, region: str | None = None) -> Verification:
        """A verification of the number, proved with the code that its phone received."""
        verification = self.start(number, region)
        e164 = read_number(number, region)
        return self.check(verification, self.sms_to(e164)[-1].code)

    def customer(self, number: str, customer_id: str | None = None) -> Customer:
        """A customer that holds the number."""
        return self.ringfence.bind_customer(caller(), self.proved(number).id, customer_id, None)


def read_number(text: str, region: str | None = None) -> str:
    """The number as E.164."""
    return parse_phone_number(text, region).e164


def fresh_number() -> str:
    """A valid mobile number that no other test has."""
    return f"+86138{secrets.randbelow(10**8):08d}"


@dataclass(frozen=True)
class Issuer:
    """Signs tokens, and serves its public keys over HTTP."""

    folder: Path
    jwks_uri: str

    def authorization(self, of: Caller, at: FixedClock) -> str:
        """A bearer token for the caller, issued at the clock's instant."""
        (role,) = of.roles
        issued_at = int(at.now().timestamp())
        token = sign_token(
            open_issuer(self.folder), Role(role), subject=of.subject, client_id=of.client_id, now=issued_at
        )
        return f"Bearer {token}"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def issuer_in(folder: Path) -> Iterator[Issuer]:
    """An issuer whose key lies in the folder; its JWKS is served until the block ends."""
    open_issuer(folder)
    server = ThreadingHTTPServer((HOST, 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield Issuer(folder, f"http://{HOST}:{server.server_port}/jwks.json")
    finally:
        server.shutdown()
        server.server_close()


def memory_world(policy_folder: Path = PACKAGED_POLICY) -> World:
    """Ringfence on the fakes."""
    clock = FixedClock(NOON)
    adapters = MemoryAdapters(clock=clock, policy=policy_in(policy_folder))

    def rows(table: str) -> list[Item]:
        return [to_item(row) for row in list(adapters.store.rows.values()) if PLACES[type(row)].table == table]

    def inbox() -> list[Sms]:
        return [Sms(sms.number, sms.body) for sms in adapters.sender.sent]

    return World("memory", "memory", memory_ringfence(adapters), clock, inbox, rows, bearer)


@contextmanager
def moto_world(issuer: Issuer, policy_folder: Path = PACKAGED_POLICY) -> Iterator[World]:
    """Ringfence on moto, whose DynamoDB is made atomic by one lock."""
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, None)
        make_atomic(patch)
        copy_lightly(patch)
        sign_digests(patch)
        with mock_aws():
            provision(boto3.Session(), name="ringfence")
            yield _aws_world("moto", "ringfence", issuer, policy_folder, _moto_inbox)
    aws.forget()


@contextmanager
def engine_world(issuer: Issuer, endpoint: str, policy_folder: Path = PACKAGED_POLICY) -> Iterator[World]:
    """Ringfence on the engine, in tables and under keys of its own."""
    name = f"t{secrets.token_hex(4)}"
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, endpoint)
        provision(boto3.Session(), name=name)
        _keep_what_lapses(name)
        before = set(_engine_messages(endpoint))

        def inbox() -> list[Sms]:
            return [sms for key, sms in _engine_messages(endpoint).items() if key not in before]

        yield _aws_world("engine", name, issuer, policy_folder, inbox)
    aws.forget()


def _keep_what_lapses(name: str) -> None:
    """The engine removes by the clock on the wall, within a minute, and a world has another."""
    dynamodb = boto3.client("dynamodb")
    for table in SHORT_LIVED:
        dynamodb.update_time_to_live(
            TableName=f"{name}-{table}", TimeToLiveSpecification={"Enabled": False, "AttributeName": "lapses_at"}
        )


def widened_policy(into: Path) -> Path:
    """A copy of the policy whose sliding limits refuse nothing that a test does."""
    folder = into / "policy"
    for source in PACKAGED_POLICY.rglob("*"):
        if source.is_file():
            target = folder / source.relative_to(PACKAGED_POLICY)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    rules = folder / "policy.toml"
    text, changed = re.subn(r"(?m)^limit = \d{1,3}$", "limit = 100", rules.read_text(encoding="utf-8"))
    # What a client may do to a number must stay below what all may.
    pairs = r"(?m)^(\[\[throttles.(?:wrong_codes_by_client|page_number_by_ip)\]\].*\nlimit = )100$"
    text, ordered = re.subn(pairs, r"\g<1>99", text)
    text, observed = re.subn(r'(?m)^mode = "enforce"', 'mode = "observe"', text)
    assert (bool(changed), ordered, observed) == (True, 3, 1)
    rules.write_text(text, encoding="utf-8")
    return folder


def _aws_world(kind: str, name: str, issuer: Issuer, policy_folder: Path, inbox: Callable[[], list[Sms]]) -> World:
    aws.forget()
    clock = FixedClock(NOON)
    keys = {key: f"alias/{name}-{key}" for key in KEYS}
    bucket = anchor_bucket(name)
    settings = Settings(name, TENANT, issuer.jwks_uri, ISSUER_NAME, AUDIENCE, keys, policy_folder, anchor_bucket=bucket)
    ringfence = Ringfence(Adapters(settings, clock))
    return World(kind, name, ringfence, clock, inbox, partial(_scan, name), lambda of: issuer.authorization(of, clock))


def _scan(name: str, table: str) -> list[Item]:
    pages = aws.dynamodb().get_paginator("scan").paginate(TableName=f"{name}-{table}", ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def set_environment(patch: pytest.MonkeyPatch, endpoint: str | None) -> None:
    """Clients made from now on speak to this endpoint, with keys that open nothing elsewhere."""
    for variable in [each for each in os.environ if each.startswith("AWS_")]:
        patch.delenv(variable)
    for variable, value in CREDENTIALS.items():
        patch.setenv(variable, value)
    patch.setenv("AWS_REGION", REGION)
    patch.setenv("AWS_DEFAULT_REGION", REGION)
    if endpoint is not None:
        patch.setenv("AWS_ENDPOINT_URL", endpoint)
    aws.forget()


def _moto_inbox() -> list[Sms]:
    backend = sns_backends[DEFAULT_ACCOUNT_ID][REGION]
    return [Sms(number, body) for number, body in backend.sms_messages.values()]


def _engine_messages(endpoint: str) -> dict[str, Sms]:
    """Every SMS by its id. The engine keeps them by number, each number's in order."""
    with urllib.request.urlopen(endpoint + READ_BACK_PATH, timeout=10) as answer:
        by_number = json.load(answer)["sms_messages"]
    return {
        message["MessageId"]: Sms(message["PhoneNumber"], message["Message"])
        for messages in by_number.values()
        for message in messages
    }
