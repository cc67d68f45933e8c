"""Plain values to dataclasses and back: for the policy's TOML and the strongroom's orders."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from chalicelib.domain.mistake import Mistake

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

NAMES = {str: "a text", int: "a whole number", bool: "true or false"}


def seconds(at: datetime) -> Decimal:
    """Seconds since 1970, exact to the microsecond."""
    return Decimal((at - EPOCH) // MICROSECOND).scaleb(-6)


def instant(since_1970: Decimal) -> datetime:
    """The instant that `seconds` made this of."""
    return EPOCH + int(since_1970.scaleb(6)) * MICROSECOND


def to_plain(value: Any) -> Any:
    """Dictionaries, lists, texts and numbers that say the same; instants as seconds; None members are left out."""
    if is_dataclass(value):
        return {
            field.name: to_plain(member)
            for field in fields(value)
            if (member := getattr(value, field.name)) is not None
        }
    if isinstance(value, datetime):
        return seconds(value)
    if isinstance(value, Mapping):
        return {key: to_plain(member) for key, member in value.items()}
    if isinstance(value, tuple):
        return [to_plain(member) for member in value]
    return value


def from_plain(hint: Any, value: Any, *, strict: bool = False, path: tuple[str, ...] = ()) -> Any:
    """The value of the hinted type that `value` means.

    Args:
        hint: a dataclass, str, int, bool, datetime, or tuple, Mapping or optional of these.
        strict: members that the dataclass does not have are mistakes.
        path: where the value stands, for the mistake.

    Raises:
        Mistake: the value does not fit; says where and why.
    """
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        (hint,) = (option for option in get_args(hint) if option is not NoneType)
        return None if value is None else from_plain(hint, value, strict=strict, path=path)
    if origin is tuple:
        if not isinstance(value, list):
            raise Mistake(path, "must be a list")
        return tuple(
            from_plain(get_args(hint)[0], member, strict=strict, path=(*path, str(position)))
            for position, member in enumerate(value, start=1)
        )
    if origin is not None and issubclass(origin, Mapping):
        return {
            key: from_plain(get_args(hint)[1], member, strict=strict, path=(*path, key))
            for key, member in _table(value, path).items()
        }
    if is_dataclass(hint):
        return _dataclass(hint, _table(value, path), strict, path)
    if hint is datetime:
        return instant(value)
    if type(value) is not hint:
        raise Mistake(path, f"must be {NAMES[hint]}")
    return value


def _table(value: Any, path: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Mistake(path, "must be a table")
    return value


def _dataclass(kind: Any, members: Mapping[str, Any], strict: bool, path: tuple[str, ...]) -> Any:
    hints = _hints(kind)
    if strict and (unknown := set(members) - set(hints)):
        raise Mistake((*path, min(unknown)), "is not known here")
    values = {
        name: from_plain(hint, members[name], strict=strict, path=(*path, name))
        for name, hint in hints.items()
        if name in members
    }
    values.update({name: None for name, hint in hints.items() if name not in members and _is_optional(hint)})
    if missing := _required(kind) - set(values):
        raise Mistake((*path, min(missing)), "is missing")
    try:
        return kind(**values)
    except Mistake as mistake:
        raise Mistake((*path, *mistake.path), mistake.reason) from None


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _required(kind: Any) -> frozenset[str]:
    """Members without a default; optional ones may be left out, since `to_plain` leaves None out."""
    return frozenset(
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING and not _is_optional(_hints(kind)[field.name])
    )


def _is_optional(hint: Any) -> bool:
    return NoneType in get_args(hint)
