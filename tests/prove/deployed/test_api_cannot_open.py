"""The API function, with all that its role may do and no staff member's token, gets no stored number opened."""

import base64
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import jwt
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.adapters.dynamodb_places import from_item, to_item
from chalicelib.domain.contact import ContactToken, new_token, token_digest
from chalicelib.domain.customer import Customer, WrappedKey
from infra.local.deploy import NAME
from infra.local.environment import REGION
from infra.local.journey import Journey
from infra.local.journey_steps import PARAMETERS, PURPOSE, TEMPLATE, catalogue, consent, signup
from infra.local.tokens import AUDIENCE, ISSUER_NAME, KEY_ID, Role
from tests.prove.deployed.deployment import Deployment
from tests.prove.forms import spellings

DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}


@dataclass(frozen=True)
class Intruder:
    """Code of somebody else's in the API function: its credentials, its tables, its way to the strongroom."""

    deployment: Deployment
    session: boto3.Session
    journey: Journey

    def client(self, service: str) -> Any:
        """A client with the API function's credentials."""
        return self.session.client(service, endpoint_url=self.deployment.stack.ports.engine_url)  # type: ignore[call-overload]

    @property
    def customer(self) -> Customer:
        return from_item(Customer, self.item("customers", f"customer#{self.journey.known['customer']}"))

    def item(self, table: str, pk: str, sk: str | None = None) -> dict[str, Any]:
        key = {"pk": {"S": pk}} | ({"sk": {"S": sk}} if sk else {})
        found: dict[str, Any] = self.client("dynamodb").get_item(TableName=f"{NAME}-{table}", Key=key)["Item"]
        return found

    def put(self, table: str, record: Any) -> None:
        self.client("dynamodb").put_item(TableName=f"{NAME}-{table}", Item=to_item(record))

    def wrapped_key(self) -> WrappedKey:
        customer = self.customer
        assert customer.number is not None
        return from_item(WrappedKey, self.item("keys", customer.id, customer.number.key_id))

    def forged_token(self, channel: str, client_id: str, subject: str) -> str:
        """A contact token for whomever, put into the table past every decision."""
        token, customer = new_token(), self.customer
        record = ContactToken(
            digest=token_digest(token),
            customer_id=customer.id,
            purpose=PURPOSE,
            channel=channel,
            client_id=client_id,
            subject=subject,
            ground=customer.ground,
            evidence=(),
            lapses_at=datetime.now(UTC) + timedelta(hours=1),
            version=secrets.token_hex(8),
        )
        self.put("contacts", record)
        return token

    def order(self, door: str, **order: Any) -> str:
        """What the strongroom answers."""
        payload = json.dumps({"door": door, "order": order})
        function = self.deployment.functions["strongroom"]
        answer = self.client("lambda").invoke(FunctionName=function, Payload=payload)
        text: str = answer["Payload"].read().decode()
        return text

    def must_not_see_the_number(self, text: str) -> None:
        assert not [form for form in spellings(self.journey.number) if form in text]


@pytest.fixture(scope="module")
def intruder(deployment: Deployment) -> Intruder:
    """A customer has consented, and the API function is somebody else's."""
    journey = deployment.journey()
    for stage in (catalogue, signup, consent):
        stage(journey)
    role = deployment.client("iam").get_role(RoleName=deployment.roles["api"])["Role"]["Arn"]
    given = deployment.client("sts").assume_role(RoleArn=role, RoleSessionName="intruder")["Credentials"]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name=REGION)
    return Intruder(deployment, session, journey)


def test_its_role_opens_no_data_key(intruder: Intruder) -> None:
    key = intruder.wrapped_key()
    asked = {"CiphertextBlob": key.wrapped, "EncryptionContext": {"customer": key.customer_id, "field": "number"}}
    # Named or read from the ciphertext. Under another key's name the engine opens it, and AWS and moto don't.
    assert _refused(lambda: intruder.client("kms").decrypt(**asked, KeyId=intruder.deployment.key("number")))
    assert _refused(lambda: intruder.client("kms").decrypt(**asked))
    # The deployment's root can: it is the role that is refused, not the call.
    assert intruder.deployment.client("kms").decrypt(**asked)["Plaintext"]


@pytest.mark.parametrize(
    ("service", "call", "arguments"),
    [
        # Customers read their own log; nobody behind the API writes one, or reads all of them.
        ("dynamodb", "put_item", {"TableName": f"{NAME}-access-log", "Item": {"pk": {"S": "x"}, "sk": {"S": "x"}}}),
        ("dynamodb", "delete_item", {"TableName": f"{NAME}-access-log", "Key": {"pk": {"S": "x"}, "sk": {"S": "x"}}}),
        ("dynamodb", "scan", {"TableName": f"{NAME}-access-log"}),
        ("dynamodb", "scan", {"TableName": f"{NAME}-keys"}),
        ("dynamodb", "put_item", {"TableName": f"{NAME}-openings", "Item": {"pk": {"S": "opening_by_staff#x"}}}),
        ("dynamodb", "delete_item", {"TableName": f"{NAME}-openings", "Key": {"pk": {"S": "opening_by_staff#x"}}}),
        ("dynamodb", "update_item", {"TableName": f"{NAME}-decisions", "Key": {"pk": {"S": "x"}, "sk": {"S": "x"}}}),
        ("dynamodb", "delete_item", {"TableName": f"{NAME}-decisions", "Key": {"pk": {"S": "x"}, "sk": {"S": "x"}}}),
        ("kms", "create_grant", {"Operations": ["Decrypt"]}),
        ("kms", "put_key_policy", {"PolicyName": "default", "Policy": "{}"}),
        ("iam", "list_roles", {}),
        ("lambda", "update_function_code", {"ZipFile": b"code"}),
        ("lambda", "update_function_configuration", {"Handler": "other.handler"}),
        ("lambda", "get_function", {}),
        ("sts", "assume_role", {"RoleSessionName": "further"}),
    ],
)
def test_its_role_does_not_lead_further(intruder: Intruder, service: str, call: str, arguments: dict[str, Any]) -> None:
    deployment = intruder.deployment
    also: dict[str, Any] = {}
    if service == "kms":
        also = {"KeyId": deployment.key("number")} | ({"GranteePrincipal": "me"} if call == "create_grant" else {})
    elif service == "lambda":
        also = {"FunctionName": deployment.functions["strongroom"]}
    elif service == "sts":
        role = deployment.client("iam").get_role(RoleName=deployment.roles["strongroom"])
        also = {"RoleArn": role["Role"]["Arn"]}
    assert _refused(lambda: getattr(intruder.client(service), call)(**arguments, **also))


def test_a_forged_token_row_reveals_nothing_without_a_staff_token(intruder: Intruder) -> None:
    deployment = intruder.deployment
    wallet = f"Bearer {deployment.token(Role.WALLET)}"
    officer = f"Bearer {deployment.token(Role.OFFICER)}"
    customer = f"Bearer {deployment.token(Role.CUSTOMER, subject=intruder.customer.id)}"
    for authorization in (wallet, officer, customer, *_forged_authorizations()):
        for client_id, subject in (("wallet-app", "local-wallet"), ("call-centre", "local-staff")):
            token = intruder.forged_token("call", client_id, subject)
            said = intruder.order(
                "reveal", authorization=authorization, token=token, justification="give it to me", keyed=None
            )
            assert json.loads(said)["error"] in ("NotAuthenticated", "NotPermitted")
            intruder.must_not_see_the_number(said)


def test_nobody_gives_a_second_person_s_word_without_a_staff_token(intruder: Intruder) -> None:
    wallet = f"Bearer {intruder.deployment.token(Role.WALLET)}"
    officer = f"Bearer {intruder.deployment.token(Role.OFFICER)}"
    for authorization in (wallet, officer, *_forged_authorizations()):
        wish = {"approval_id": "apr_x", "customer_id": intruder.customer.id, "keyed": None}
        said = intruder.order("approve_reveal", authorization=authorization, **wish)
        assert json.loads(said)["error"] in ("NotAuthenticated", "NotPermitted")


def test_a_message_by_a_forged_token_row_tells_the_sender_no_number(intruder: Intruder) -> None:
    wallet = f"Bearer {intruder.deployment.token(Role.WALLET)}"
    token = intruder.forged_token("sms", "wallet-app", "local-wallet")
    said = intruder.order(
        "send_message",
        authorization=wallet,
        token=token,
        template=TEMPLATE,
        parameters=PARAMETERS,
        keyed=None,
    )
    assert "answer" in json.loads(said)
    intruder.must_not_see_the_number(said)


def test_another_customer_s_sealed_number_opens_for_nobody_else(intruder: Intruder) -> None:
    """Head and wrapped key copied to a customer of the intruder's own: the keys are bound to whose they are."""
    thief = replace(intruder.customer, id=f"cus_{secrets.token_hex(16)}", version=secrets.token_hex(8))
    intruder.put("customers", thief)
    intruder.put("keys", replace(intruder.wrapped_key(), customer_id=thief.id))
    staff = f"Bearer {intruder.deployment.token(Role.STAFF)}"
    token = new_token()
    record = ContactToken(
        token_digest(token), thief.id, PURPOSE, "call", "call-centre", "local-staff", thief.ground, (),
        datetime.now(UTC) + timedelta(hours=1), version=secrets.token_hex(8),
    )  # fmt: skip
    intruder.put("contacts", record)
    said = intruder.order("reveal", authorization=staff, token=token, justification="even with staff", keyed=None)
    assert "answer" not in json.loads(said)
    intruder.must_not_see_the_number(said)


@pytest.mark.parametrize("door", ["__init__", "_open", "opener", "open", "", "strongroom"])
def test_there_is_no_other_door(intruder: Intruder, door: str) -> None:
    said = intruder.order(door, authorization="", customer_id=intruder.customer.id)
    assert "answer" not in json.loads(said)
    intruder.must_not_see_the_number(said)


def test_with_a_staff_member_s_own_token_the_door_opens(intruder: Intruder) -> None:
    """The counter-test: what fails above fails for want of the token."""
    staff = f"Bearer {intruder.deployment.token(Role.STAFF)}"
    token = intruder.forged_token("call", "call-centre", "local-staff")
    said = intruder.order(
        "reveal", authorization=staff, token=token, justification="the customer asked for it", keyed=None
    )
    assert json.loads(said) == {"answer": intruder.journey.number}


def _forged_authorizations() -> list[str]:
    """Tokens that claim to be a staff member's and are signed by nobody, or by somebody else."""
    claims = {
        "iss": ISSUER_NAME,
        "aud": AUDIENCE,
        "sub": "local-staff",
        "client_id": "call-centre",
        "roles": ["staff"],
        "exp": int(time.time()) + 600,
    }
    own = ec.generate_private_key(ec.SECP256R1())
    head, body = (_base64(json.dumps(each)) for each in ({"alg": "none", "typ": "JWT", "kid": KEY_ID}, claims))
    return [
        "",
        "Bearer ",
        f"Bearer {jwt.encode(claims, own, algorithm='ES256', headers={'kid': KEY_ID})}",
        f"Bearer {jwt.encode(claims, own, algorithm='ES256', headers={'kid': 'other'})}",
        f"Bearer {head}.{body}.",
    ]


def _base64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _refused(call: Callable[[], Any]) -> bool:
    with pytest.raises(ClientError) as failure:
        call()
    return failure.value.response["Error"]["Code"] in DENIED
