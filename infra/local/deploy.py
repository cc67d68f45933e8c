"""Deploys the packaged application on the running engine as it would be on AWS: two stacks, real functions."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.exceptions import ClientError, WaiterError

from infra.gateway_responses import gateway_responses
from infra.local.environment import REGION, enter, local_environment
from infra.local.places import DATA_TEMPLATE, LOCAL, Ports
from infra.local.provision import Drift, provision
from infra.local.provision_bucket import BUCKET_POLICY
from infra.local.tokens import AUDIENCE, ISSUER_NAME
from infra.package import package

# Not the name that `make run` uses: the deployed application has tables and keys of its own.
NAME = "ringfence-deployed"
BUCKET = f"{NAME}-packages"
STAGE = "prod"
NOTHING_TO_DO = "No updates are to be performed"
BEGUN = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"}


class NotDeployed(Exception):
    """The stack did not come up; the text says which resource failed and why."""


def deploy(ports: Ports, say: Callable[[str], None]) -> str:
    """The application as it is now runs in the engine's functions, with IAM enforced; returns its API's address.

    Args:
        say: is told each step.

    Raises:
        NotPackaged: there is no package to deploy.
        NotDeployed: the engine refused a stack.
        Drift: a setting that CloudFormation ignores on the engine did not hold when it was set by API.
    """
    enter(local_environment(ports))
    session = boto3.Session(region_name=REGION)
    say("Tables and keys: a stack of their own")
    _apply(session, f"{NAME}-data", DATA_TEMPLATE.read_text(encoding="utf-8"), {"Name": NAME})
    provision(session, name=NAME)
    say("Packaging the application")
    made = package(LOCAL / "package")
    say(str(made))
    template = _with_code(session, made.template, made.archive)
    say("Functions and their API")
    parameters = {
        "Name": NAME,
        "Tenant": "local",
        "JwksUri": f"{ports.desk_url}/jwks.json",
        "TokenIssuer": ISSUER_NAME,
        "TokenAudience": AUDIENCE,
    }
    api = _apply(session, NAME, template, parameters)["RestAPIId"]
    _ensure_gateway_responses(session, api)
    return f"{ports.engine_url}/_aws/execute-api/{api}/{STAGE}"


def _with_code(session: boto3.Session, template: Path, archive: Path) -> str:
    """The template, its functions' code in S3 under a name that changes exactly when the code does."""
    code = archive.read_bytes()
    key = f"{hashlib.sha256(code).hexdigest()}.zip"
    _upload(session, key, code)
    document = yaml.safe_load(template.read_text(encoding="utf-8"))
    # The bucket of imports' refuses what does not come over TLS, which the engine has not.
    document["Resources"] = {name: it for name, it in document["Resources"].items() if it["Type"] != BUCKET_POLICY}
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": BUCKET, "Key": key}
    return json.dumps(document)


def _upload(session: boto3.Session, key: str, content: bytes) -> str:
    """The content lies in S3 under this key; returns its address."""
    s3: Any = session.client("s3")
    try:
        s3.head_bucket(Bucket=BUCKET)
    except ClientError:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    return f"{s3.meta.endpoint_url}/{BUCKET}/{key}"


def _apply(session: boto3.Session, name: str, template: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """The stack is as the template says; returns its outputs."""
    client: Any = session.client("cloudformation")
    request = {
        "StackName": name,
        # A request takes 51 200 bytes of a template, and S3 a million (CloudFormation user guide, "Quotas").
        "TemplateURL": _upload(session, f"{name}.template", template.encode()),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    try:
        if _exists(client, name):
            client.update_stack(**request)
            done = "stack_update_complete"
        else:
            client.create_stack(**request)
            done = "stack_create_complete"
        client.get_waiter(done).wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    except ClientError as refusal:
        if NOTHING_TO_DO not in str(refusal):
            raise NotDeployed(f"{name}: {refusal}") from None
    except WaiterError:
        raise NotDeployed(f"{name}: {_failures(client, name)}") from None
    (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def _exists(client: Any, name: str) -> bool:
    try:
        client.describe_stacks(StackName=name)
    except ClientError as refusal:
        if "does not exist" not in str(refusal):
            raise
        return False
    return True


def _failures(client: Any, name: str) -> str:
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    failed = []
    # Newest first: back to where this deployment began.
    for each in events:
        if each["LogicalResourceId"] == name and each["ResourceStatus"] in BEGUN:
            break
        if each["ResourceStatus"].endswith("FAILED"):
            failed.append(each)
    return "; ".join(f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', '')}" for each in failed)


def _ensure_gateway_responses(session: boto3.Session, api: str) -> None:
    """The gateway answers in the template's words, which the engine leaves out when it reads an API's definition."""
    client: Any = session.client("apigateway")
    wanted = gateway_responses()
    for kind, response in wanted.items():
        client.put_gateway_response(
            restApiId=api,
            responseType=kind,
            statusCode=str(response["StatusCode"]),
            responseParameters=_headers(response),
            responseTemplates=response["ResponseTemplates"],
        )
    # A stage shows what stood when it was deployed.
    client.create_deployment(restApiId=api, stageName=STAGE)
    found = {each["responseType"]: each for each in client.get_gateway_responses(restApiId=api)["items"]}
    for kind, response in wanted.items():
        held = found.get(kind, {})
        if (held.get("responseParameters"), held.get("responseTemplates")) != (
            _headers(response),
            response["ResponseTemplates"],
        ):
            raise Drift(f"gateway response {kind} was set and did not hold")


def _headers(response: Mapping[str, Any]) -> dict[str, str]:
    headers = response["ResponseParameters"]["Headers"]
    return {f"gatewayresponse.header.{name}": value for name, value in headers.items()}
