"""Ports come from the environment, and mistakes are named."""

import pytest

from infra.local.environment import local_environment
from infra.local.places import Ports, read_ports


def test_the_defaults() -> None:
    assert read_ports({}) == read_ports({"PORT": "", "DESK_PORT": ""}) == Ports(8000, 8001, 4566)


def test_each_variable_moves_its_port() -> None:
    assert read_ports({"PORT": "1", "DESK_PORT": "2", "ENGINE_PORT": "3"}) == Ports(api=1, desk=2, engine=3)


@pytest.mark.parametrize("value", ["x", "0", "65536", "-1", "8e3", "²"])
def test_what_is_no_port_is_refused_by_name(value: str) -> None:
    with pytest.raises(ValueError, match="DESK_PORT must be a port number"):
        read_ports({"DESK_PORT": value})


def test_two_servers_cannot_share_a_port() -> None:
    with pytest.raises(ValueError, match="must differ"):
        read_ports({"DESK_PORT": "8000"})


def test_the_application_is_sent_to_the_engine_and_nowhere_else() -> None:
    environment = local_environment(Ports(engine=4999))
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4999"
    assert environment["AWS_ACCESS_KEY_ID"] == environment["AWS_SECRET_ACCESS_KEY"] == "test"
    assert environment["RINGFENCE_JWKS_URI"] == "http://127.0.0.1:8001/jwks.json"
