"""The policy: rules with the notices and texts that they name, known to fit together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from chalicelib.domain.locales import nearest_locale
from chalicelib.domain.mistake import demand
from chalicelib.domain.reply import STOP, Words, meaning, words_of
from chalicelib.domain.rules import Rules
from chalicelib.domain.sms_parts import LARGEST_PART, encoding, octets, sms_parts
from chalicelib.domain.wording import Notice, Texts, code_words, for_app, old_number_words, placeholders

# As long as any: one_time_code says how long, but it would load pyotp here. So long is every app's hash, too.
ANY_CODE = "0" * 6
ANY_APP_HASH = "0" * 11
ANY_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)
# Of the word to an old number, which is worth more than it costs.
MOST_PARTS = 3


@dataclass(frozen=True)
class Policy:
    """The rules with the notices and texts that they name, known to fit together.

    Attributes:
        notices: by purpose, version and locale; the rules name their locales.
        texts: by locale; there may be more of them than of notices.
    """

    rules: Rules
    notices: Mapping[tuple[str, int, str], Notice] = field(repr=False)
    texts: Mapping[str, Texts] = field(repr=False)

    def __post_init__(self) -> None:
        for name, purpose in self.rules.purposes.items():
            for locale in self.rules.locales:
                for version in range(1, purpose.notice_version + 1):
                    demand(
                        (name, version, locale) in self.notices,
                        f"purposes.{name}.notice_version",
                        f"needs notices/{locale}/{name}.v{version}.md",
                    )
        default = self.rules.default_locale
        demand(default in self.texts, "default_locale", f"needs messages/{default}.toml")
        # The default first: what is wrong there would be told of every other.
        for locale in dict.fromkeys((default, *self.texts)):
            self._demand_templates(locale)
            self._demand_way_out(locale)
            self._demand_fitting_codes(locale)
            self._demand_fitting_word(locale)
        if any(texts.opt_out is not None for texts in self.texts.values()):
            self._demand_heard_words()

    @cached_property
    def reply_words(self) -> Words:
        """What people answer to an SMS, in every locale's words."""
        return words_of(texts.replies for texts in self.texts.values() if texts.replies is not None)

    def notice(self, purpose: str, version: int, locale: str) -> Notice | None:
        """That notice, or None if there is none."""
        return self.notices.get((purpose, version, locale))

    def outdated(self, purpose: str, version: int) -> bool:
        """True if a material notice came after `version`, so that it must be asked again. Source: PIPL 14."""
        current = self.rules.purposes[purpose].notice_version
        return any(
            self.notices[purpose, later, self.rules.default_locale].material
            for later in range(version + 1, current + 1)
        )

    def notice_locale(self, wanted: str | None) -> str:
        """The locale of the notices that is nearest to the one wanted."""
        return nearest_locale(wanted, self.rules.locales, self.rules.default_locale)

    def sms_locale(self, wanted: str | None) -> str:
        """The locale of the SMS texts that is nearest to the one wanted."""
        return nearest_locale(wanted, self.texts, self.rules.default_locale)

    def _demand_templates(self, locale: str) -> None:
        default = self.rules.default_locale
        own, wanted = _templates(self.texts[locale]), _templates(self.texts[default])
        for purpose, name in sorted({*own, *wanted}):
            path = f"messages.{locale}.contact.{purpose}"
            demand(purpose in self.rules.purposes, path, "is not a purpose of policy.toml")
            demand(
                own.get((purpose, name)) == wanted.get((purpose, name)),
                f"{path}.{name}",
                f"must be there with the same placeholders as in messages/{default}.toml, or in neither",
            )

    def _demand_way_out(self, locale: str) -> None:
        texts = self.texts[locale]
        words = {country.opt_out_word for country in self.rules.countries.values()}
        for purpose, templates in texts.contact.items():
            if not self.rules.purposes[purpose].commercial:
                continue
            demand(
                texts.opt_out is not None,
                f"messages.{locale}.opt_out",
                f"is missing: the texts of {purpose} are advertising and end with it (MIIT Order 31)",
            )
            for name, text in templates.items():
                # Whoever wrote it into the texts, as was needed before, would send it twice.
                has_own = any(texts.way_out(word) in text for word in words)
                demand(not has_own, f"messages.{locale}.contact.{purpose}.{name}", "ends with opt_out by itself")

    def _demand_heard_words(self) -> None:
        for locale, texts in self.texts.items():
            demand(texts.replies is not None, f"messages.{locale}.replies", "is missing: advertising can be answered")
        for region, country in self.rules.countries.items():
            is_heard = meaning(country.opt_out_word, self.reply_words) == STOP
            demand(is_heard, f"countries.{region}.opt_out_word", "must be a word to stop with of messages/, replies")

    def _demand_fitting_codes(self, locale: str) -> None:
        for purpose, text in self.texts[locale].codes.items():
            # A payment's text is as long as its payee's name; `code_text` leaves out a hash that does not fit.
            if purpose == "transaction":
                continue
            sms = for_app(code_words(text, ANY_CODE, self.rules), ANY_APP_HASH)
            demand(
                octets(sms) <= LARGEST_PART,
                f"messages.{locale}.codes.{purpose}",
                f"must be at most {LARGEST_PART} octets with an app's hash, but is {octets(sms)} in {encoding(sms)}",
            )

    def _demand_fitting_word(self, locale: str) -> None:
        parts = sms_parts(old_number_words(self.texts[locale].old_number, ANY_INSTANT, self.rules))
        demand(parts <= MOST_PARTS, f"messages.{locale}.old_number", f"must be at most {MOST_PARTS} parts, is {parts}")


def _templates(texts: Texts) -> dict[tuple[str, str], frozenset[str]]:
    return {
        (purpose, name): frozenset(placeholders(text))
        for purpose, templates in texts.contact.items()
        for name, text in templates.items()
    }
