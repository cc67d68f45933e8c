"""The races at full size; `tests/contracts/test_races.py` runs a sample of each."""

from tests.prove import contact_races, races
from tests.prove.api import Api


def test_200_wrong_codes_at_once(api: Api) -> None:
    assert races.wrong_codes(api, 200)["code-incorrect"] == 5


def test_100_right_codes_at_once(api: Api) -> None:
    assert races.right_codes(api, 100)["200"] == 1


def test_50_customers_bind_one_number(api: Api) -> None:
    assert races.binds_of_one_number(api, 50)["201"] == 1


def test_50_threads_use_one_proof(api: Api) -> None:
    assert races.binds_with_one_proof(api, 50)["201"] == 1


def test_50_writers_of_20_consents_each(api: Api) -> None:
    # On moto it takes minutes: its transactions cost as much as the table is long.
    assert races.consents_of_one_customer(api, writers=50, events=20) == 1000


# A thousand in all. Each transaction of moto's copies its tables: hundreds of rounds there fill the memory.
ROUNDS = {"moto": 60, "engine": 940}


def test_1000_withdrawals_against_decisions_and_messages(api: Api) -> None:
    found = contact_races.withdrawals_and_decisions(api, ROUNDS[api.world.kind])
    print(api.world.kind, dict(found))
    # The two met at every step: some were in time, some were refused, and some held a token that had died.
    least = ROUNDS[api.world.kind] // 10
    assert min(found["permitted"], found["sent"], found["consent_withdrawn"], found["contact-token-invalid"]) > least
