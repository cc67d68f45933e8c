"""The page says the same in each of its languages."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.caller import ROLES
from chalicelib.domain.errors import FieldInvalid
from chalicelib.domain.session import ACTS, BY_WALLET
from chalicelib.domain.word import WORDS
from chalicelib.domain.wording import CODE_TEXTS
from chalicelib.entrypoints.api.problems import PROBLEMS
from chalicelib.entrypoints.web.words import FOLDER
from tests.fakes import POLICY_FOLDER

FILES = sorted(FOLDER.glob("*.toml"))
POLICY = read_policy(POLICY_FOLDER)
HAN = re.compile(r"[\u4e00-\u9fff]")


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def texts(found: Any, path: str = "") -> dict[str, str]:
    """Every text by its place."""
    if isinstance(found, str):
        return {path: found}
    members = found.items() if isinstance(found, dict) else enumerate(found)
    return {place: text for name, each in members for place, text in texts(each, f"{path}.{name}").items()}


ENGLISH = texts(read(FOLDER / "en.toml"))


def test_each_locale_of_the_notices_has_its_words() -> None:
    assert {path.stem for path in FILES} >= set(POLICY.rules.locales)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_same_is_said_with_the_same_placeholders(path: Path) -> None:
    own = texts(read(path))
    assert own.keys() == ENGLISH.keys()
    for place, text in own.items():
        assert set(re.findall(r"\{[a-z]*\}", text)) == set(re.findall(r"\{[a-z]*\}", ENGLISH[place])), place


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_only_what_separates_may_be_empty(path: Path) -> None:
    empty = {place for place, text in texts(read(path)).items() if not text}
    assert empty <= {".form.sentence_gap", ".form.region"}


def test_chinese_is_set_as_chinese() -> None:
    for place, text in texts(read(FOLDER / "zh-CN.toml")).items():
        if HAN.search(text):
            assert re.search(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]", text) is None, f"{place}: {text}"


def test_the_english_file_has_no_chinese_and_the_other_way_round() -> None:
    assert not any(HAN.search(text) for text in ENGLISH.values())
    chinese = texts(read(FOLDER / "zh-CN.toml"))
    same = {place for place, text in chinese.items() if text == ENGLISH[place]}
    assert same <= {".history.by"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_whatever_can_happen_has_words(path: Path) -> None:
    words = read(path)
    kinds: tuple[type[FieldInvalid], ...] = (FieldInvalid, *FieldInvalid.__subclasses__())
    for kind in kinds:
        assert PROBLEMS[kind].slug in words["number"]["wrong"]
    channels = {channel for purpose in POLICY.rules.purposes.values() for channel in purpose.channels}
    assert channels <= words["channel"].keys()
    assert ACTS.keys() == {name[3:] for name in words["choices"] if name.startswith("by_")}
    assert {*WORDS, "essential", "until"} == words["choices"]["word"].keys()
    assert {"customer", "guardian", "officer", "system"} == words["history"]["actor"].keys()
    assert {"given", "refused", "withdrawn", "expired"} <= words["history"].keys()
    # As the strongroom writes them down.
    assert {"message", "reveal", "code", "word", "retag"} == words["access_log"]["action"].keys()
    assert channels == words["access_log"]["question"].keys()
    assert {*ROLES, "system"} == words["access_log"]["role"].keys()
    assert {*CODE_TEXTS, "key_rotation"} == words["access_log"]["code"].keys()
    assert {"history", "access_log"} <= BY_WALLET
    known = {problem.slug for problem in PROBLEMS.values()} | {"form-refused", "other"}
    assert set(words["sorry"]["why"]) <= known
