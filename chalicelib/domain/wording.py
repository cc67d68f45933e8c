"""Notices and SMS texts: the exact words that people are shown and sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.domain.local_time import is_day
from chalicelib.domain.mistake import demand
from chalicelib.domain.reply import Replies
from chalicelib.domain.rules import Rules
from chalicelib.domain.verification import TransactionContext

CODE_TEXTS = ("signup", "number_change", "step_up", "transaction", "preferences", "guardian")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
CODE_PLACEHOLDERS = {"code", "minutes", "company"}
# In a payment's text, all of them, and in no other. Source: RTS 2018/389 art. 5.
PAYMENT_PLACEHOLDERS = {"amount", "currency", "payee"}
# In the answers to people's replies, beside the company.
ANSWER_PLACEHOLDERS: Mapping[str, set[str]] = {"stopped": set(), "choices": {"url"}}
# In the word to an old number, all of them.
OLD_NUMBER_PLACEHOLDERS = {"company", "until", "url"}
# In the way out.
WORD = "word"


@dataclass(frozen=True)
class Notice:
    """The exact words a person was shown. Identified by version and SHA-256 of `text` (UTF-8).

    Attributes:
        dated: the day it came into force, e.g. `2026-11-21`; None if it does not say.
    """

    purpose: str
    version: int
    locale: str
    title: str
    summary: str
    material: bool
    text: str
    sha256: str
    dated: str | None = None

    def __post_init__(self) -> None:
        demand(self.dated is None or is_day(self.dated), "dated", "must be a day like 2026-11-21")


@dataclass(frozen=True)
class Texts:
    """The SMS texts of one locale: codes by purpose, contact templates by purpose and name.

    Attributes:
        old_number: what the old number is told when a customer's number changes.
        opt_out: how advertising ends, with the country's word in it; None if there is no advertising.
        replies: what its readers answer, and the texts that they get back; None if there is no advertising.
    """

    codes: Mapping[str, str]
    contact: Mapping[str, Mapping[str, str]]
    old_number: str
    opt_out: str | None = None
    replies: Replies | None = None

    def __post_init__(self) -> None:
        for name in CODE_TEXTS:
            demand(name in self.codes, "codes", f"must hold a text for {name}")
        for name, text in self.codes.items():
            demand(name in CODE_TEXTS, f"codes.{name}", f"must be one of {', '.join(CODE_TEXTS)}")
            demand(_is_template(text), f"codes.{name}", "must have no braces but those of {lower_snake} placeholders")
            needed = {"code", *(PAYMENT_PLACEHOLDERS if name == "transaction" else ())}
            missing, unknown = needed - set(placeholders(text)), set(placeholders(text)) - CODE_PLACEHOLDERS - needed
            demand(not missing, f"codes.{name}", f"must contain {', '.join(f'{{{each}}}' for each in sorted(missing))}")
            demand(not unknown, f"codes.{name}", f"knows no placeholder {', '.join(sorted(unknown))}")
        for purpose, templates in self.contact.items():
            for name, text in templates.items():
                path = f"contact.{purpose}.{name}"
                demand(_is_template(text), path, "must have no braces but those of {lower_snake} placeholders")
        is_fit = _is_template(self.old_number) and {*placeholders(self.old_number)} == OLD_NUMBER_PLACEHOLDERS
        demand(is_fit, "old_number", "must have {company}, {until} and {url} in it and no other braces")
        way_out = self.opt_out
        if way_out is not None:
            is_fit = _is_template(way_out) and placeholders(way_out) == (WORD,) and way_out.isprintable()
            demand(is_fit, "opt_out", f"must be one line with {{{WORD}}} in it and no other braces")
        for name, known in ANSWER_PLACEHOLDERS.items() if self.replies is not None else ():
            text = getattr(self.replies, name)
            is_fit = _is_template(text) and known <= {*placeholders(text)} <= {"company", *known}
            demand(is_fit, f"replies.{name}", f"must have no braces but those of {', '.join(('company', *known))}")

    def way_out(self, word: str) -> str:
        """How advertising ends, e.g. `Reply STOP to opt out`."""
        assert self.opt_out is not None
        return self.opt_out.format(word=word)


def code_words(text: str, code: str, rules: Rules, context: TransactionContext | None = None) -> str:
    """What a code text says, without the line that lets the phone fill the code in."""
    return text.format(
        code=code,
        minutes=rules.verification.code_lifetime_seconds // 60,
        company=rules.controller.name,
        amount=context.amount if context else "",
        currency=context.currency if context else "",
        payee=context.payee if context else "",
    )


def old_number_words(text: str, until: datetime, rules: Rules) -> str:
    """What the word to an old number says. A time without its zone could be read as hours too late."""
    moment = f"{until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return text.format(company=rules.controller.name, until=moment, url=rules.processing.preferences_url)


def for_app(words: str, app_hash: str) -> str:
    """The same with an Android app's hash at its end. Source: SMS Retriever API, "Construct a verification message"."""
    return f"{words}\n{app_hash}"


def for_host(words: str, host: str, code: str) -> str:
    """The same with a last line for browsers and iOS. Source: WICG, Origin-bound one-time codes, 3."""
    return f"{words}\n@{host} #{code}"


def placeholders(template: str) -> tuple[str, ...]:
    """The names between braces in a text, in order, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(template)))


def _is_template(text: str) -> bool:
    return not set("{}") & set(PLACEHOLDER.sub("", text))
