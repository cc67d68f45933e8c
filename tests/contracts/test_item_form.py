"""How each kind of record lies in DynamoDB. A change here is one that rows already written do not follow."""

from dataclasses import fields
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest

from chalicelib.adapters.dynamodb_places import PLACES, from_item, to_item
from chalicelib.domain.throttle import ThrottleLog
from tests.contracts.item_forms import FORMS

by_kind = pytest.mark.parametrize(("record", "item"), FORMS, ids=[type(record).__name__ for record, _ in FORMS])


def test_every_kind_has_its_form() -> None:
    assert [type(record) for record, _ in FORMS] == list(PLACES)


@by_kind
def test_a_record_lies_there_in_this_form(record: Any, item: dict[str, Any]) -> None:
    assert to_item(record) == item


@by_kind
def test_what_does_not_lie_there_is_none_or_the_default(record: Any, item: dict[str, Any]) -> None:
    expected: dict[str, Any] = {
        name: None for name, hint in get_type_hints(type(record)).items() if NoneType in get_args(hint)
    }
    expected |= {field.name: field.default for field in fields(record) if isinstance(field.default, str | int)}
    left = from_item(type(record), {name: value for name, value in item.items() if name not in expected})
    assert {name: getattr(left, name) for name in expected} == expected


def test_numbers_are_read_as_dynamodb_gives_them_back() -> None:
    # It drops zeros that say nothing.
    record, item = next(form for form in FORMS if isinstance(form[0], ThrottleLog))
    assert from_item(ThrottleLog, {**item, "admitted": {"L": [{"N": "1795262400.25"}, {"N": "1795348800.25"}]}}) == (
        from_item(ThrottleLog, item)
    )
    assert from_item(ThrottleLog, item).admitted == record.admitted
