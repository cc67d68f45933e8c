"""Members of what others wrote, read one by one: what is wrong is said without the value."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from chalicelib.domain.errors import FieldInvalid

LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def known_only(members: Mapping[str, Any], names: Collection[str], place: str) -> None:
    """Returns if every member has one of these names.

    Raises:
        FieldInvalid: another has. It is not named: of a file without its headings, the names are values.
    """
    if not set(members) <= set(names):
        raise FieldInvalid(place, f"has a field that is none of {', '.join(names)}")


def text(members: Mapping[str, Any], name: str, form: re.Pattern[str], place: str) -> str:
    """The member, which is a text of this form.

    Raises:
        FieldInvalid: it is missing, or something else.
    """
    value = members.get(name)
    if not isinstance(value, str) or form.fullmatch(value) is None:
        raise FieldInvalid(f"{place}/{name}", f"must be a text of the form {form.pattern}")
    return value


def optional(members: Mapping[str, Any], name: str, form: re.Pattern[str], place: str) -> str | None:
    """The same, or None where it is missing or null.

    Raises:
        FieldInvalid: it is something else.
    """
    return None if members.get(name) is None else text(members, name, form, place)
