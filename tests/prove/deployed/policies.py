"""The policy files, one permission at a time: an action on a resource."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[3] / ".chalice"
# What Lambda itself does for a function. No code of ours calls it, and the engine writes logs, polls queues and streams
# and puts away what was given up unasked. And what the engine does not have or ask for: SNS's calls for opt-outs, S3's
# leave to say that there is no such object, and the key of a bucket.
RUNTIME = ("Logs", "Poll", "GiveUp", "OptOuts", "Box", "BoxKey")

Document = dict[str, Any]


@dataclass(frozen=True)
class Permission:
    """What one function may do to one thing.

    Attributes:
        function: as its policy file is named.
        action: e.g. `dynamodb:GetItem`.
        resource: short, e.g. `verifications/index/tag`, `tag-key`, `SMS`.
    """

    function: str
    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


def functions() -> list[str]:
    """Every function that has a policy file."""
    return sorted(file.stem.removeprefix("policy-") for file in FOLDER.glob("policy-*.json"))


def permissions(function: str) -> list[Permission]:
    """All that the function's policy file allows, but for the runtime's own logs."""
    document = json.loads((FOLDER / f"policy-{function}.json").read_text(encoding="utf-8"))
    return [
        Permission(function, str(each["Action"]), _short(each.get("Resource") or each["NotResource"]))
        for each in single_statements(document)
        if each["Sid"] not in RUNTIME
    ]


def without(document: Document, position: int) -> Document:
    """The policy but for its permission at this position of `permissions`."""
    kept = [each for each in single_statements(document) if each["Sid"] not in RUNTIME]
    runtime = [each for each in single_statements(document) if each["Sid"] in RUNTIME]
    statements = [*runtime, *kept[:position], *kept[position + 1 :]]
    return {
        "Version": document["Version"],
        # Statements' names must differ.
        "Statement": [{**each, "Sid": f"{each['Sid']}{number}"} for number, each in enumerate(statements)],
    }


def single_statements(document: Document) -> Iterator[dict[str, Any]]:
    """The statements, each taken apart into one action on one resource; the order is always the same."""
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        place = "Resource" if "Resource" in statement else "NotResource"
        resources = statement[place]
        for resource in resources if isinstance(resources, list) else [resources]:
            for action in statement["Action"]:
                yield {"Sid": statement["Sid"], "Effect": "Allow", "Action": action, place: resource}


def _short(resource: Mapping[str, Any]) -> str:
    text = json.dumps(resource)
    if found := re.search(r"\$\{Name\}-([a-z/_-]+)", text):
        return found[1].rstrip("-")
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0]).lower()
    assert ":sns:*:*:*" in text, resource
    return "SMS"
