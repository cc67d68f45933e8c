"""What the privacy officer decides, as frozen values that check themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.domain.phone_number import LINE_TYPES
from chalicelib.domain.throttle import Limit

CHANNELS = ("sms", "call", "app")
BASES = ("contract", "consent")
CODE_TEXTS = ("signup", "number_change", "step_up", "transaction", "preferences")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
CODE_PLACEHOLDERS = {"code", "minutes", "company", "amount", "currency", "payee"}

# SP 800-63B-4 3.1.3.2: an out-of-band secret is invalid after 10 minutes.
LONGEST_CODE_LIFETIME_SECONDS = 600
# RTS 2018/389 art. 4(3)(b): at most 5 consecutive failures.
MOST_ATTEMPTS = 5


class Mistake(Exception):
    """A value of the policy is wrong; the loader adds the file and the line."""

    def __init__(self, path: tuple[str, ...], reason: str) -> None:
        super().__init__(f"{'.'.join(path)}: {reason}")
        self.path = path
        self.reason = reason


def _demand(holds: bool, path: str, reason: str) -> None:
    if not holds:
        raise Mistake(tuple(path.split(".")), reason)


@dataclass(frozen=True)
class Controller:
    """Who answers for the numbers, as an SMS names them. Source: PIPL 17(1)."""

    name: str


@dataclass(frozen=True)
class NumberRules:
    """Which numbers are turned away."""

    refused_line_types: tuple[str, ...]
    refused_regions: tuple[str, ...]

    def __post_init__(self) -> None:
        unknown = set(self.refused_line_types) - set(LINE_TYPES.values())
        _demand(not unknown, "refused_line_types", f"knows no {', '.join(sorted(unknown))}")
        _demand(
            all(re.fullmatch("[A-Z]{2}", region) for region in self.refused_regions),
            "refused_regions",
            "must be ISO 3166-1 alpha-2 codes",
        )


@dataclass(frozen=True)
class VerificationRules:
    """How a code lives and dies."""

    code_lifetime_seconds: int
    attempts: int
    sends: int
    resend_after_seconds: tuple[int, ...]
    proof_lifetime_seconds: int
    webotp_host: str

    def __post_init__(self) -> None:
        _demand(
            60 <= self.code_lifetime_seconds <= LONGEST_CODE_LIFETIME_SECONDS,
            "code_lifetime_seconds",
            f"must be 60 to {LONGEST_CODE_LIFETIME_SECONDS} (SP 800-63B-4)",
        )
        _demand(1 <= self.attempts <= MOST_ATTEMPTS, "attempts", f"must be 1 to {MOST_ATTEMPTS} (RTS 2018/389)")
        _demand(1 <= self.sends <= 10, "sends", "must be 1 to 10")
        _demand(
            len(self.resend_after_seconds) == self.sends - 1 and all(wait > 0 for wait in self.resend_after_seconds),
            "resend_after_seconds",
            "must hold one wait, above 0, before each send but the first",
        )
        _demand(self.proof_lifetime_seconds > 0, "proof_lifetime_seconds", "must be above 0")
        _demand(
            re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?", self.webotp_host) is not None,
            "webotp_host",
            "must be a host name of at most 63 characters",
        )


@dataclass(frozen=True)
class Throttles:
    """Sliding limits; every one of a list must hold."""

    number: tuple[Limit, ...]
    ip: tuple[Limit, ...]
    device: tuple[Limit, ...]
    caller: tuple[Limit, ...]
    opening_by_staff: tuple[Limit, ...]
    opening_by_wallet: tuple[Limit, ...]

    def __post_init__(self) -> None:
        for name, limits in vars(self).items():
            _demand(bool(limits), name, "must hold at least one limit")
            for limit in limits:
                # Every admission rewrites the log of its longest window: 100 instants are about a kilobyte.
                _demand(1 <= limit.limit <= 100, name, "must have a limit of 1 to 100")
                _demand(1 <= limit.window_seconds <= 604800, name, "must have a window of 1 second to 7 days")


@dataclass(frozen=True)
class SmsRules:
    """What every SMS carries."""

    sender_id: str
    max_price_usd: str

    def __post_init__(self) -> None:
        _demand(
            re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9]{1,11}", self.sender_id) is not None,
            "sender_id",
            "must be 1 to 11 letters and digits, at least one letter",
        )
        _demand(re.fullmatch(r"\d+\.\d{2,5}", self.max_price_usd) is not None, "max_price_usd", 'must read as "0.50"')


@dataclass(frozen=True)
class ContactRules:
    """How long a permission to contact may wait."""

    token_lifetime_seconds: int

    def __post_init__(self) -> None:
        _demand(1 <= self.token_lifetime_seconds <= 900, "token_lifetime_seconds", "must be 1 to 900")


@dataclass(frozen=True)
class Retention:
    """How long what is kept. Source: PIPL 19, 47; GDPR 5(1)(e)."""

    unverified_number_seconds: int
    finished_verification_seconds: int
    lapsed_basis_days: int
    ledger_days: int

    def __post_init__(self) -> None:
        for name in ("unverified_number_seconds", "finished_verification_seconds"):
            _demand(3600 <= getattr(self, name) <= 604800, name, "must be 1 hour to 7 days")
        _demand(0 <= self.lapsed_basis_days <= 3650, "lapsed_basis_days", "must be 0 to 3650")
        _demand(0 <= self.ledger_days <= 36500, "ledger_days", "must be 0 to 36500")


@dataclass(frozen=True)
class Purpose:
    """What a number may be used for, and on which basis."""

    basis: str
    channels: tuple[str, ...]
    notice_version: int
    essential: bool = False

    def __post_init__(self) -> None:
        _demand(self.basis in BASES, "basis", f"must be one of {', '.join(BASES)}")
        _demand(
            bool(self.channels) and set(self.channels) <= set(CHANNELS),
            "channels",
            f"must be some of {', '.join(CHANNELS)}",
        )
        _demand(self.notice_version >= 1, "notice_version", "must be 1 or more")
        _demand(
            self.essential == (self.basis == "contract"),
            "essential",
            "must be true for a contract's purpose and only there: what rests on consent can be refused (PIPL 16)",
        )


@dataclass(frozen=True)
class Notice:
    """The exact words a person was shown. Identified by version and SHA-256 of `text` (UTF-8)."""

    purpose: str
    version: int
    locale: str
    title: str
    summary: str
    material: bool
    text: str
    sha256: str


@dataclass(frozen=True)
class Texts:
    """The SMS texts of one locale: codes by purpose, contact templates by purpose and name."""

    codes: Mapping[str, str]
    contact: Mapping[str, Mapping[str, str]]

    def __post_init__(self) -> None:
        for name in CODE_TEXTS:
            _demand(name in self.codes, "codes", f"must hold a text for {name}")
        for name, text in self.codes.items():
            _demand(name in CODE_TEXTS, f"codes.{name}", f"must be one of {', '.join(CODE_TEXTS)}")
            _demand(_is_template(text), f"codes.{name}", "must have no braces but those of {lower_snake} placeholders")
            _demand("code" in placeholders(text), f"codes.{name}", "must contain {code}")
            unknown = set(placeholders(text)) - CODE_PLACEHOLDERS
            _demand(not unknown, f"codes.{name}", f"knows no placeholder {', '.join(sorted(unknown))}")
        for purpose, templates in self.contact.items():
            for name, text in templates.items():
                path = f"contact.{purpose}.{name}"
                _demand(_is_template(text), path, "must have no braces but those of {lower_snake} placeholders")


@dataclass(frozen=True)
class Rules:
    """policy.toml as a whole."""

    default_locale: str
    locales: tuple[str, ...]
    controller: Controller
    numbers: NumberRules
    verification: VerificationRules
    throttles: Throttles
    sms: SmsRules
    contact: ContactRules
    retention: Retention
    purposes: Mapping[str, Purpose]

    def __post_init__(self) -> None:
        _demand(self.default_locale in self.locales, "default_locale", "must be one of locales")
        _demand(
            self.verification.proof_lifetime_seconds <= self.retention.finished_verification_seconds,
            "verification.proof_lifetime_seconds",
            "must not outlast retention.finished_verification_seconds",
        )
        for name in self.purposes:
            _demand(re.fullmatch("[a-z][a-z_]{2,39}", name) is not None, f"purposes.{name}", "must be lower_snake_case")


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
                    _demand(
                        (name, version, locale) in self.notices,
                        f"purposes.{name}.notice_version",
                        f"needs notices/{locale}/{name}.v{version}.md",
                    )

        templates = {locale: _templates(texts) for locale, texts in self.texts.items()}
        for locale, found in templates.items():
            _demand(
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


def placeholders(template: str) -> tuple[str, ...]:
    """The names between braces in a text, in order, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(template)))


def _is_template(text: str) -> bool:
    return not set("{}") & set(PLACEHOLDER.sub("", text))
