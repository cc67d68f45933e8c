"""A function without one of its permissions, and what it fails at."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.prove.deployed.deployment import Deployment
from tests.prove.deployed.forgetting import forget
from tests.prove.deployed.policies import Permission, permissions, without
from tests.prove.deployed.walks import WALKS, Stopped, walk_api

# The shards of what many count together are drawn by lot, and so is the step that first draws one again.
BY_LOT = {"dynamodb:UpdateItem on budgets": "what is counted in a row for the second time"}


def fails_at(deployment: Deployment, permission: Permission) -> str | None:
    """The step that does not work when the function lacks the permission; None if all do."""
    try:
        with _taken_away(deployment, permission):
            WALKS[permission.function](deployment)
    except Stopped as stop:
        return BY_LOT.get(str(permission)) or _name(deployment, stop.step)
    finally:
        forget(deployment)
    return None


def _name(deployment: Deployment, step: str) -> str:
    if not deployment.steps:
        deployment.steps.extend(walk_api(deployment))
    return deployment.steps[int(step) - 1] if step.isdigit() else step


@contextmanager
def _taken_away(deployment: Deployment, permission: Permission) -> Iterator[None]:
    position = permissions(permission.function).index(permission)
    iam, role = deployment.client("iam"), deployment.roles[permission.function]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    whole = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(without(whole, position)))
    try:
        _renew(deployment, permission.function)
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(whole))


def _renew(deployment: Deployment, function: str) -> None:
    # A process of before may have cached what it may not ask for any more.
    functions = deployment.client("lambda")
    name = deployment.functions[function]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": variables | {"RENEWED_AT": str(time.time_ns())}}
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
