"""Local tokens say who calls, and the published key checks them."""

import json
import stat
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from infra.local.tokens import AUDIENCE, ISSUER_NAME, LIFETIME_SECONDS, Role, open_issuer, sign_token


def verify(token: str, folder: Path) -> dict[str, object]:
    jwks = jwt.PyJWKSet.from_json((folder / "jwks.json").read_text())
    key = jwks[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, object] = jwt.decode(token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER_NAME)
    return claims


@pytest.mark.parametrize(
    ("role", "client_id"),
    [
        (Role.WALLET, "wallet-app"),
        (Role.CUSTOMER, "wallet-app"),
        (Role.STAFF, "call-centre"),
        (Role.OFFICER, "privacy-office"),
    ],
)
def test_the_published_key_checks_the_claims(tmp_path: Path, role: Role, client_id: str) -> None:
    claims = verify(sign_token(open_issuer(tmp_path), role, subject="somebody"), tmp_path)
    assert claims["sub"] == "somebody"
    assert claims["client_id"] == client_id
    assert claims["roles"] == [role.value]
    assert claims["jti"]


def test_a_token_holds_for_twelve_hours(tmp_path: Path) -> None:
    key = open_issuer(tmp_path)
    claims = jwt.decode(
        sign_token(key, Role.STAFF, now=1_000), key.public_key(), ["ES256"], {"verify_exp": False}, audience=AUDIENCE
    )
    assert (claims["iat"], claims["exp"]) == (1_000, 1_000 + 12 * 3600)
    assert LIFETIME_SECONDS == 12 * 3600
    assert claims["sub"] == "local-staff"


def test_two_tokens_differ(tmp_path: Path) -> None:
    key = open_issuer(tmp_path)
    first, second = (verify(sign_token(key, Role.WALLET), tmp_path)["jti"] for _ in range(2))
    assert first != second


def test_a_customer_token_needs_the_customer(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="--sub"):
        sign_token(open_issuer(tmp_path), Role.CUSTOMER)


def test_the_private_key_is_its_owner_s_and_stays(tmp_path: Path) -> None:
    token = sign_token(open_issuer(tmp_path), Role.WALLET)
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert "d" not in json.loads((tmp_path / "jwks.json").read_text())["keys"][0]
    open_issuer(tmp_path)
    assert verify(token, tmp_path)["roles"] == ["wallet"]


def _opened(folder: Path) -> bytes:
    return open_issuer(folder).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_processes_that_begin_at_once_share_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        assert len(set(pool.map(_opened, [tmp_path] * 8))) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["jwks.json", "key.pem"]


def test_the_command_prints_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.local", "token", "--role", "customer", "--sub", "cus_1"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count("\n") == 1
    assert jwt.decode(done.stdout.strip(), options={"verify_signature": False})["sub"] == "cus_1"


def test_the_command_explains_a_missing_customer() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.local", "token", "--role", "customer"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "--sub" in done.stderr
    assert not done.stdout
