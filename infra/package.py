"""The package: the zip of code and the template that CloudFormation deploys."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from zipfile import ZipFile

import typer
import yaml
from chalice.constants import MISSING_DEPENDENCIES_TEMPLATE

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.errors import PolicyInvalid
from chalicelib.domain.rules import Rules
from infra.deployment_zip import DoesNotCompile, finish
from infra.gateway_responses import gateway_responses
from infra.sender_permissions import grant

ROOT = Path(__file__).resolve().parents[1]
# What Chalice reads. Nothing else of the repository can come near the zip.
SOURCES = ("app.py", "requirements.txt", "infra/resources.yaml", ".chalice/*.json", "chalicelib/**/*")
# AWS has a runtime for each of these minors of Python 3 (Lambda developer guide, "Lambda runtimes").
LAMBDA_MINORS = (11, 12, 13, 14)
CHALICE = (sys.executable, "-c", "from chalice.cli import main; raise SystemExit(main())")
ARGUMENTS = (
    *("package", "--stage", "prod", "--pkg-format", "cloudformation", "--template-format", "yaml"),
    *("--merge-template", "infra/resources.yaml", "made"),
)
# Chalice asks for a region and writes none: the template says ${AWS::Region}.
ANY_REGION = "us-east-1"
MISSING = MISSING_DEPENDENCIES_TEMPLATE.strip().partition("\n")[0]


class NotPackaged(Exception):
    """There is no package; the text says what to do."""


@dataclass(frozen=True)
class Package:
    """What a deployment uploads, and the runtime that it was made for."""

    template: Path
    archive: Path
    runtime: str

    def __str__(self) -> str:
        with ZipFile(self.archive) as archive:
            unzipped = sum(entry.file_size for entry in archive.infolist())
        sizes = f"{self.archive.stat().st_size / 1e6:.1f} MB, {unzipped / 1e6:.1f} MB unzipped"
        return f"Packaged for {self.runtime}: {self.archive} ({sizes}) and {self.template}"


def package(out: Path, root: Path = ROOT) -> Package:
    """`template.yaml` and `deployment.zip` stand in `out`, made from the sources as they are now.

    Args:
        out: made if it is not there.
        root: the repository, or something with the same layout.

    Raises:
        NotPackaged: Lambda has no such Python, Chalice failed, a requirement has no wheel that runs in Lambda, or the
            policy has a mistake.
    """
    runtime = lambda_runtime(sys.version_info[:2])
    out.mkdir(parents=True, exist_ok=True)
    made = Package(out / "template.yaml", out / "deployment.zip", runtime)
    with TemporaryDirectory(prefix="ringfence-package-") as folder:
        # In a copy, since Chalice zips whatever lies in chalicelib, and would next time use a zip again that it had
        # only warned about.
        project = Path(folder) / "project"
        _copy(root, project)
        _run_chalice(project)
        try:
            finish(project / "made" / "deployment.zip", project / made.archive.name)
        except DoesNotCompile as reason:
            raise NotPackaged(f"Not Python of this version:\n{reason}") from None
        rules = _rules(project)
        (project / made.template.name).write_text(_finished(project / "made" / "sam.yaml", rules), encoding="utf-8")
        # Both or none, as far as an interrupted run goes.
        for file in (made.archive, made.template):
            shutil.move(project / file.name, file)
    return made


def lambda_runtime(version: Iterable[int]) -> str:
    """The runtime of this Python, e.g. `python3.13`: wheels and bytecode fit one minor only.

    Raises:
        NotPackaged: Lambda has no such runtime.
    """
    major, minor = version
    if major != 3 or minor not in LAMBDA_MINORS:
        known = ", ".join(f"3.{each}" for each in LAMBDA_MINORS)
        raise NotPackaged(f"Lambda has no Python {major}.{minor}. Package with one of {known}: make PYTHON=python3.13")
    return f"python{major}.{minor}"


def missing_wheels(output: str) -> list[str]:
    """The requirements that Chalice's output says it left out, e.g. `cryptography==50.0.2`."""
    _, _, after = output.partition(MISSING)
    listed, _, _ = after.partition("You will have to build these")
    return listed.split()


def _copy(root: Path, project: Path) -> None:
    for pattern in SOURCES:
        for source in root.glob(pattern):
            # Whoever runs the application meanwhile writes bytecode, which may be gone before it is copied.
            if source.is_file() and "__pycache__" not in source.parts:
                copy = project / source.relative_to(root)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)


def _run_chalice(project: Path) -> None:
    done = subprocess.run(
        [*CHALICE, *ARGUMENTS],
        cwd=project,
        env=_environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    output = done.stdout + done.stderr
    if done.returncode != 0:
        raise NotPackaged(f"Chalice could not package the application:\n{output.strip()[-2000:]}")
    if missing := missing_wheels(output):
        raise NotPackaged(f"No wheel that runs in Lambda: {', '.join(missing)}")


def _environment() -> dict[str, str]:
    # The shell's profile, region and settings are none of the package's business; pip's index and proxies are.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTHON", "RINGFENCE_"))}
    return inherited | {
        "AWS_DEFAULT_REGION": ANY_REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # Chalice takes a wheel that was built here for one that runs in Lambda, whatever it was linked against.
        "PIP_ONLY_BINARY": ":all:",
    }


def _rules(project: Path) -> Rules:
    try:
        return read_policy(project / "chalicelib" / "policy").rules
    except PolicyInvalid as mistake:
        raise NotPackaged(str(mistake)) from None


class _Plain(yaml.SafeDumper):
    """Writes out what stands in several places: CloudFormation has no aliases (user guide, "Template formats")."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _finished(template: Path, rules: Rules) -> str:
    document = yaml.safe_load(template.read_text(encoding="utf-8"))
    grant(document["Resources"], rules.senders, looks_up=rules.freshness.lookup_days > 0)
    document["Resources"]["RestAPI"]["Properties"]["GatewayResponses"] = gateway_responses()
    text: str = yaml.dump(document, Dumper=_Plain, allow_unicode=True)
    return text


def main(out: Annotated[Path, typer.Argument(help="The folder for template.yaml and deployment.zip.")]) -> None:
    """Package the application for Lambda."""
    try:
        typer.echo(package(out))
    except NotPackaged as reason:
        typer.echo(str(reason), err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
