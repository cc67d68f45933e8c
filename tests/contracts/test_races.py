"""A sample of each race; `make prove` runs them at full size."""

from tests.prove import contact_races, races
from tests.prove.api import Api
from tests.prove.crowd import crowd


def test_wrong_codes_at_once(api: Api) -> None:
    assert races.wrong_codes(api, 40)["code-incorrect"] == 5


def test_right_codes_at_once(api: Api) -> None:
    assert races.right_codes(api, 25)["200"] == 1


def test_customers_bind_one_number(api: Api) -> None:
    assert races.binds_of_one_number(api, 10)["201"] == 1


def test_threads_use_one_proof(api: Api) -> None:
    assert races.binds_with_one_proof(api, 20)["201"] == 1


def test_writers_of_consents(api: Api) -> None:
    assert races.consents_of_one_customer(api, 10, 4) == 40


def test_withdrawals_against_decisions_and_messages(api: Api) -> None:
    found = contact_races.withdrawals_and_decisions(api, 12)
    assert min(found["permitted"], found["consent_withdrawn"], found["contact-token-invalid"]) > 0


def test_64_connections(served: Api) -> None:
    members = crowd(served, connections=64, seconds=5)
    assert [member.foreign for member in members if member.foreign] == []
    assert [member.failures for member in members if member.failures] == []
