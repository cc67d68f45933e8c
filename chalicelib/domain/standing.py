"""How a customer's word on each purpose stands, and the word that a tap on the page is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.consent import ConsentChoice
from chalicelib.domain.customer import ConsentState, Customer
from chalicelib.domain.errors import NotFound
from chalicelib.domain.policy import Policy
from chalicelib.domain.word import word

SURFACE = "preference_centre"
# Words of what was given, whether or not it permits anything.
GIVEN = ("given", "outdated", "unguarded", "suppressed")


@dataclass(frozen=True)
class Standing:
    """One purpose as it stands for a customer.

    Attributes:
        word: essential, or one of `domain/word.py`.
        channels: what may be used now; empty unless given, and all of the purpose's if essential.
        state: the last word itself; None if there is none.
    """

    purpose: str
    word: str
    channels: tuple[str, ...] = ()
    state: ConsentState | None = None

    @property
    def is_open(self) -> bool:
        """True if a refusal would change anything."""
        return self.word not in ("essential", "refused", "withdrawn")

    @property
    def no(self) -> str:
        """The word that a no is: what has ended by itself is not taken back. Source: ISO/IEC TS 27560, event_type."""
        return "withdrawn" if self.word in GIVEN else "refused"


@dataclass(frozen=True)
class Shown:
    """The notice that was on the screen: in which words, and what they were."""

    locale: str
    notice_version: int
    notice_sha256: str


def standings(customer: Customer, policy: Policy, at: datetime) -> Mapping[str, Standing]:
    """Every purpose of the policy by its name, in its order."""
    return {name: _standing(name, customer, policy, at) for name in policy.rules.purposes}


def _standing(name: str, customer: Customer, policy: Policy, at: datetime) -> Standing:
    purpose, state = policy.rules.purposes[name], customer.consents.get(name)
    if purpose.essential:
        return Standing(name, "essential", purpose.channels)
    said = word(customer, name, policy, at)
    return Standing(name, said, state.channels if state is not None and said == "given" else (), state)


def chosen(standing: Standing, channels: tuple[str, ...], shown: Shown) -> ConsentChoice:
    """The word that these channels and no others are; without any, no. Whether it may be said, `consent` decides."""
    return ConsentChoice(
        purpose=standing.purpose,
        decision="given" if channels else standing.no,
        notice_version=shown.notice_version,
        locale=shown.locale,
        notice_sha256=shown.notice_sha256,
        channels=channels,
        surface=SURFACE,
    )


def refusals(customer: Customer, policy: Policy, locale: str, at: datetime) -> list[ConsentChoice]:
    """A no to each purpose that is optional and not refused yet, by the notices in force.

    Args:
        locale: of the notices that were on the screen.

    Raises:
        NotFound: there are no notices in that locale.
    """
    return [
        chosen(standing, (), shown_now(policy, name, locale))
        for name, standing in standings(customer, policy, at).items()
        if standing.is_open
    ]


def shown_now(policy: Policy, purpose: str, locale: str) -> Shown:
    """The notice that is in force, as a screen shows it.

    Raises:
        NotFound: no such purpose, or no notice in that locale.
    """
    rules = policy.rules.purposes.get(purpose)
    notice = policy.notice(purpose, rules.notice_version, locale) if rules else None
    if notice is None:
        raise NotFound
    return Shown(locale, notice.version, notice.sha256)
