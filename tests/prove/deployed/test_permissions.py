"""Each function may do exactly what it needs: all goes well with its policy, and not without any line of it."""

import pytest

from tests.prove.deployed.deployment import Deployment
from tests.prove.deployed.permissions_table import read
from tests.prove.deployed.policies import Permission, functions, permissions
from tests.prove.deployed.walks import WALKS
from tests.prove.deployed.without import fails_at

EVERY_PERMISSION = [
    pytest.param(permission, id=f"{function}: {permission}")
    for function in functions()
    for permission in permissions(function)
]


@pytest.mark.parametrize("function", list(WALKS))
def test_the_policies_suffice(deployment: Deployment, function: str) -> None:
    last = WALKS[function](deployment)[-1]
    own = ("the worker", "the announcement", "the anchor", "the purge", "the sweep", "the message's receipt")
    others = ("the reply", "the opt-outs", "the count of rights requests", "the re-tagging", "the import")
    assert last in ("what the carrier is too busy for waits", "the unusual reveal", *own, *others)


@pytest.mark.parametrize("permission", EVERY_PERMISSION)
def test_no_permission_is_idle(deployment: Deployment, permission: Permission) -> None:
    step = fails_at(deployment, permission)
    assert step is not None, f"nothing needs {permission}"
    assert step == read()[permission.function, str(permission)]
