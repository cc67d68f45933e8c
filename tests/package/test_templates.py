"""What CloudFormation gets is sound: the packaged template and infra/data.yaml."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.package import ANY_REGION, Package
from tests.repo.sources import ROOT


@pytest.fixture
def template(packaged: Package) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(packaged.template.read_text(encoding="utf-8"))
    return read


def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    resources = template["Resources"].items()
    return {name: it["Properties"] for name, it in resources if it["Type"] == "AWS::Serverless::Function"}


def complaints(path: Path) -> str:
    """What cfn-lint says, warnings included."""
    done = subprocess.run(
        [sys.executable, "-c", "from cfnlint.runner import main; main()", "--format", "parseable", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_cfn_lint_has_nothing_to_say_about_the_packaged_template(packaged: Package) -> None:
    assert complaints(packaged.template) == ""


def test_cfn_lint_has_nothing_to_say_about_the_tables_and_keys() -> None:
    assert complaints(ROOT / "infra/data.yaml") == ""


def test_cfn_lint_would_say_so(template: dict[str, Any], tmp_path: Path) -> None:
    template["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]["WRONG"] = {"Ref": "Nowhere"}
    (tmp_path / "wrong.yaml").write_text(yaml.safe_dump(template))
    assert "Nowhere" in complaints(tmp_path / "wrong.yaml")


def referred(node: Any) -> Iterator[str]:
    """The names of parameters and resources that stand in intrinsics, Globals included: cfn-lint passes over those."""
    match node:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from (name.partition(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text))
        case {"Fn::Sub": [str(text), dict(variables)]}:
            yield from set(referred({"Fn::Sub": text})) - set(variables)
            yield from referred(variables)
        case dict():
            for value in node.values():
                yield from referred(value)
        case list():
            for value in node:
                yield from referred(value)


def unknown_names(template: dict[str, Any]) -> set[str]:
    known = set(template["Parameters"]) | set(template["Resources"])
    return {name for name in referred(template) if name not in known and not name.startswith("AWS::")}


def test_every_name_is_known_and_every_parameter_is_used(template: dict[str, Any]) -> None:
    assert unknown_names(template) == set()
    assert set(template["Parameters"]) - set(referred(template)) == set()


def test_an_unknown_name_in_globals_is_found(template: dict[str, Any]) -> None:
    template["Globals"]["Function"]["Environment"]["Variables"]["WRONG"] = {"Fn::Sub": "${Name}-${Nowhere.Arn}"}
    assert unknown_names(template) == {"Nowhere"}


def test_the_template_has_no_aliases_and_no_region(packaged: Package) -> None:
    text = packaged.template.read_text(encoding="utf-8")
    assert not [event for event in yaml.parse(text) if isinstance(event, yaml.AliasEvent)]
    assert ANY_REGION not in text


def test_every_function_runs_what_was_packaged_for_it(packaged: Package, template: dict[str, Any]) -> None:
    assert functions(template)
    for properties in functions(template).values():
        assert properties["Runtime"] == packaged.runtime
        assert properties["Architectures"] == ["x86_64"]
        assert properties["CodeUri"] == "./deployment.zip"
        module, _, name = properties["Handler"].rpartition(".")
        assert callable(getattr(importlib.import_module(module), name))


def test_every_function_has_a_role_and_a_policy_file_of_its_own(template: dict[str, Any]) -> None:
    config = json.loads((ROOT / ".chalice/config.json").read_text())
    configured = config["stages"]["prod"]["lambda_functions"]
    assert len(functions(template)) == len(configured)
    files = {it["iam_policy_file"]: (ROOT / ".chalice" / it["iam_policy_file"]) for it in configured.values()}
    assert len(files) == len(configured)
    roles = [properties["Role"]["Fn::GetAtt"][0] for properties in functions(template).values()]
    assert len(set(roles)) == len(roles)
    granted = [
        json.dumps(policy["PolicyDocument"], sort_keys=True)
        for role in roles
        for policy in template["Resources"][role]["Properties"]["Policies"]
    ]
    assert sorted(granted) == sorted(json.dumps(json.loads(it.read_text()), sort_keys=True) for it in files.values())


def alarms(template: dict[str, Any]) -> list[dict[str, Any]]:
    return [it["Properties"] for it in template["Resources"].values() if it["Type"] == "AWS::CloudWatch::Alarm"]


def test_somebody_is_woken_when_a_function_dies(template: dict[str, Any]) -> None:
    watched = {it["Dimensions"][0]["Value"]["Ref"] for it in alarms(template) if it["MetricName"] == "Errors"}
    # Of these it shows in what the API answers, or in a queue of what was given up.
    assert set(functions(template)) - watched == {"APIHandler", "Authorize", "Deliver", "ImportFile"}


def test_every_line_that_is_counted_rings(template: dict[str, Any]) -> None:
    filters = [it["Properties"] for it in template["Resources"].values() if it["Type"] == "AWS::Logs::MetricFilter"]
    counted = {each["MetricName"] for it in filters for each in it["MetricTransformations"]}
    rung = {it["MetricName"] for it in alarms(template) if it["Namespace"] == {"Ref": "AWS::StackName"}}
    assert counted == rung
    assert {"HoldReviewOverdueLines", "RetagErrorLines"} < rung
