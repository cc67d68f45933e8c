"""Values to DynamoDB's typed JSON and back, by codecs that are made once for each type.

What a type says is asked once and not for every record, or records would cost a request more than all else of ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from operator import itemgetter
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from chalicelib.adapters.structure import instant, seconds

# A value with its type, e.g. `{"S": "text"}`.
Typed = Mapping[str, Any]


class Codec(NamedTuple):
    """How values of one type are written and read."""

    write: Callable[[Any], dict[str, Any]]
    read: Callable[[Typed], Any]


SCALARS: Mapping[Any, Codec] = {
    str: Codec(lambda value: {"S": value}, itemgetter("S")),
    bytes: Codec(lambda value: {"B": value}, itemgetter("B")),
    bool: Codec(lambda value: {"BOOL": value}, itemgetter("BOOL")),
    int: Codec(lambda value: {"N": str(value)}, lambda typed: int(typed["N"])),
    datetime: Codec(lambda value: {"N": str(seconds(value))}, lambda typed: instant(Decimal(typed["N"]))),
}


@cache
def codec(hint: Any) -> Codec:
    """How values of the hinted type are written and read.

    Args:
        hint: one of SCALARS, a dataclass, or a tuple, Mapping or optional of these. None is left out of records.
    """
    if hint in SCALARS:
        return SCALARS[hint]
    if is_dataclass(hint):
        return _of_dataclass(hint)
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (option for option in get_args(hint) if option is not NoneType)
        return codec(hint)
    if get_origin(hint) is tuple:
        return _of_tuple(codec(get_args(hint)[0]))
    assert issubclass(get_origin(hint), Mapping), hint
    return _of_mapping(codec(get_args(hint)[1]))


def _of_tuple(member: Codec) -> Codec:
    return Codec(
        lambda value: {"L": [member.write(each) for each in value]},
        lambda typed: tuple([member.read(each) for each in typed["L"]]),
    )


def _of_mapping(member: Codec) -> Codec:
    return Codec(
        lambda value: {"M": {name: member.write(each) for name, each in value.items()}},
        lambda typed: {name: member.read(each) for name, each in typed["M"].items()},
    )


def _of_dataclass(kind: Any) -> Codec:
    hints = get_type_hints(kind)
    members = {field.name: codec(hints[field.name]) for field in fields(kind)}
    left_out = {name: None for name, hint in hints.items() if NoneType in get_args(hint)}

    def write(value: Any) -> dict[str, Any]:
        there = ((name, getattr(value, name)) for name in members)
        return {"M": {name: members[name].write(member) for name, member in there if member is not None}}

    def read(typed: Typed) -> Any:
        there = typed["M"]
        return kind(**left_out | {name: each.read(there[name]) for name, each in members.items() if name in there})

    return Codec(write, read)
