"""docs/permissions.md lists the permissions of the policy files, and every function has a policy of its own."""

import json
import re

from tests.prove.deployed.permissions_table import read
from tests.prove.deployed.policies import FOLDER, functions, permissions

# Chalice's name for the function of the REST API.
CHALICE_NAMES = {"api_handler": "api"}


def test_the_page_lists_every_permission() -> None:
    held = {(function, str(permission)) for function in functions() for permission in permissions(function)}
    assert set(read()) == held


def test_every_function_names_a_policy_of_its_own() -> None:
    stage = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))["stages"]["prod"]
    named = {
        CHALICE_NAMES.get(name, name): settings["iam_policy_file"]
        for name, settings in stage["lambda_functions"].items()
    }
    assert named == {function: f"policy-{function}.json" for function in functions()}


# Actions that IAM knows no type of resource for.
NO_RESOURCE = {"sns:ListPhoneNumbersOptedOut", "sns:OptInPhoneNumber"}
IMPORTS = "arn:${AWS::Partition}:s3:::${Name}-imports-${AWS::AccountId}-${AWS::Region}"
# What Publish must not go to, so that numbers are left, which have no ARN; and buckets, whose names are their ARNs.
OTHER_ARNS = {
    *("arn:${AWS::Partition}:sns:*:*:*", "arn:${AWS::Partition}:s3:::${Bucket}/anchors/*"),
    *(IMPORTS, f"{IMPORTS}/parts/*", f"{IMPORTS}/reports/*"),
}


def test_no_policy_has_a_wildcard_action_or_a_resource_that_is_one_without_need() -> None:
    for function in functions():
        text = (FOLDER / f"policy-{function}.json").read_text(encoding="utf-8")
        for statement in json.loads(text)["Statement"]:
            assert all("*" not in action for action in statement["Action"])
            assert (statement.get("Resource") == "*") == bool(NO_RESOURCE & {*statement["Action"]})
            assert statement.get("Resource") != "*" or NO_RESOURCE.issuperset(statement["Action"])


def test_every_resource_that_is_named_is_this_account_s_in_this_region() -> None:
    ours = re.compile(r"arn:\$\{AWS::Partition\}:[a-z]+:\$\{AWS::Region\}:\$\{AWS::AccountId\}:[^:]")
    for function in functions():
        text = (FOLDER / f"policy-{function}.json").read_text(encoding="utf-8")
        arns = set(re.findall(r'"(arn:[^"]*)"', text)) - OTHER_ARNS
        assert [arn for arn in arns if not ours.match(arn)] == []


def test_only_the_strongroom_and_the_re_tagging_decrypt_with_the_number_key() -> None:
    may = [
        function
        for function in functions()
        if "kms:Decrypt on number-key" in [str(permission) for permission in permissions(function)]
    ]
    assert may == ["retag", "strongroom"]
