"""A policy folder is refused as a whole if anything in it is wrong, and the refusal says where and why."""

import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.errors import PolicyInvalid
from chalicelib.domain.policy import Policy
from chalicelib.settings import PACKAGED_POLICY

RULES = "policy.toml"
ENGLISH = "messages/en.toml"
CHINESE = "messages/zh-CN.toml"
NOTICE = "notices/en/marketing.v1.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACKAGED_POLICY, tmp_path / "policy"))


def refusal(folder: Path) -> str:
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(folder)
    return str(caught.value)


@dataclass(frozen=True)
class Change:
    """One line of a file is written anew.

    Attributes:
        table: the header that it stands under, with `#2` for the second table so called; empty at the top.
        name: the setting; empty for the header itself.
        new: what stands there instead.
        reason: words that the refusal must have.
    """

    file: str
    table: str
    name: str
    new: str
    reason: str

    def apply(self, folder: Path) -> range:
        """The file is changed; returns the lines that may be named: of the change, or of its table."""
        header, lines, number = self._find(folder)
        lines[number - 1] = self.new
        (folder / self.file).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return range(header or number, number + self.new.count("\n") + 1)

    def _find(self, folder: Path) -> tuple[int, list[str], int]:
        lines = (folder / self.file).read_text(encoding="utf-8").splitlines()
        seen: Counter[str] = Counter()
        table, header = "", 0
        for number, line in enumerate(lines, start=1):
            if line.startswith("["):
                name = line.split("]")[0].strip("[")
                seen[name] += 1
                table, header = name if seen[name] == 1 else f"{name}#{seen[name]}", number
            is_named = line.startswith(f"{self.name} = ") if self.name else number == header
            if table == self.table and is_named:
                return header, lines, number
        raise AssertionError(f"{self.file} has no {self.table} {self.name}")


def test_the_packaged_policy_is_good(folder: Path) -> None:
    assert read_policy(folder).rules == read_policy(PACKAGED_POLICY).rules


def rule(table: str, name: str, value: str, reason: str) -> Change:
    return Change(RULES, table, name, f"{name} = {value}", reason)


def sms(table: str, name: str, value: str, reason: str) -> Change:
    return Change(ENGLISH, table, name, f"{name} = {value}", reason)


def notice(name: str, new: str, reason: str) -> Change:
    return Change(NOTICE, "", name, new, reason)


CHANGES = [
    rule("", "default_locale", "1", "must be a text"),
    rule("", "default_locale", '"fr"', "must be one of locales"),
    rule("", "default_locale", '"en', "policy.toml"),
    Change(RULES, "", "default_locale", 'default_local = "en"', "default_local: is not known here"),
    rule("", "locales", '"en"', "must be a list"),
    rule("", "locales", "[1]", "must be a text"),
    rule("controller", "name", "true", "must be a text"),
    rule("controller", "name", "2026-11-21T00:00:00Z", "must be a text"),
    rule("controller", "name", '"Example Wallet Inc"', "1 to 16 printable characters"),
    rule("controller", "email", '"wallet.example"', "e-mail address"),
    rule("processing", "storage_locations", '["EU"]', "ISO 3166-1"),
    rule("processing", "preferences_url", '"http://wallet.example/"', "https address"),
    rule("processing.recipients.aws", "address", '""', "one line of text"),
    rule("purposes.marketing", "dpv", '"dpv:Marketting"', "Data Privacy Vocabulary"),
    rule("numbers", "refused_line_types", '["landline"]', "knows no landline"),
    rule("numbers", "refused_regions", '["cn"]', "ISO 3166-1"),
    # Not a region: nothing would ever be refused for it.
    rule("numbers", "refused_regions", '["UK"]', "refused_regions"),
    rule("verification", "code_lifetime_seconds", "601", "must be 60 to 600"),
    rule("verification", "code_lifetime_seconds", "59", "must be 60 to 600"),
    rule("verification", "code_lifetime_seconds", '"600"', "must be a whole number"),
    rule("verification", "code_lifetime_seconds", "600.0", "must be a whole number"),
    rule("verification", "code_lifetime_seconds", "true", "must be a whole number"),
    rule("verification", "attempts", "6", "must be 1 to 5"),
    rule("verification", "attempts", "0", "must be 1 to 5"),
    rule("verification", "attempts", "-1", "must be 1 to 5"),
    rule("verification", "sends", "11", "must be 1 to 10"),
    rule("verification", "resend_after_seconds", "[30]", "one wait"),
    rule("verification", "resend_after_seconds", "[0, 1, 1, 1]", "above 0"),
    rule("verification", "resend_after_seconds", '["30"]', "whole number"),
    rule("verification", "proof_lifetime_seconds", "0", "above 0"),
    rule("verification", "webotp_host", '"https://wallet.example"', "host name"),
    rule("verification", "webotp_host", '""', "host name"),
    rule("verification", "webotp_host", '"accounts.a-wallet.example"', "at most 24 characters"),
    rule("verification", "android_app_hashes", '"FA+9qCX9VSu"', "must be a list"),
    rule("verification", "android_app_hashes", '["FA+9qCX9VSu="]', "11 characters of base64"),
    rule("throttles.ip", "limit", "0", "limit of 1 to"),
    rule("throttles.ip", "limit", "1001", "limit of 1 to"),
    rule("throttles.ip", "window_seconds", "604801", "window of 1 second to 7 days"),
    rule("throttles.ip", "window_seconds", '"300"', "whole number"),
    rule("throttles.number", "limit", "0", "limit of 1 to"),
    rule("throttles.number#2", "limit", "0", "limit of 1 to"),
    rule("throttles.number#2", "window_seconds", '"86400"', "whole number"),
    Change(RULES, "throttles.ip", "", "[[throttles.ipv4]]", "throttles.ipv4: is not known here"),
    rule("sms", "sender_id", '"Ringfence Ltd"', "1 to 11 letters"),
    rule("sms", "sender_id", '"12345"', "at least one letter"),
    rule("sms", "max_price_usd", "0.5", "must be a text"),
    rule("sms", "max_price_usd", '"free"', "0.50"),
    rule("contact", "token_lifetime_seconds", "901", "1 to 900"),
    rule("contact", "token_lifetime_seconds", "300\nsurprise = 1", "surprise: is not known"),
    rule("contact", "token_lifetime_seconds", "300\ntoken_lifetime_seconds = 300", "policy.toml"),
    rule("retention", "unverified_number_seconds", "60", "1 hour to 7 days"),
    rule("retention", "finished_verification_seconds", "604801", "1 hour to 7 days"),
    rule("retention", "lapsed_basis_days", "-1", "0 to 3650"),
    rule("retention", "ledger_days", "36501", "0 to 36500"),
    Change(RULES, "purposes.order_notice", "", "[purposes.Order]", "lower_snake_case"),
    rule("purposes.order_notice", "basis", '"interest"', "must be one of contract, consent"),
    rule("purposes.order_notice", "basis", '"contract"', "must be true for a contract"),
    rule("purposes.account_security", "essential", "false", "must be true for a contract"),
    rule("purposes.order_notice", "channels", "[]", "must be some of"),
    rule("purposes.order_notice", "channels", '["fax"]', "must be some of"),
    rule("purposes.order_notice", "notice_version", "0", "1 or more"),
    rule("purposes.order_notice", "notice_version", "99", "needs notices/en/order_notice.v"),
    sms("codes", "signup", "7", "must be a text"),
    sms("codes", "signup", '"Hello"', "must contain {code}"),
    Change(ENGLISH, "codes", "signup", 'sign_up = "{code}"', "codes"),
    sms("codes", "signup", '"{code} {phone_number}"', "knows no placeholder phone_number"),
    sms("codes", "signup", '"{code} {"', "codes.signup"),
    sms("codes", "signup", '"{code} }"', "codes.signup"),
    sms("codes", "signup", '"{code} {}"', "codes.signup"),
    sms("codes", "signup", '"{code} {company!x}"', "codes.signup"),
    sms("codes", "signup", '"{code} {company:d}"', "codes.signup"),
    sms("codes", "signup", '"{code} {code.__class__}"', "codes.signup"),
    sms("codes", "preferences", f'"{{code}} {"x" * 142}"', "must be at most 140 octets with an app's hash"),
    sms("codes", "signup", '"{code} is your {company} código. Valid for {minutes} min. Never share it."', "in UCS-2"),
    Change(CHINESE, "codes", "step_up", f'step_up = "{{code}}{"长" * 53}"', "is 142 in UCS-2"),
    Change(CHINESE, "contact.marketing", "offer", 'offer = "{company}"', "same placeholders as in messages/en.toml"),
    Change(CHINESE, "contact.marketing", "offer", "", "must be there"),
    sms("contact.marketing", "offer", '"{company"', "contact.marketing.offer"),
    sms("contact.marketing", "offer", '"{} {company}"', "contact.marketing.offer"),
    sms("contact.marketing", "offer", '"{company.__class__}"', "contact.marketing.offer"),
    sms("contact.marketing", "offer", '"{company:d}"', "contact.marketing.offer"),
    Change(ENGLISH, "contact.marketing", "", "[contact.marketting]", "marketting"),
    sms("", "opt_out", "7", "must be a text"),
    sms("", "opt_out", '"Reply STOP to opt out"', "must be one line with {word}"),
    sms("", "opt_out", '"Reply {word} {to} opt out"', "no other braces"),
    sms("contact.marketing", "new_feature", '"{company}: {feature_name}. Reply STOP to opt out"', "by itself"),
    Change(CHINESE, "contact.marketing", "new_feature", 'new_feature = "{company}{feature_name}拒收请回复R"', "itself"),
    rule("countries.CN", "opt_out_word", '""', "must be one word"),
    rule("countries.CN", "opt_out_word", '"HALT"', "countries.CN.opt_out_word: must be a word to stop with"),
    sms("replies", "stop", '["STOP", "R"]', "replies.stop: must hold no word of one letter"),
    sms("replies", "stopped", '"{company}: {url}"', "replies.stopped: must have no braces but those of company"),
    rule("sms", "opt_out_regions", '["Ireland"]', "must hold regions of AWS"),
    notice("material", "materiel = true", "materiel: is not known here"),
    notice("material", "material = 1", "must be true or false"),
    notice("title", "title = 1", "must be a text"),
    notice("title", "title == 1", "marketing.v1.md"),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda it: f"{it.table}.{it.name}: {it.new}".replace("\n", " "))
def test_a_wrong_file_names_itself_the_line_and_the_reason(folder: Path, change: Change) -> None:
    lines = change.apply(folder)
    said = refusal(folder)
    assert Path(change.file).name in said
    assert change.reason in said
    named = re.search(r"line (\d+)", said)
    assert named is not None, said
    assert int(named[1]) in lines, said


def without(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


def containing(file: str, content: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / file).write_bytes(content)

    return write


def without_way_out(folder: Path) -> None:
    text = (folder / CHINESE).read_text(encoding="utf-8")
    (folder / CHINESE).write_text(re.sub("^opt_out = .*\n", "", text, flags=re.MULTILINE), encoding="utf-8")


def doubled(folder: Path) -> None:
    shutil.copy(folder / NOTICE, (folder / NOTICE).with_name("marketing.v01.md"))


BROKEN: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "no policy": (without(RULES), ("policy.toml", "cannot be read")),
    "no messages": (without(ENGLISH), ("policy.toml: line ", "needs messages/en.toml")),
    "a stranger among the messages": (containing("messages/README", b"x"), ("messages/README", "is named")),
    "messages of no locale": (containing("messages/zh_CN.toml", b""), ("messages/zh_CN.toml", "is named")),
    "empty messages": (containing("messages/fr.toml", b""), ("fr.toml", "codes: is missing")),
    "advertising without a way out": (without_way_out, ("zh-CN.toml: line 1", "opt_out: is missing", "Order 31")),
    "no notice": (without(NOTICE), ("notices/en/marketing.v1.md",)),
    "no notice in the other language": (without("notices/zh-CN/marketing.v1.md"), ("notices/zh-CN/marketing.v1.md",)),
    "empty policy": (containing(RULES, b""), ("policy.toml", "is missing")),
    "empty notice": (containing(NOTICE, b""), ("marketing.v1.md", "front matter")),
    "notice without a text": (containing(NOTICE, b"+++\ntitle = 'x'\n+++\n \n"), ("marketing.v1.md",)),
    "a stranger among the notices": (containing("notices/en/README", b"x"), ("README", "is named")),
    "a notice of no purpose": (containing("notices/en/marketting.v1.md", b""), ("marketting.v1.md",)),
    "a version that is no number": (doubled, ("marketing.v01.md", "is named")),
    "a folder for a file": (lambda folder: (folder / "notices/en/x.v1.md").mkdir(), ("x.v1.md", "cannot be read")),
    "policy not UTF-8": (containing(RULES, b'default_locale = "\xff"\n'), ("policy.toml", "UTF-8")),
    "messages not UTF-8": (containing(ENGLISH, b"\xff\xfe"), ("en.toml", "UTF-8")),
    "notice not UTF-8": (containing(NOTICE, b"+++\n\xff\n+++\nx"), ("marketing.v1.md", "UTF-8")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_is_refused_by_name(folder: Path, name: str) -> None:
    damage, words = BROKEN[name]
    damage(folder)
    said = refusal(folder)
    assert all(word in said for word in words), said


@pytest.mark.parametrize("file", [RULES, ENGLISH])
def test_every_missing_line_is_missed(folder: Path, file: str) -> None:
    """Nothing in these files is there for nothing: without any one setting the folder is refused, or means less."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines(keepends=True)
    whole = read_policy(folder)
    for number, line in enumerate(lines):
        if not re.match(r"\s*[a-z_]+ = ", line):
            continue
        (folder / file).write_text("".join([*lines[:number], *lines[number + 1 :]]), encoding="utf-8")
        said, changed = _outcome(folder)
        if changed is None:
            # Or the file of the other language, which has it still.
            assert any(name in said for name in (Path(file).name, "messages/")), line
        else:
            assert (changed.rules, changed.texts) != (whole.rules, whole.texts), line


def _outcome(folder: Path) -> tuple[str, Policy | None]:
    try:
        return "", read_policy(folder)
    except PolicyInvalid as refused:
        return str(refused), None


@pytest.mark.parametrize("locale", ["fr", "sr-Latn", "es-419", "zh-Hant-HK"])
def test_a_new_locale_of_the_sms_is_one_file(folder: Path, locale: str) -> None:
    shutil.copy(folder / ENGLISH, folder / f"messages/{locale}.toml")
    policy = read_policy(folder)
    assert policy.sms_locale(locale) == locale
    assert policy.notice_locale(locale) in policy.rules.locales


def test_a_locale_of_the_sms_may_go(folder: Path) -> None:
    (folder / CHINESE).unlink()
    policy = read_policy(folder)
    assert (policy.sms_locale("zh-CN"), policy.notice_locale("zh-CN")) == ("zh-TW", "zh-CN")


def test_a_notice_is_identified_by_its_exact_text(folder: Path) -> None:
    first = read_policy(folder).notice("marketing", 1, "en")
    file = folder / NOTICE
    file.write_text(file.read_text(encoding="utf-8") + " ", encoding="utf-8")
    second = read_policy(folder).notice("marketing", 1, "en")
    assert first is not None
    assert second is not None
    assert first.sha256 != second.sha256
