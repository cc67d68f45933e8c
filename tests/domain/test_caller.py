"""Who may do and know what."""

from dataclasses import replace
from itertools import combinations

import pytest

from chalicelib.domain.caller import ROLES, Caller
from chalicelib.domain.errors import NotFound, NotPermitted
from tests.domain.samples import NOON

COMBINATIONS = [frozenset(some) for size in range(1, 5) for some in combinations(ROLES, size)]


def having(roles: frozenset[str], subject: str = "cus_0123") -> Caller:
    return Caller("wallet-app", subject, roles, NOON)


@pytest.mark.parametrize("roles", COMBINATIONS, ids=lambda roles: "+".join(sorted(roles)))
def test_one_of_the_roles_is_needed_and_no_other_counts(roles: frozenset[str]) -> None:
    for allowed in COMBINATIONS:
        if roles & allowed:
            acting = having(roles).acting_as(*allowed)
            assert acting.roles == roles & allowed
            assert replace(acting, roles=roles) == having(roles)
        else:
            with pytest.raises(NotPermitted):
                having(roles).acting_as(*allowed)


def test_another_role_does_not_widen_a_customer_s_reach() -> None:
    both = having(frozenset({"customer", "staff"}))
    both.require_reach("cus_4567")
    with pytest.raises(NotFound):
        both.acting_as("customer", "officer").require_reach("cus_4567")


def test_nobody_has_no_role() -> None:
    for role in ROLES:
        with pytest.raises(NotPermitted):
            having(frozenset()).acting_as(role)


@pytest.mark.parametrize("roles", COMBINATIONS, ids=lambda roles: "+".join(sorted(roles)))
def test_a_mere_customer_reaches_only_itself(roles: frozenset[str]) -> None:
    having(roles).require_reach("cus_0123")
    if roles == {"customer"}:
        for other in ("cus_4567", "", "cus_0123 "):
            with pytest.raises(NotFound):
                having(roles).require_reach(other)
    else:
        having(roles).require_reach("cus_4567")


@pytest.mark.parametrize("roles", COMBINATIONS, ids=lambda roles: "+".join(sorted(roles)))
def test_the_strongest_role_is_recorded(roles: frozenset[str]) -> None:
    strength = {"customer": 0, "wallet": 1, "staff": 2, "officer": 3}
    assert having(roles).role == max(roles, key=strength.__getitem__)
