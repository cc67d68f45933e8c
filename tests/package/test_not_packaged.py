"""Nothing is packaged that would fail in Lambda."""

from pathlib import Path
from shutil import copytree
from zipfile import ZipFile

import pytest
import typer
from chalice.constants import MISSING_DEPENDENCIES_TEMPLATE

from chalicelib.settings import PACKAGED_POLICY
from infra.package import NotPackaged, lambda_runtime, main, missing_wheels, package

# Needs a newer C library than any of Lambda's runtimes has.
TOO_NEW = "nowheel-1.0-py3-none-manylinux_2_35_x86_64.whl"
APP = """
from chalice.app import Chalice

app = Chalice("tiny")


@app.route("/")
def index(): ...
"""


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (2, 7), (4, 11)])
def test_a_python_that_lambda_does_not_have_is_refused(version: tuple[int, int]) -> None:
    with pytest.raises(NotPackaged, match=r"3\.11, 3\.12, 3\.13, 3\.14"):
        lambda_runtime(version)


def test_the_runtime_is_named_after_the_python() -> None:
    assert [lambda_runtime((3, minor)) for minor in (11, 14)] == ["python3.11", "python3.14"]


def test_what_chalice_only_warns_about_is_read() -> None:
    warning = "Creating deployment package.\n" + MISSING_DEPENDENCIES_TEMPLATE % "cryptography==50.0.2\ncffi==2.1.1"
    assert missing_wheels(warning) == ["cryptography==50.0.2", "cffi==2.1.1"]
    assert missing_wheels("Creating deployment package.\n") == []


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose one requirement has no wheel for Lambda, and an index of wheels that holds only that."""
    root, wheels = tmp_path / "project", tmp_path / "wheels"
    for folder in (root / ".chalice", root / "infra", wheels):
        folder.mkdir(parents=True)
    (root / ".chalice/config.json").write_text('{"version": "2.0", "app_name": "tiny", "stages": {"prod": {}}}')
    (root / "infra/resources.yaml").write_text("Description: Tiny\n")
    (root / "requirements.txt").write_text("nowheel==1.0\n")
    copytree(PACKAGED_POLICY, root / "chalicelib" / "policy")
    (root / "app.py").write_text(
        "from chalice.app import Chalice\napp = Chalice('tiny')\n@app.route('/')\ndef index(): ...\n"
    )
    with ZipFile(wheels / TOO_NEW, "w") as wheel:
        wheel.writestr("nowheel-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: nowheel\nVersion: 1.0\n")
        wheel.writestr("nowheel-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n")
        wheel.writestr("nowheel-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return root


def test_a_missing_wheel_stops_the_package(project: Path, tmp_path: Path) -> None:
    with pytest.raises(NotPackaged, match="nowheel"):
        package(tmp_path / "out", project)
    assert not list((tmp_path / "out").iterdir())


def test_a_failure_of_chalice_stops_the_package(project: Path, tmp_path: Path) -> None:
    (project / "app.py").write_text("import nowhere\n")
    with pytest.raises(NotPackaged, match="nowhere"):
        package(tmp_path / "out", project)


def test_a_policy_with_a_mistake_is_not_packaged(project: Path, tmp_path: Path) -> None:
    (project / "requirements.txt").write_text("")
    policy = project / "chalicelib/policy/policy.toml"
    policy.write_text(policy.read_text().replace('mode = "enforce"', 'mode = "perhaps"'))
    with pytest.raises(NotPackaged, match=r"policy\.toml.*mode"):
        package(tmp_path / "out", project)
    assert not list((tmp_path / "out").iterdir())


def test_the_shell_s_aws_settings_do_not_matter(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody-else")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "mars-north-1")
    (project / "requirements.txt").write_text("")
    made = package(tmp_path / "out", project)
    assert "mars" not in made.template.read_text()


def test_the_command_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("infra.package.LAMBDA_MINORS", ())
    with pytest.raises(typer.Exit) as ended:
        main(tmp_path / "out")
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err.startswith("Lambda has no Python 3.")
