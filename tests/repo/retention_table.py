"""Makes docs/retention.md's tables of the policy and the places of records. `python -m tests.repo.retention_table`."""

from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.dynamodb_places import PLACES
from chalicelib.adapters.policy_files import read_policy
from tests.repo.sources import ROOT

PAGE = ROOT / "docs/retention.md"
BEGIN, END = "<!-- made by tests.repo.retention_table -->\n", "<!-- until here -->\n"
RULES = read_policy(ROOT / "chalicelib/policy").rules
KEPT = RULES.retention


@dataclass(frozen=True)
class Row:
    """How long what is kept.

    Attributes:
        kinds: of records, by the names of their classes.
        law: that asks for it, or that it is our choice.
        takes: what removes it; TTL is DynamoDB's, which every read anticipates.
    """

    kinds: str
    what: str
    span: str
    law: str
    takes: str


def _days(count: int) -> str:
    return f"{count} days" if count else "no end"


def _hours(seconds: int) -> str:
    return f"{seconds // 3600} hours"


SHORTEST = "PIPL 19; GDPR 5(1)(e)"
RECORDS = (
    Row(
        "Verification Dispatch",
        "a number that somebody proves, and which SMS was for it",
        f"{_hours(KEPT.unverified_number_seconds)}; finished: {_hours(KEPT.finished_verification_seconds)}",
        SHORTEST,
        "purge, TTL",
    ),
    Row("ThrottleLog Accounts CountriesOfIp", "who asked how often, blinded", "their window", "ours", "TTL; erasing"),
    Row("Traffic Meter Spent Previews", "what many share: budgets, money, previews", "their window", "ours", "TTL"),
    Row("OpeningLog Watch RevealApproval", "who was shown how many numbers", "a day", "PIPL 51", "TTL"),
    Row("Claim", "Idempotency-Keys", "24 hours", "ours", "TTL; erasing"),
    Row(
        "ContactToken",
        "permissions to contact once",
        f"{RULES.contact.token_lifetime_seconds} seconds",
        SHORTEST,
        "TTL; erasing",
    ),
    Row(
        "Message",
        "messages, without number or text",
        "3 days; word of a change, from its end",
        "ours: receipts come late",
        "TTL; erasing",
    ),
    Row(
        "Session HandOver ExportLink",
        "sessions of the preference centre, and links",
        "15 minutes",
        "ASVS 5.0 7.3.2",
        "TTL; erasing",
    ),
    Row("Customer", "the head: sealed number, tag, mask, consents", "the reasons below", "PIPL 47; GDPR 17", "purge"),
    Row("TagHolder", "who has a number", "the contract", "PIPL 47", "its end"),
    Row(
        "WrappedKey",
        "keys of numbers, and of the ledger",
        f"with the number; the ledger's {_days(KEPT.ledger_days)} more",
        "GDPR 7(1); PIPL 69",
        "purge",
    ),
    Row("LedgerEvent Anchor", "hashes of what was said", "no end", "GDPR 7(1): unreadable without the key", "nothing"),
    Row("AccessLogEntry Settlement", "who was shown a number", _days(KEPT.access_log_days), "PIPL 56; 条例 12", "TTL"),
    Row("DecisionLogEntry", "who asked for contact", _days(KEPT.decision_log_days), "网络安全法 21(3)", "TTL"),
    Row("Suppression", "tags that want no advertising", "no end", "GDPR 21(3); Order 31", "nothing"),
    Row("PurgeRun", "reports of the purge", _days(KEPT.report_days), "PIPL 56", "TTL"),
    Row("Shard", "what the purge is about to erase", "until it is done", "ours", "purge"),
    Row("Witness", "closing, wish, holds and age, beside the head", "with the number", "GDPR 32(1)(c)", "purge"),
    Row("ErasureCertificate", "certificates of erasure", _days(KEPT.report_days), "GDPR 5(2); PIPL 56", "TTL"),
    Row("RightsRequest", "rights requests", f"{_days(KEPT.case_days)} once closed", "PIPL 50, 69", "TTL"),
    Row("LiftedHold", "officers' holds that are over", _days(KEPT.case_days), "GDPR 5(2)", "TTL"),
)
# Reasons as `domain/schedule.py` names them, with what the clock does.
REASONS = (
    ("account_closed", f"{_days(KEPT.lapsed_basis_days)} after the closing", "PIPL 47(1)(2)", "erases"),
    ("erasure_asked", "at once", "PIPL 47(1)(3); GDPR 17(1)(b)", "erases"),
    (
        "last_basis_withdrawn",
        f"{_days(KEPT.lapsed_basis_days)} after the last no, where no purpose is the contract's",
        "PIPL 47(1)(3); GDPR 17(1)(b)",
        "ends the contract, and erases",
    ),
    (
        "inactive",
        f"{_days(KEPT.inactive_days)} without a sign of life" if KEPT.inactive_days else "off as shipped",
        SHORTEST,
        f"ends the contract, and erases {_days(KEPT.lapsed_basis_days)} later",
    ),
    (
        "never_proved",
        f"{_days(KEPT.imported_days)} after the import, without a proof",
        SHORTEST,
        "ends the contract, and erases",
    ),
    (
        "ledger_retention_ended",
        f"{_days(KEPT.ledger_days)} after the number",
        "GDPR 5(1)(e)",
        "erases the ledger's key",
    ),
    ("consent_expired", "when the consent ends by itself", "GDPR 7; 条例 22", "says so in the ledger"),
    ("number_change_ended", "when the hold of a change of number ends", "PIPL 46", "ends the change"),
    ("review_overdue", "when nobody has looked at an officer's hold again", "PIPL 47(2)", "tells the journal, once"),
)


def tables() -> str:
    """The generated part of the page."""
    records = [f"| {_where(it)} | {it.what} | {it.span} | {it.law} | {it.takes} |\n" for it in RECORDS]
    reasons = [f"| `{name}` | {after} | {law} | {does} |\n" for name, after, law, does in REASONS]
    laws = [
        f"| `{name}` | {it.law} | {it.days} days | {'on' if it.on else 'off'} |\n" for name, it in RULES.holds.items()
    ]
    return (
        "\n| table | what | how long | law | what takes it |\n| --- | --- | --- | --- | --- |\n"
        + "".join(records)
        + "\n| reason | when | law | what the clock does |\n| --- | --- | --- | --- |\n"
        + "".join(reasons)
        + "\n| hold | law | from the contract's end | as shipped |\n| --- | --- | ---: | --- |\n"
        + "".join(laws)
        + "\n"
    )


def page() -> str:
    """The whole page, its tables made anew."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return before + BEGIN + tables() + END + rest.partition(END)[2]


def _where(row: Row) -> str:
    return ", ".join(sorted({place.table for kind, place in PLACES.items() if kind.__name__ in row.kinds.split()}))


def place_of(name: str) -> Any:
    """The place of the kind of this name."""
    return next(place for kind, place in PLACES.items() if kind.__name__ == name)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
