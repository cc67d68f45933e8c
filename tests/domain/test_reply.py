"""What a reply means, whatever stands around its word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.mistake import Mistake
from chalicelib.domain.reply import LONGEST_REPLY, Replies, meaning, words_of
from chalicelib.settings import PACKAGED_POLICY

POLICY = read_policy(PACKAGED_POLICY)
WORDS = POLICY.reply_words
REPLIES = [texts.replies for texts in POLICY.texts.values() if texts.replies is not None]
STOPS = sorted({word for replies in REPLIES for word in (*replies.stop_always, *replies.stop, *replies.stop_alone)})
ALWAYS = sorted({word for replies in REPLIES for word in replies.stop_always})
ANYWHERE = sorted({word for replies in REPLIES for word in (*replies.stop_always, *replies.stop)})
ALONE = sorted({word for replies in REPLIES for word in replies.stop_alone})
STARTS = sorted({word for replies in REPLIES for word in replies.start})


def is_noise(character: str) -> bool:
    """A sign that is no letter or digit in any form: ™ and Ⓡ would be read as letters."""
    kinds = {unicodedata.category(each) for each in unicodedata.normalize("NFKC", character)}
    return not any(kind[0] in "LN" for kind in kinds)


signs = st.characters(categories=("P", "S", "Z", "Cc", "Cf")).filter(is_noise)
emoji = st.sampled_from(["\N{OCTAGONAL SIGN}\ufe0f", "\N{THUMBS DOWN SIGN}\U0001f3fd", "\u274c", "\u2757\ufe0f"])
noise = st.lists(signs | emoji, max_size=8).map("".join)


# AWS End User Messaging SMS user guide, "Required opt-out list keywords"; 47 CFR 64.1200(a)(10).
REQUIRED = ["ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE", "STOP", "TD", "UNSUBSCRIBE", "REVOKE"]


def test_what_the_provider_and_the_law_name_is_heard() -> None:
    assert {meaning(word, WORDS) for word in REQUIRED} == {"stop"}


def test_these_are_the_words_of_eight_locales() -> None:
    assert len(REPLIES) == 8
    assert {"STOP", "STOPALL", "UNSUBSCRIBE", "OPTOUT", "REVOKE", "TD", "T", "R"} <= set(STOPS)
    assert {"END", "CANCEL", "QUIT", "\u9000\u8ba2", "\u9000\u8a02", "\u62d2\u6536"} <= set(STOPS)


@pytest.mark.parametrize("word", STOPS)
@given(before=noise, after=noise)
def test_no_noise_around_a_word_to_stop_changes_it(word: str, before: str, after: str) -> None:
    for form in (word, word.lower(), word.capitalize(), word.swapcase()):
        assert meaning(before + form + after, WORDS) == "stop"


@pytest.mark.parametrize("word", STARTS)
@given(before=noise, after=noise)
def test_no_noise_around_a_word_to_start_changes_it(word: str, before: str, after: str) -> None:
    assert meaning(before + word.lower() + after, WORDS) == "start"


@pytest.mark.parametrize(
    "text",
    [
        "please STOP!!",
        "Stop, please, I want none of it",
        "\u56de\u590dTD",
        "\u56de\u590d R",
        "\u3010TD\u3011",
        "\uff32\u3002",
        "\u201cR\u201d",
        "\uff33\uff34\uff2f\uff30",
        "S T O P",
        "please ST\u200bOP",
        "\U0001d412\U0001d413\U0001d40e\U0001d40f",
        "S.T.O.P.",
        "\u8bf7\u9000\u8ba2\u8c22\u8c22",
        "\u9000 \u8ba2",
        "\u914d\u4fe1\u505c\u6b62\u3057\u3066\u304f\u3060\u3055\u3044",
        "opt-out",
        "don't stop START stop",
        "START STOP",
        "td!!",
        "TD \u8c22\u8c22",
        "please TD",
        "Thank you. R",
        "\u56de TD",
        "\u56de\u590d\uff1aTD",
        "TD\u9000\u8ba2",
        "\u62d2\u6536\u3002\u8c22\u8c22\uff01",
        "\u62d2\u6536\u8bf7\u56deR",
        "\u8bf7\u505c\u6b62\u53d1\u9001",
        "\u522b\u53d1\u4e86",
        "\u4e0d\u8981\u53d1\u4e86\uff01",
        "\u522b\u518d\u7ed9\u6211\u53d1\u77ed\u4fe1",
        "\u6211\u62d2\u7edd\u63a5\u6536",
        "\u505c\u6b62\u304a\u9858\u3044\u3057\u307e\u3059",
        "\u0625\u0644\u063a\u0640\u0640\u0627\u0621 \u0627\u0644\u0627\u0634\u062a\u0631\u0627\u0643",
        "Baja, por favor",
        "Please stop sending me these marketing text messages",
        "Please unsubscribe me from all of your future marketing, it is far too much",
        "STOP\n\nSent from my phone, John Smith, 12 Long Road, Somewhere near the sea",
        "\n> R\r\nSent from my phone",
        "no more texts",
    ],
)
def test_stops(text: str) -> None:
    assert meaning(text, WORDS) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!?",
        "ok",
        "The end of it",
        "I will quit smoking",
        "can you cancel order 4711",
        "Anna R",
        "RT",
        "stopover in Rome",
        "nonstop",
        "std",
        "when does it start",
        "\u0939\u093e\u0901",
        "\u092c\u093e\u0926",
        "\u2122",
        "12",
        "please",
        "Can I pay with my TD card?",
        "la bater\u00eda est\u00e1 muy baja",
        "vou sair agora",
        "\u5305\u88f9\u6211\u62d2\u6536",
        "\u30ab\u30fc\u30c9\u306e\u767b\u9332\u89e3\u9664",
        "\u30ab\u30fc\u30c9\u3092\u505c\u6b62\u3057\u3066\u304f\u3060\u3055\u3044",
        "revoke my card",
        "\u0928\u0939\u0940\u0902",
        "Sent from my phone\nR",
        "START\nSent from my phone",
    ],
)
def test_means_nothing(text: str) -> None:
    assert meaning(text, WORDS) is None


def test_a_story_about_stopping_is_no_word() -> None:
    story = "somebody stole my phone and wallet please stop every payment at once"
    assert len(story.replace(" ", "")) > LONGEST_REPLY
    assert meaning(story, WORDS) is None
    assert meaning("stop " + "x" * (LONGEST_REPLY - 4), WORDS) == "stop"
    assert meaning("stop " + "x" * (LONGEST_REPLY - 3), WORDS) is None
    # Signs that belong to a letter are none.
    assert meaning("stop " + "\u0915\u093f" * (LONGEST_REPLY - 4), WORDS) == "stop"
    assert meaning("stop " + "\u0915\u093f" * (LONGEST_REPLY - 3), WORDS) is None


@pytest.mark.parametrize("word", ALWAYS)
def test_a_word_that_means_nothing_else_counts_in_a_story(word: str) -> None:
    story = "word " * LONGEST_REPLY
    assert meaning(f"{story} {word} {story}", WORDS) == "stop"


@pytest.mark.parametrize("word", ALONE)
def test_a_word_that_means_other_things_must_stand_alone(word: str) -> None:
    assert meaning(word, WORDS) == "stop"
    assert meaning(f"1 {word} 1", WORDS) is None


@given(st.text(max_size=200))
def test_whatever_is_sent_it_means_one_of_three_things(text: str) -> None:
    assert meaning(text, WORDS) in ("stop", "start", None)
    assert meaning(text, words_of([])) is None


@given(st.sampled_from(ANYWHERE), st.sampled_from(STARTS), st.booleans())
def test_a_no_beats_a_yes(stop: str, start: str, is_first: bool) -> None:
    assert meaning(f"{stop} {start}" if is_first else f"{start} {stop}", WORDS) == "stop"


def test_no_word_to_start_is_one_to_stop() -> None:
    assert all(meaning(word, WORDS) == "start" for word in STARTS)


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"stop": ("STOP", "!")}, "stop"),
        ({"start": ("",)}, "start"),
        ({"stop": ("R",)}, "stop"),
        ({"stop_always": ("R",)}, "stop_always"),
        ({"courtesy": ("!",)}, "courtesy"),
    ],
)
def test_words_that_cannot_be_heard_are_refused(changes: dict[str, tuple[str, ...]], at: str) -> None:
    words = {"stop_always": (), "stop": ("STOP",), "stop_alone": ("R",), "start": ("START",), "courtesy": ()}
    with pytest.raises(Mistake) as mistake:
        Replies(**{**words, **changes}, stopped="", choices="")
    assert mistake.value.path == (at,)
