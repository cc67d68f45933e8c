"""Reads infra/data.yaml as CloudFormation would: intrinsics resolved, resources in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import yaml


@dataclass(frozen=True)
class Resource:
    """One resource of the template, its properties resolved."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class _Sub:
    text: str


@dataclass(frozen=True)
class _Ref:
    name: str


class _Text(Template):
    # CloudFormation's own parameters have colons in their names.
    braceidpattern = "[A-Za-z0-9:]+"


class _Loader(yaml.SafeLoader):
    pass


_Loader.add_constructor("!Sub", lambda _, node: _Sub(str(node.value)))
# Of outputs only, which no resource refers to.
_Loader.add_constructor("!GetAtt", lambda _, node: str(node.value))
_Loader.add_constructor("!Ref", lambda _, node: _Ref(str(node.value)))

# What CloudFormation on the engine says of itself.
PSEUDO_PARAMETERS = {"AWS::AccountId": "000000000000", "AWS::Region": "eu-west-1", "AWS::Partition": "aws"}


def read_template(path: Path, parameters: Mapping[str, str]) -> list[Resource]:
    """Every resource of the template is known with its parameters filled in; a `!Ref` to a resource is its logical id.

    Raises:
        ValueError: the template refers to something that is neither a parameter nor a resource.
    """
    # The loader extends SafeLoader: it builds plain values and the two intrinsics above, never other objects.
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    values = {name: str(spec["Default"]) for name, spec in document.get("Parameters", {}).items() if "Default" in spec}
    values = PSEUDO_PARAMETERS | values | dict(parameters)
    resources = document["Resources"]
    return [
        Resource(logical_id, spec["Type"], _resolved(spec.get("Properties", {}), values, set(resources)))
        for logical_id, spec in resources.items()
    ]


def _resolved(value: Any, parameters: Mapping[str, str], resources: set[str]) -> Any:
    match value:
        case _Sub(text):
            try:
                return _Text(text).substitute(parameters)
            except KeyError as missing:
                raise ValueError(f"!Sub {text!r} names no parameter {missing}") from None
        case _Ref(name) if name in parameters:
            return parameters[name]
        case _Ref(name) if name in resources:
            return name
        case _Ref(name):
            raise ValueError(f"!Ref {name} is neither a parameter nor a resource")
        case dict():
            return {key: _resolved(item, parameters, resources) for key, item in value.items()}
        case list():
            return [_resolved(item, parameters, resources) for item in value]
        case _:
            return value
