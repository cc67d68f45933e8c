"""The policy: rules with the notices and texts that they name, known to fit together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.domain.mistake import demand
from chalicelib.domain.rules import Rules
from chalicelib.domain.wording import Notice, Texts, placeholders


@dataclass(frozen=True)
class Policy:
    """The rules with the notices and texts that they name, known to fit together."""

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

        templates = {locale: _templates(texts) for locale, texts in self.texts.items()}
        for locale, found in templates.items():
            demand(
                found == templates[self.rules.default_locale],
                "locales",
                f"messages/{locale}.toml must have the templates and placeholders of the default locale",
            )

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

    def locale(self, wanted: str | None) -> str:
        """The supported locale nearest to the one wanted: itself, its language, or the default."""
        if wanted in self.rules.locales:
            return str(wanted)
        language = (wanted or "").split("-")[0].lower()
        return next(
            (locale for locale in self.rules.locales if locale.split("-")[0].lower() == language),
            self.rules.default_locale,
        )


def _templates(texts: Texts) -> dict[tuple[str, str], frozenset[str]]:
    return {
        (purpose, name): frozenset(placeholders(text))
        for purpose, templates in texts.contact.items()
        for name, text in templates.items()
    }
