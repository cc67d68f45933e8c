"""Reads the policy folder, and refuses it as a whole if anything in it is wrong."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

from chalicelib.adapters.structure import from_plain
from chalicelib.domain.errors import PolicyInvalid
from chalicelib.domain.mistake import Mistake
from chalicelib.domain.policy import Policy
from chalicelib.domain.rules import Rules
from chalicelib.domain.wording import Notice, Texts

NOTICE_NAME = re.compile(r"(?P<purpose>[a-z_]+)\.v(?P<version>[1-9][0-9]*)\.md")
# RFC 5646 2.1: language, script and region, as they are conventionally written.
MESSAGES_NAME = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?\.toml")
FENCE = "+++\n"


def read_policy(folder: Path) -> Policy:
    """The policy that the folder holds: policy.toml, notices/<locale>/<purpose>.v<N>.md, messages/<locale>.toml.

    policy.toml names the locales of the notices. An SMS is written in every locale that messages/ has a file for.

    Raises:
        PolicyInvalid: the message names the file, the line and the reason.
    """
    rules = _structured(Rules, folder / "policy.toml")
    texts = dict(_texts(path) for path in sorted((folder / "messages").glob("*")))
    notices = [
        _notice(path, locale) for locale in rules.locales for path in sorted((folder / "notices" / locale).glob("*"))
    ]
    by_key = {(notice.purpose, notice.version, notice.locale): notice for notice in notices}
    try:
        return Policy(rules, by_key, texts)
    except Mistake as mistake:
        path, own = _file_of(folder, mistake)
        raise _invalid(path, _text(path), own) from None


def _file_of(folder: Path, mistake: Mistake) -> tuple[Path, Mistake]:
    """The file that a mistake of the whole policy stands in, and the mistake as that file's own."""
    match mistake.path:
        case ("messages", locale, *path):
            return folder / "messages" / f"{locale}.toml", Mistake(tuple(path), mistake.reason)
    return folder / "policy.toml", mistake


def _texts(path: Path) -> tuple[str, Texts]:
    if MESSAGES_NAME.fullmatch(path.name) is None:
        raise PolicyInvalid(f"messages/{path.name}: a locale's file is named <locale>.toml, like en.toml or zh-CN.toml")
    return path.stem, _structured(Texts, path)


def _structured(kind: Any, path: Path) -> Any:
    text = _text(path)
    try:
        return from_plain(kind, tomllib.loads(text), strict=True)
    except tomllib.TOMLDecodeError as failure:
        raise PolicyInvalid(f"{path.name}: {failure}") from None
    except Mistake as mistake:
        raise _invalid(path, text, mistake) from None


def _notice(path: Path, locale: str) -> Notice:
    name = NOTICE_NAME.fullmatch(path.name)
    if name is None:
        raise PolicyInvalid(f"{locale}/{path.name}: a notice's file is named <purpose>.v<N>.md")
    head, fence, text = _text(path).removeprefix(FENCE).partition(FENCE)
    if not fence or not text.strip():
        raise PolicyInvalid(f"{locale}/{path.name}: line 1: must be front matter between +++ lines, then the text")
    identity = {"purpose": name["purpose"], "version": int(name["version"]), "locale": locale}
    body = {"text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    try:
        notice: Notice = from_plain(Notice, tomllib.loads("\n" + head) | identity | body, strict=True)
        return notice
    except tomllib.TOMLDecodeError as failure:
        raise PolicyInvalid(f"{locale}/{path.name}: {failure}") from None
    except Mistake as mistake:
        raise _invalid(path, FENCE + head, mistake) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise PolicyInvalid(f"{path.parent.name}/{path.name}: cannot be read") from None
    except UnicodeDecodeError:
        raise PolicyInvalid(f"{path.parent.name}/{path.name}: is not UTF-8") from None


def _invalid(path: Path, text: str, mistake: Mistake) -> PolicyInvalid:
    return PolicyInvalid(f"{path.name}: line {_line(text, mistake.path)}: {mistake}")


def _line(text: str, path: tuple[str, ...]) -> int:
    """The line where the innermost named part of the path stands: its key, or the table that should hold it."""
    lines = text.splitlines()
    found = 0
    for depth, part in enumerate(path, start=1):
        names = [name for name in path[:depth] if not name.isdecimal()]
        table = re.compile(rf"\s*\[+\s*{re.escape('.'.join(names))}\s*(\]|\.)")
        key = re.compile(rf"\s*{re.escape(part)}\s*=")
        # A position in a list of tables: that many headers on, the first of them being found already.
        wanted = int(part) - 1 if part.isdecimal() else 1
        start = found + 1 if part.isdecimal() else found
        tables = [n for n in range(start, len(lines)) if table.match(lines[n])]
        end = next((n for n in range(found + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
        matches = tables or [n for n in range(start, end) if key.match(lines[n])]
        found = matches[wanted - 1] if 0 < wanted <= len(matches) else found
    return found + 1
