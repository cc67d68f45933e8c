"""The template is read as CloudFormation reads it."""

from pathlib import Path

import pytest

from infra.local.template import read_template

TEXT = """
Parameters:
  Name: { Type: String, Default: ringfence }
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties: { Description: !Sub "${Name} key" }
  Alias:
    Type: AWS::KMS::Alias
    Properties: { AliasName: !Sub "alias/${Name}-x", TargetKeyId: !Ref Key, Names: [!Ref Name] }
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "data.yaml"
    path.write_text(text)
    return path


def test_intrinsics_are_resolved(tmp_path: Path) -> None:
    key, alias = read_template(write(tmp_path, TEXT), {"Name": "other"})
    assert key.properties == {"Description": "other key"}
    assert alias.properties == {"AliasName": "alias/other-x", "TargetKeyId": "Key", "Names": ["other"]}


def test_a_parameter_has_its_default(tmp_path: Path) -> None:
    key, _ = read_template(write(tmp_path, TEXT), {})
    assert key.properties == {"Description": "ringfence key"}


@pytest.mark.parametrize("mistake", ['!Sub "${Nane} key"', "!Ref Nane"])
def test_a_reference_to_nothing_is_refused(tmp_path: Path, mistake: str) -> None:
    with pytest.raises(ValueError, match="Nane"):
        read_template(write(tmp_path, TEXT.replace('!Sub "${Name} key"', mistake)), {})
