"""Who answers for the numbers, where they are kept and who works on them: what records say of a deployment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.mistake import demand
from chalicelib.domain.regions import REGIONS

# A UCS-2 text of one part has 70 units. A code and the rest of the line for WebOTP take 16, so name and host leave 14
# for words: enough in Chinese and Japanese.
LONGEST_NAME = 16
EUROPEAN_UNION = "EU"
# What records call the controller itself, beside the recipients' names.
CONTROLLER_ID = "controller"
# DPV's purposes (w3id.org/dpv, version 2) that somebody's phone number may serve. Purpose itself is the root.
ANY_PURPOSE = "dpv:Purpose"
PURPOSE_TERMS = (
    ANY_PURPOSE,
    "dpv:AccountManagement",
    "dpv:Advertising",
    "dpv:CommunicationForCustomerCare",
    "dpv:CommunicationManagement",
    "dpv:CustomerCare",
    "dpv:CustomerClaimsManagement",
    "dpv:CustomerManagement",
    "dpv:CustomerOrderManagement",
    "dpv:CustomerRelationshipManagement",
    "dpv:DeliveryOfGoods",
    "dpv:DirectMarketing",
    "dpv:DisputeManagement",
    "dpv:EnforceSecurity",
    "dpv:FraudPreventionAndDetection",
    "dpv:FulfilmentOfContractualObligation",
    "dpv:IdentityAuthentication",
    "dpv:IdentityVerification",
    "dpv:ImproveExistingProductsAndServices",
)


@dataclass(frozen=True)
class Controller:
    """Who answers for the numbers. Source: PIPL 17(1); ISO/IEC TS 27560, party.

    Attributes:
        name: as an SMS names them.
        legal_name, address: as a letter to them does.
        email: for questions about personal data.
    """

    name: str
    legal_name: str
    address: str
    email: str

    def __post_init__(self) -> None:
        units = len(self.name.encode("utf-16-le", "surrogatepass")) // 2
        demand(
            1 <= units <= LONGEST_NAME and self.name.isprintable() and self.name == self.name.strip(),
            "name",
            f"must be 1 to {LONGEST_NAME} printable characters, as it stands in each SMS",
        )
        for name in ("legal_name", "address"):
            demand(_is_line(getattr(self, name)), name, "must be one line of text")
        demand(re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", self.email) is not None, "email", "must be an e-mail address")


@dataclass(frozen=True)
class Recipient:
    """A company that works on numbers for the controller. Source: PIPL 21; GDPR 28; ISO/IEC TS 27560, party.

    Attributes:
        contact: where it answers: an e-mail address or a page.
    """

    name: str
    address: str
    contact: str

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            demand(_is_line(value), name, "must be one line of text")


@dataclass(frozen=True)
class Processing:
    """How the deployment works on numbers. Source: ISO/IEC TS 27560, PII processing.

    Attributes:
        jurisdictions: whose law applies: ISO 3166-1 alpha-2, or EU.
        storage_locations: ISO 3166-1 alpha-2.
        preferences_url: the page where consents are withdrawn and rights are used.
        recipients: by a short name, which receipts use as their id.
    """

    jurisdictions: tuple[str, ...]
    storage_locations: tuple[str, ...]
    preferences_url: str
    recipients: Mapping[str, Recipient]

    def __post_init__(self) -> None:
        for name, known in (("jurisdictions", REGIONS | {EUROPEAN_UNION}), ("storage_locations", REGIONS)):
            places = getattr(self, name)
            demand(bool(places) and set(places) <= known, name, "must name at least one place (ISO 3166-1 alpha-2)")
        demand(
            re.fullmatch(r"https://[a-z0-9.-]+(:[0-9]+)?/[!-~]*", self.preferences_url) is not None,
            "preferences_url",
            "must be an https address",
        )
        for name in self.recipients:
            named = re.fullmatch("[a-z][a-z0-9_-]{1,39}", name) is not None and name != CONTROLLER_ID
            demand(named, f"recipients.{name}", "must be a short name in lower case")


def _is_line(text: str) -> bool:
    return bool(text) and text.isprintable() and text == text.strip()
