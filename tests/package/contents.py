"""What may be in a deployment zip, and what is wrong with one. Written apart from the module that makes it."""

import importlib.util
import marshal
import re
import struct
import sys
from collections.abc import Iterator
from types import CodeType
from zipfile import ZipFile

PYTHON = sys.version_info[:2]
# The inventory. A dependency more or less is a decision: its reason and size stand in the commit.
OURS = {"app.py", "chalicelib", "chalice"}
LIBRARIES = {
    "annotated_types",
    "aws_lambda_powertools",
    "cffi",
    "cryptography",
    "jinja2",
    "jmespath",
    "jwt",
    "markdown_it",
    "markupsafe",
    "mdurl",
    "phonenumbers",
    "pycparser",
    "pydantic",
    "pydantic_core",
    "pyotp",
    "typing_extensions.py",
    "typing_inspection",
    "tzdata",
}
# All of Chalice that a function needs, and that Chalice packs by itself.
CHALICE = {"chalice/app.py", "chalice/__init__.py"}
STRANGE = re.compile(
    r"""
      (.*/)? (tests? | bin | pip | setuptools | infra | bench | \.[^/]+) /.*
    | .*\.(pyi | pyx | pxd | c | h | typed | lock | egg)
    | .*\.dist-info/(RECORD | WHEEL | INSTALLER | entry_points\.txt | top_level\.txt)
    """,
    re.VERBOSE,
)
# PEP 552: hash-based, and not to be checked against the source.
UNCHECKED_HASH = 0b01
ELF_64_LITTLE = b"\x7fELF\x02\x01"
X86_64 = 62


def top_levels(archive: ZipFile) -> set[str]:
    """The names that can be imported from the zip; bytecode and metadata go with what they are of."""
    tops = {name.partition("/")[0] for name in archive.namelist()}
    binaries = {top for top in tops if top.endswith(".so")}
    return {top for top in tops - binaries if not top.endswith(".dist-info")} - {"__pycache__"}


def strangers(archive: ZipFile) -> set[str]:
    """Files that no function needs."""
    names = {name for name in archive.namelist() if "__pycache__" not in name}
    chalice = {name for name in names if name.startswith("chalice/")} - CHALICE
    return chalice | {name for name in names if STRANGE.fullmatch(name)}


def wrong_bytecode(archive: ZipFile) -> set[str]:
    """Sources that Lambda would compile at each cold start or run in an older form, and bytecode of no source."""
    names = set(archive.namelist())
    sources = {name for name in names if name.endswith(".py")}
    wrong = {name for name in sources if not _is_compiled(archive, name, names)}
    return wrong | ({name for name in names if name.endswith(".pyc")} - {_bytecode_of(name) for name in sources})


def named_places(archive: ZipFile) -> dict[str, str]:
    """Where each piece of bytecode says it comes from, if that is not its own source in the zip."""
    elsewhere = {}
    names = set(archive.namelist())
    for name in names:
        if name.endswith(".py") and _bytecode_of(name) in names:
            code = marshal.loads(archive.read(_bytecode_of(name))[16:])
            places = {it.co_filename for it in _with_inner(code)} - {name}
            if places:
                elsewhere[name] = ", ".join(sorted(places))
    return elsewhere


def wrong_binaries(archive: ZipFile) -> set[str]:
    """Extension modules that this Python on Lambda's x86_64 cannot load."""
    tag = re.compile(rf".*\.(cpython-{PYTHON[0]}{PYTHON[1]}-x86_64-linux-gnu|abi3)\.so")
    wrong = set()
    for name in archive.namelist():
        if re.search(r"\.(so(\.\d+)*|dylib|pyd|dll)$", name):
            header = archive.read(name)[:20]
            [machine] = struct.unpack_from("<H", header, 18) if len(header) == 20 else [0]
            if not (tag.fullmatch(name) and header.startswith(ELF_64_LITTLE) and machine == X86_64):
                wrong.add(name)
    return wrong


def _bytecode_of(source: str) -> str:
    return importlib.util.cache_from_source(source)


def _is_compiled(archive: ZipFile, source: str, names: set[str]) -> bool:
    if _bytecode_of(source) not in names:
        return False
    bytecode = archive.read(_bytecode_of(source))
    [flags] = struct.unpack_from("<I", bytecode, 4)
    return (
        bytecode[:4] == importlib.util.MAGIC_NUMBER
        and flags == UNCHECKED_HASH
        and bytecode[8:16] == importlib.util.source_hash(archive.read(source))
    )


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)
