"""What SNS cannot bring to the function that hears replies is kept: queue and key let SNS put it there."""

from typing import Any

import yaml

from infra.package import Package

TO_SNS = {"Service": "sns.amazonaws.com"}


def allowed(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements for SNS."""
    return [it for it in document["Statement"] if it["Effect"] == "Allow" and it["Principal"] == TO_SNS]


def test_what_sns_could_not_deliver_is_with_the_dead_replies(packaged: Package) -> None:
    template = yaml.safe_load(packaged.template.read_text(encoding="utf-8"))
    properties = {name: it.get("Properties", {}) for name, it in template["Resources"].items()}
    queue, topic = {"Fn::GetAtt": ["DeadReplies", "Arn"]}, {"Ref": "Replies"}
    assert properties["RepliesSubscription"]["TopicArn"] == topic
    assert properties["RepliesSubscription"]["RedrivePolicy"] == {"deadLetterTargetArn": queue}
    assert properties["DeadRepliesPolicy"]["Queues"] == [{"Ref": "DeadReplies"}]
    (put,) = allowed(properties["DeadRepliesPolicy"]["PolicyDocument"])
    assert (put["Action"], put["Resource"]) == ("sqs:SendMessage", queue)
    assert put["Condition"] == {"ArnEquals": {"aws:SourceArn": topic}}
    assert properties["DeadReplies"]["KmsMasterKeyId"] == {"Fn::GetAtt": ["RepliesKey", "Arn"]}
    (seal,) = allowed(properties["RepliesKey"]["KeyPolicy"])
    assert set(seal["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
