"""What the functions that send may do beside `.chalice/policy-*.json`, for the senders that policy.toml sets up.

The policy files are for SNS alone, so that a deployment without another sender, or without look-ups of carriers, has no
permission that lies idle.
"""

from typing import Any

from chalicelib.domain.sending_rules import Senders

SENDING = ("APIHandler", "Strongroom", "Deliver", "Inbound")
# End User Messaging. Its actions name numbers, pools, sender ids or messages, all of this account and region.
SMS_VOICE = {"Fn::Sub": "arn:${AWS::Partition}:sms-voice:${AWS::Region}:${AWS::AccountId}:*"}
QUEUE = {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Name}-sends"}
SECRET = {"Fn::Sub": "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${Name}/webhook-secret"}


def grant(resources: dict[str, Any], senders: Senders, *, looks_up: bool = False) -> None:
    """The roles in a packaged template may use the senders that are set up, and no other.

    Args:
        resources: of the template; changed in place.
        looks_up: True if the strongroom may ask who carries a number.
    """
    for function in SENDING:
        statements = _statements(function, senders)
        if looks_up and function == "Strongroom":
            statements.append(_allow("CarrierLookup", "sms-voice:CarrierLookup", "*"))
        if statements:
            document = {"Version": "2012-10-17", "Statement": statements}
            role = resources[function]["Properties"]["Role"]["Fn::GetAtt"][0]
            policies = resources[role]["Properties"]["Policies"]
            policies.append({"PolicyName": "Senders", "PolicyDocument": document})


def _statements(function: str, senders: Senders) -> list[dict[str, Any]]:
    statements = []
    if senders.end_user_messaging:
        statements.append(_allow("EndUserMessaging", "sms-voice:SendTextMessage", SMS_VOICE))
        if function == "Deliver":
            statements.append(_allow("Feedback", "sms-voice:PutMessageFeedback", SMS_VOICE))
        if function == "Strongroom":
            # Of a known customer nothing is queued but the question whether the code was entered.
            statements.append(_allow("Queue", "sqs:SendMessage", QUEUE))
    if senders.webhook:
        statements.append(_allow("WebhookSecret", "ssm:GetParameter", SECRET))
    return statements


def _allow(sid: str, action: str, resource: dict[str, str] | str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": [action], "Resource": resource}
