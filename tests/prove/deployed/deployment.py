"""The packaged application on an engine with IAM enforced."""

import io
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from rich.console import Console

from chalicelib.adapters.dynamodb_places import to_item
from infra.local.deploy import NAME
from infra.local.environment import ENGINE_KEY_ID, ENGINE_SECRET, REGION
from infra.local.jobs import scheduled_event
from infra.local.journey import Journey, new_number
from infra.local.journey_client import Caller
from infra.local.tokens import Role, open_issuer, sign_token
from tests.local.stacks import Stack, running

# What one BatchWriteItem takes.
BATCH = 25
# A moment of 1970.
PAST = {"N": "1"}
# Where a policy file's name is not the function's logical id in lower case.
POLICY_NAMES = {
    "apihandler": "api",
    "deliverystatus": "delivery_status",
    "importfile": "import_file",
    "optouts": "opt_outs",
    "purgeworker": "purge_worker",
}


@cache
def _client(service: Any, endpoint: str) -> Any:
    return boto3.Session(ENGINE_KEY_ID, ENGINE_SECRET, region_name=REGION).client(service, endpoint_url=endpoint)


@dataclass(frozen=True)
class Deployment:
    """A running stack and what was deployed on it.

    Attributes:
        functions: physical names by policy name: api, strongroom, ...
        roles: the same for their roles.
        steps: names of the steps of a walk through the API that ended well, once there was one.
    """

    stack: Stack
    folder: Path
    url: str
    functions: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    def client(self, service: str) -> Any:
        """A client of the engine's root, who may do anything."""
        return _client(service, self.stack.ports.engine_url)

    def key(self, part: str) -> str:
        """The ARN of a KMS key: tag, code, blind, pending, number, ledger or sign."""
        exports = self.client("cloudformation").list_exports()["Exports"]
        return next(str(each["Value"]) for each in exports if each["Name"] == f"{NAME}-{part}-key")

    def token(self, role: Role, subject: str | None = None) -> str:
        """A token of the stack's own issuer."""
        return sign_token(open_issuer(self.folder / "issuer"), role, subject=subject)

    def caller(self, role: Role | None = None, subject: str | None = None) -> Caller:
        """A caller of the deployed API."""
        return Caller(self.url, self.token(role, subject) if role else None)

    def journey(self) -> Journey:
        """A journey that has not begun."""
        return Journey(
            console=Console(file=io.StringIO(), width=200),
            public=self.caller(),
            wallet=self.caller(Role.WALLET),
            # Somebody else each time: one person's budget would be used up by all the journeys.
            staff=self.caller(Role.STAFF, f"agent-{secrets.token_hex(4)}"),
            officer=self.caller(Role.OFFICER),
            desk=Caller(self.stack.ports.desk_url),
            number=new_number(),
        )

    def run(self, function: str) -> dict[str, Any]:
        """The scheduled function's report, or what it died of."""
        return self.invoke(function, scheduled_event(datetime.now(UTC)))

    def invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """The function's answer to this event, or what it died of."""
        answer = self.client("lambda").invoke(FunctionName=self.functions[function], Payload=json.dumps(event))
        report: dict[str, Any] = json.loads(answer["Payload"].read())
        return report

    def make_due(self, table: str, key: str, **facts: Any) -> None:
        """The row's time is up, by these facts: the purge judges them again."""
        self.client("dynamodb").update_item(
            TableName=f"{NAME}-{table}",
            Key={"pk": {"S": key}},
            UpdateExpression="SET due_at = :past" + "".join(f", {name} = :{name}" for name in facts),
            ConditionExpression="attribute_exists(due_at)",
            ExpressionAttributeValues={":past": PAST, **{f":{name}": value for name, value in facts.items()}},
        )

    def plant(self, table: str, records: Sequence[Any]) -> None:
        """Rows as a half-done write or a restored backup leaves them."""
        items = [{"PutRequest": {"Item": to_item(record)}} for record in records]
        for begin in range(0, len(items), BATCH):
            self.client("dynamodb").batch_write_item(RequestItems={f"{NAME}-{table}": items[begin : begin + BATCH]})


@contextmanager
def deployed(folder: Path) -> Iterator[Deployment]:
    """A stack of its own with the application deployed on it, by the commands that a newcomer would use."""
    with running(folder) as stack:
        yield deploy_on(stack, folder)


def deploy_on(stack: Stack, folder: Path) -> Deployment:
    """The sources as they are now are deployed on the running stack."""
    said = stack.command("deploy")
    assert said.returncode == 0, said.stdout + said.stderr
    url = next(line.split()[-1] for line in said.stdout.splitlines() if line.startswith("Deployed: "))
    made = Deployment(stack, folder, url)
    pages = made.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=NAME)
    for resource in [each for page in pages for each in page["StackResourceSummaries"]]:
        logical = resource["LogicalResourceId"].lower().removesuffix("role")
        name = POLICY_NAMES.get(logical, logical)
        if resource["ResourceType"] == "AWS::Lambda::Function":
            made.functions[name] = resource["PhysicalResourceId"]
        elif resource["ResourceType"] == "AWS::IAM::Role":
            made.roles[name] = resource["PhysicalResourceId"]
    # So that the officer has a report to read.
    planned = made.run("purge")
    assert "run_id" in planned, planned
    return made
