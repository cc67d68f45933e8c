"""The zip that Lambda unpacks: what belongs in it, with bytecode, and the same bytes for the same sources."""

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

LEFT_OUT = re.compile(
    r"""
      (.*/)? (__pycache__ | tests? | bin) /.*     # bytecode of another machine, and what no function runs
    | [^/]+\.data/.*                              # scripts of a wheel
    | .*\.(pyc | pyi | pyx | pxd | c | h)         # what type checkers and compilers read
    | (.*/)? py\.typed
    | [^/]+\.dist-info/ (?! METADATA$ | (licenses/)? (LICEN[CS]E | NOTICE | COPYING | AUTHORS) ).*
    | phonenumbers/(geodata | carrierdata)/.*     # 20 MB: names of places and carriers, decision 0007
    """,
    re.VERBOSE,
)
# The earliest instant that a zip can hold: no file's own time makes two packages differ.
NO_TIME = (1980, 1, 1, 0, 0, 0)
READABLE_FILE = 0o100644
# Without site-packages and without the folder it works in: what is being compiled must not be imported.
COMPILEALL = (sys.executable, "-s", "-S", "-P", "-W", "ignore", "-m", "compileall", "-q")


class DoesNotCompile(Exception):
    """A file in the zip is not Python of this version; the text says which."""


def belongs(name: str) -> bool:
    """True if a function may need this file of the zip."""
    return not name.endswith("/") and LEFT_OUT.fullmatch(name) is None


def finish(packaged: Path, finished: Path) -> None:
    """The finished zip holds what belongs, bytecode for this Python included.

    Raises:
        DoesNotCompile: a source is not Python of this version.

    Source: Lambda developer guide, "Deploying Python Lambda functions with .zip file archives": files readable by all.
    """
    with TemporaryDirectory(prefix="ringfence-zip-") as folder:
        with ZipFile(packaged) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if belongs(name)])
        _compile(folder)
        with ZipFile(finished, "w", ZIP_DEFLATED) as archive:
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file():
                    entry = ZipInfo(path.relative_to(folder).as_posix(), NO_TIME)
                    entry.compress_type = ZIP_DEFLATED
                    entry.external_attr = READABLE_FILE << 16
                    archive.writestr(entry, path.read_bytes())


def _compile(folder: str) -> None:
    # Unchecked: a zip keeps no times to compare with, and /var/task is read-only, so what does not match is
    # compiled anew at each cold start. Without `folder` in it: a traceback shows where the file lies in Lambda.
    # In a fresh process: which strings of bytecode are marked as shared depends on what else has been loaded.
    done = subprocess.run(
        [*COMPILEALL, "--invalidation-mode", "unchecked-hash", "-s", folder, folder],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DoesNotCompile((done.stdout + done.stderr).strip()[-2000:])
