"""docs/replies.md has the words that are heard."""

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.reply import meaning
from chalicelib.settings import PACKAGED_POLICY
from tests.repo.replies_page import PAGE, page

POLICY = read_policy(PACKAGED_POLICY)


def test_the_page_has_the_policy_s_words() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text, POLICY) == text, "run: python -m tests.repo.replies_page"


def test_every_word_of_the_page_is_heard() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    tables = [row for row in rows if len(row) == 7 and row[0] in POLICY.texts]
    assert len(tables) == len(POLICY.texts)
    for _, always, stop, alone, start, courtesy, _ in tables:
        assert all(meaning(f"x {word} x" + 50 * " word", POLICY.reply_words) == "stop" for word in always.split(", "))
        assert all(meaning(f"x {word} x", POLICY.reply_words) == "stop" for word in stop.split(", "))
        assert all(meaning(word, POLICY.reply_words) == "stop" for word in alone.split(", "))
        assert all(meaning(word, POLICY.reply_words) == "start" for word in start.split(", "))
        assert all(meaning(f"{word} R, {word}", POLICY.reply_words) == "stop" for word in courtesy.split(", "))
