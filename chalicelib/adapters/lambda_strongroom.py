"""The strongroom as a function of its own: orders and answers as JSON, with both ends of the wire in one place.

While a deployment is under way one end is older than the other. An answer may gain members at any time; an order gains
one only in a deployment after the one in which the strongroom learned it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from chalicelib.adapters import aws
from chalicelib.adapters.structure import from_plain, to_plain
from chalicelib.domain import errors
from chalicelib.domain.claim import KeyedRequest
from chalicelib.domain.contact import Message
from chalicelib.domain.phone_number import PhoneNumber, known_phone_number
from chalicelib.domain.reveal_approval import RevealApproval
from chalicelib.domain.verification import Send
from chalicelib.ports import Strongroom

T = TypeVar("T")
DOORS = frozenset({"send_code", "tell_old_number", "send_message", "reveal", "approve_reveal"})
KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.RingfenceError)
}


@dataclass(frozen=True)
class LambdaStrongroom:
    """Asks by Invoke, and once: an order whose answer is lost may have been carried out.

    Attributes:
        function: the function's name or ARN.
    """

    function: str

    def send_code(self, authorization: str, verification_id: str) -> Send:
        """The intended send of this verification has been made once, and this is what is known of it."""
        return self._ask(  # type: ignore[no-any-return]
            "send_code", partial(from_plain, Send), authorization=authorization, verification_id=verification_id
        )

    def tell_old_number(self, authorization: str, customer_id: str) -> Message:
        """The old number of the customer's change of number has been told once, and this is what is known of it."""
        return self._ask(  # type: ignore[no-any-return]
            "tell_old_number", partial(from_plain, Message), authorization=authorization, customer_id=customer_id
        )

    def send_message(
        self, authorization: str, token: str, template: str, parameters: Mapping[str, str], keyed: KeyedRequest | None
    ) -> Message:
        """The message was sent at most once, the token is used and the access is logged."""
        return self._ask(  # type: ignore[no-any-return]
            "send_message",
            partial(from_plain, Message),
            authorization=authorization,
            token=token,
            template=template,
            parameters=dict(parameters),
            keyed=_told(keyed),
        )

    def reveal(
        self,
        authorization: str,
        token: str,
        justification: str,
        keyed: KeyedRequest | None,
        ticket: str | None = None,
    ) -> PhoneNumber:
        """The number in clear; the token is used, the access logged with its reason, and it counts for the person."""
        # A strongroom of before tickets is asked as before.
        under = {} if ticket is None else {"ticket": ticket}
        return self._ask(
            "reveal",
            known_phone_number,
            authorization=authorization,
            token=token,
            justification=justification,
            keyed=_told(keyed),
            **under,
        )

    def approve_reveal(
        self, authorization: str, approval_id: str, customer_id: str, keyed: KeyedRequest | None
    ) -> RevealApproval:
        """A colleague may be shown this minor's number: the caller said so, or another colleague before."""
        return self._ask(  # type: ignore[no-any-return]
            "approve_reveal",
            partial(from_plain, RevealApproval),
            authorization=authorization,
            approval_id=approval_id,
            customer_id=customer_id,
            keyed=_told(keyed),
        )

    def _ask(self, door: str, meaning: Callable[[Any], T], **order: Any) -> T:
        payload = json.dumps({"door": door, "order": order})
        with aws.translated():
            reply = aws.functions().invoke(FunctionName=self.function, Payload=payload)
            said = reply["Payload"].read()
        if reply.get("FunctionError"):
            # What it died of may quote the order, so it is not even read.
            raise errors.Unavailable("Invoke: FunctionError")
        try:
            answer = json.loads(said, parse_float=Decimal)
            refusal = _error_told(answer) if "error" in answer else None
            if refusal is None:
                return meaning(answer["answer"])
        except Exception:
            # Whatever does not fit, its exception's text may quote the answer.
            raise errors.Unavailable("Invoke: NotUnderstood") from None
        raise refusal


def carry_out(strongroom: Strongroom, event: Mapping[str, Any]) -> dict[str, Any]:
    """The other end: the order of a `LambdaStrongroom` was carried out, and this tells it so.

    Raises:
        ValueError: there is no such door.
        RingfenceError: whatever the strongroom raised; `refused` tells the other end.
    """
    if event["door"] not in DOORS:
        raise ValueError("no such door")
    order = dict(event["order"])
    if order.get("keyed"):
        order["keyed"] = KeyedRequest(**{**order["keyed"], "body": order["keyed"]["body"].encode()})
    answer = getattr(strongroom, event["door"])(**order)
    return {"answer": answer.e164 if isinstance(answer, PhoneNumber) else _jsonable(answer)}


def refused(error: errors.RingfenceError) -> dict[str, Any]:
    """What tells a `LambdaStrongroom` to raise the same error."""
    # Of a port's own kind of error the wire knows the domain's ancestor.
    kind = next(each for each in type(error).__mro__ if each.__module__ == errors.__name__)
    return {"error": kind.__name__, "members": _jsonable(error) if is_dataclass(kind) else {}}


def _told(keyed: KeyedRequest | None) -> dict[str, str] | None:
    if keyed is None:
        return None
    return {"client_id": keyed.client_id, "route": keyed.route, "key": keyed.key, "body": keyed.body.decode()}


def _error_told(answer: Mapping[str, Any]) -> errors.RingfenceError:
    kind = KINDS[answer["error"]]
    return from_plain(kind, answer["members"]) if is_dataclass(kind) else kind()


def _jsonable(value: Any) -> Any:
    # Seconds since 1970 to the microsecond have 16 digits, which a double keeps.
    return json.loads(json.dumps(to_plain(value), default=float))
