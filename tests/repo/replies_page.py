"""Writes the words into docs/replies.md: `python -m tests.repo.replies_page`."""

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.policy import Policy
from chalicelib.domain.sms_parts import sms_parts
from chalicelib.domain.sms_text import reply_text
from chalicelib.settings import PACKAGED_POLICY
from tests.repo.sources import ROOT

PAGE = ROOT / "docs/replies.md"
BEGIN = "<!-- the words: python -m tests.repo.replies_page -->\n"
END = "<!-- until here -->\n"


def page(old: str, policy: Policy) -> str:
    """The page with this policy's words."""
    before, begun, rest = old.partition(BEGIN)
    _, ended, after = rest.partition(END)
    assert begun
    assert ended
    return before + BEGIN + table(policy) + END + after


def table(policy: Policy) -> str:
    """A row for each locale: its words, and how many parts its answers have."""
    heads = ("stops, anywhere", "stops, anywhere in a short SMS", "stops, alone", "starts, alone", "courtesy", "parts")
    rows = [f"| locale | {' | '.join(heads)} |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for locale, texts in sorted(policy.texts.items()):
        assert texts.replies is not None
        told = texts.replies
        lists = (told.stop_always, told.stop, told.stop_alone, told.start, told.courtesy)
        words = (", ".join(each) for each in lists)
        parts = [str(sms_parts(reply_text(policy, locale, heard))) for heard in ("stop", "start")]
        rows.append(f"| {locale} | {' | '.join(words)} | {', '.join(parts)} |")
    return "\n".join([*rows, ""])


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), read_policy(PACKAGED_POLICY)), encoding="utf-8")
