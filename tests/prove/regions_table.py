"""Writes docs/regions.md: `python -m tests.prove.regions_table`."""

from collections.abc import Iterator
from pathlib import Path

from chalicelib.adapters.policy_files import read_policy
from chalicelib.domain.phone_number import parse_phone_number
from chalicelib.domain.rules import NumberRules
from chalicelib.settings import PACKAGED_POLICY
from tests.prove.regions import (
    REGIONS,
    TYPES,
    calling_code,
    example,
    mobile_examples,
    regions_without_mobile,
    verdict,
)

PAGE = Path(__file__).parents[2] / "docs" / "regions.md"
# A number of the metadata that is invalid by the same metadata has no mark: it must not happen.
MARKS = {"accepted": "yes", "refused": "no"}
WHY_REFUSED = {
    "fixed_line": "no SMS reaches it, or it is read out in a room that several people share",
    "toll_free": "a company's number: nobody holds it as a person",
    "premium_rate": "every SMS earns its owner money: the classic way to drain an SMS budget",
    "shared_cost": "a company's number, and its owner may share in the price",
    "pager": "receives no code that could be typed in, and is often shared",
    "uan": "a company's number that is routed to many people",
    "voicemail": "a mailbox: whoever calls it hears the code",
    "voip": "rented by the hour without a person behind it",
    "personal_number": "forwarded wherever its owner likes, often at a premium price",
    "unknown": "nothing is known of who holds it",
    "mobile": "",
    "fixed_line_or_mobile": "",
}
WHY_ACCEPTED = {
    "mobile": "one phone, in one person's hand",
    "fixed_line_or_mobile": "North America and some others do not tell the two apart by number",
    "voip": "many people have no other number; a policy may refuse it",
    "personal_number": "one person's by definition; a policy may refuse it",
    "unknown": "valid, and the metadata says no more",
}


def page(rules: NumberRules) -> str:
    """The whole page, from the policy and the metadata that is installed."""
    return "\n".join(
        [
            "# Which numbers are accepted",
            "",
            "Generated from `chalicelib/policy/policy.toml` and libphonenumber's metadata by",
            "`python -m tests.prove.regions_table`; a test fails when this page and the policy differ.",
            "`make prove` takes each distinct mobile example number through start, SMS, check and bind, as E.164 and",
            "as a national number with its region.",
            "",
            "## Line types",
            "",
            "| line type | accepted | why |",
            "| --- | --- | --- |",
            *_line_types(rules),
            "",
            "## Regions",
            "",
            _refused_regions(rules),
            "",
            *_shared(),
            "",
            *_read_as_another(),
            "",
            "The columns say what becomes of the example number of that line type: `yes`, `no` (refused by its line",
            "type or region), or nothing if the region has no such numbers. A fixed line that cannot be told from a",
            "mobile is accepted.",
            "",
            f"| region | calling code | {' | '.join(name.replace('_', ' ') for name in TYPES)} |",
            f"| --- | --- | {' | '.join('---' for _ in TYPES)} |",
            *_regions(rules),
            "",
        ]
    )


def _line_types(rules: NumberRules) -> Iterator[str]:
    for name, why in WHY_REFUSED.items():
        if name in rules.refused_line_types:
            yield f"| `{name}` | no | {why} |"
        else:
            yield f"| `{name}` | yes | {WHY_ACCEPTED.get(name, 'the policy does not refuse it')} |"


def _refused_regions(rules: NumberRules) -> str:
    if not rules.refused_regions:
        return "The policy refuses no region."
    return f"The policy refuses {', '.join(rules.refused_regions)}."


def _shared() -> Iterator[str]:
    yield "Regions whose mobile example number is the same:"
    yield ""
    for each in mobile_examples():
        if len(each.regions) > 1:
            yield f"- {', '.join(each.regions)}"
    yield ""
    yield f"Without any mobile number: {', '.join(regions_without_mobile()) or 'none'}."


def _read_as_another() -> Iterator[str]:
    yield "A number is taken to be of the first region of its calling code that it fits. So these regions' example"
    yield "numbers count as another region's, and refusing only the former does not refuse them:"
    yield ""
    for each in mobile_examples():
        found = parse_phone_number(each.e164).region
        for region in each.regions:
            if region != found:
                yield f"- {region} counts as {found}"


def _regions(rules: NumberRules) -> Iterator[str]:
    for region in REGIONS:
        cells = [_cell(region, line_type, rules) for line_type in TYPES]
        yield f"| {region} | +{calling_code(region)} | {' | '.join(cells)} |"


def _cell(region: str, line_type: str, rules: NumberRules) -> str:
    number = example(region, line_type)
    return "" if number is None else MARKS[verdict(number, rules)]


if __name__ == "__main__":
    PAGE.write_text(page(read_policy(PACKAGED_POLICY).rules.numbers), encoding="utf-8")
