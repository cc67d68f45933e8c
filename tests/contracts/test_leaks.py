"""A whole life leaks neither number nor codes; `make prove` plants every kind of leak and finds it."""

from tests.prove.api import Api
from tests.prove.leaks import code_leaks, number_leaks, observed_life


def test_neither_the_number_nor_a_code_is_said_or_kept(direct: Api) -> None:
    runs = [observed_life(direct) for _ in range(3)]
    for life, evidence, _ in runs:
        assert number_leaks(life, evidence) == set()
    assert code_leaks((evidence, codes) for _, evidence, codes in runs) == set()
    life, evidence, codes = runs[0]
    evidence.add("verifications.hint", f"{life.number} {min(codes)}")
    assert number_leaks(life, evidence)
    assert evidence.fields_with(min(codes)) == {"verifications.hint"}
