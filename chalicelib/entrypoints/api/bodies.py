"""What requests may say. Unknown members are refused, and no message repeats a value."""

import ipaddress
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from chalicelib.domain.identifiers import contains_number, reads_as_number
from chalicelib.domain.justification import LEAST_UNSPACED, LONGEST
from chalicelib.domain.reveal_rules import TICKET


class Body(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, defer_build=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Nothing: a body may hold a number, a code or a token."""
        return ()


def _no_number(value: str) -> str:
    if reads_as_number(value):
        raise ValueError("must not read as a phone number")
    return value


def _no_number_inside(value: str) -> str:
    if contains_number(value) or not value.isprintable():
        raise ValueError("must be printable and must not contain a phone number")
    return value


def _instant(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be an instant, e.g. 2026-11-21T12:00:00Z") from None
    return value


def _address(value: str) -> str:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise ValueError("must be an IPv4 or IPv6 address") from None
    return value


CustomerId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$"), AfterValidator(_no_number)]
Instant = Annotated[
    str, Field(pattern=r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{1,6})?Z$"), AfterValidator(_instant)
]
VerificationId = Annotated[str, Field(pattern=r"^vrf_[0-9a-f]{32}$")]
Locale = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
PurposeName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{2,39}$")]
Channel = Literal["sms", "call", "app"]
ContactTokenText = Annotated[str, Field(pattern=r"^ct_[A-Za-z0-9_-]{43}$")]


class NoBody(Body):
    """A request that needs no body; an empty object is allowed."""


class ClientSigns(Body):
    """What the wallet knows of the device that asks, for the throttles; it is blinded and never stored."""

    ip: Annotated[str, Field(max_length=45), AfterValidator(_address)] | None = None
    device_id: Annotated[str, Field(min_length=1, max_length=128)] | None = None


class TransactionBody(Body):
    """What the payer sees and the code belongs to."""

    amount: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    payee: Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_no_number_inside)]


class StartBody(Body):
    """Starts a verification. Which members belong to which purpose is checked by the view."""

    purpose: Literal["signup", "number_change", "step_up", "transaction", "preferences", "guardian"]
    phone_number: Annotated[str, Field(min_length=1, max_length=32)] | None = None
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    customer_id: CustomerId | None = None
    locale: Locale | None = None
    client: ClientSigns | None = None
    context: TransactionBody | None = None
    android_app_hash: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{11}$")] | None = None


class CheckBody(Body):
    """Checks a code."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    context: TransactionBody | None = None


class BindBody(Body):
    """Binds a proved number to a customer."""

    verification_id: VerificationId
    customer_id: CustomerId | None = None
    on_conflict: Literal["refuse", "take_over"] = "refuse"
    under_14: bool = False


class ChangeNumberBody(Body):
    """Gives a customer a number that was proved, with or without the phone of the one they have."""

    verification_id: VerificationId
    old_verification_id: VerificationId | None = None
    on_conflict: Literal["refuse", "swap", "take_over"] = "refuse"


class AgeBody(Body):
    """Says whether a customer needs a guardian to consent."""

    under_14: bool


class ConsentBody(Body):
    """A customer's word on a purpose."""

    decision: Literal["given", "refused", "withdrawn"]
    notice_version: Annotated[int, Field(ge=1, le=100_000)]
    locale: Locale
    channels: Annotated[list[Channel], Field(max_length=3)] = Field(default_factory=list)
    surface: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$"), AfterValidator(_no_number)]
    method: Literal["tap", "spoken", "written", "sms_reply"] = "tap"
    guardian_verification_id: VerificationId | None = None
    notice_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class ContactBody(Body):
    """Asks whether a customer may be contacted now."""

    customer_id: CustomerId
    purpose: PurposeName
    channel: Channel
    preview: bool = False
    locale: Locale | None = None


class ContactBatchBody(Body):
    """Asks the same of many customers, for a list on a screen."""

    customer_ids: Annotated[list[CustomerId], Field(min_length=1, max_length=100)]
    purpose: PurposeName
    channel: Channel
    locale: Locale | None = None


class TimeZoneBody(Body):
    """Says where a customer is."""

    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{1,49}$")] | None


class LocaleBody(Body):
    """Says which language a customer reads."""

    locale: Locale


class MessageBody(Body):
    """Sends a message to a customer whose number nobody sees."""

    contact_token: ContactTokenText
    template: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    parameters: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], str], Field(max_length=10)] = (
        Field(default_factory=dict)
    )


class RevealBody(Body):
    """Shows a number in clear, once."""

    contact_token: ContactTokenText
    # What they say is the strongroom's to judge.
    justification: Annotated[str, Field(min_length=LEAST_UNSPACED, max_length=LONGEST)]
    ticket: Annotated[str, Field(pattern=f"^{TICKET.pattern}$")] | None = None


class HoldBody(Body):
    """Forbids erasing a customer."""

    reason: Annotated[str, Field(min_length=10, max_length=500), AfterValidator(_no_number_inside)]
    review_at: Instant


class ReviewBody(Body):
    """Says when a hold is looked at again."""

    review_at: Instant


class ApprovalBody(Body):
    """Agrees that a colleague is shown this customer's number."""

    customer_id: CustomerId


class RightsBody(Body):
    """Asks for something by right. The domain judges the text."""

    kind: Literal["access", "portability", "correction", "erasure", "objection", "explanation"]
    details: str | None = None


class ExtensionBody(Body):
    """Says why an answer takes longer."""

    reason: str


class RightsAnswerBody(Body):
    """Says what the customer was given."""

    note: str | None = None


class RefusalBody(Body):
    """Says why a customer is refused."""

    reason_code: str


class ExportLinkBody(Body):
    """Asks for a link to everything that is held: to a page, or to the file."""

    form: Literal["page", "json"] = "page"
