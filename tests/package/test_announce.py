"""What Lambda is told about the ledger's stream. The engine heeds little of it, so nothing else would miss it."""

from typing import Any

import pytest
import yaml

from chalicelib.entrypoints.jobs.announce import BATCH
from infra.package import Package


@pytest.fixture
def resources(packaged: Package) -> dict[str, Any]:
    template: dict[str, Any] = yaml.safe_load(packaged.template.read_text(encoding="utf-8"))
    found: dict[str, Any] = template["Resources"]
    return found


def test_the_stream_is_read_from_its_beginning_and_nothing_is_dropped_in_silence(resources: dict[str, Any]) -> None:
    (source,) = resources["Announce"]["Properties"]["Events"].values()
    assert source["Type"] == "DynamoDB"
    assert source["Properties"] == {
        "Stream": {"Fn::ImportValue": {"Fn::Sub": "${Name}-ledger-stream"}},
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": BATCH,
        "MaximumBatchingWindowInSeconds": 0,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True,
        "MaximumRecordAgeInSeconds": 21600,
        "DestinationConfig": {
            "OnFailure": {"Type": "SQS", "Destination": {"Fn::GetAtt": ["DeadAnnouncements", "Arn"]}}
        },
    }


def test_the_function_knows_the_ledger_s_keys_and_one_bus(resources: dict[str, Any]) -> None:
    assert resources["Announce"]["Properties"]["Environment"]["Variables"] == {
        "RINGFENCE_EVENT_BUS": {"Ref": "ConsentBus"},
        "RINGFENCE_KEY_LEDGER": {
            "Fn::If": [
                "HasLedgerKeys",
                {"Ref": "LedgerKeys"},
                {"Fn::ImportValue": {"Fn::Sub": "${Name}-ledger-key"}},
            ]
        },
    }


@pytest.mark.parametrize(
    ("alarm", "metric", "watched"),
    [
        ("AnnounceDied", "Errors", {"Ref": "Announce"}),
        ("AnnouncementsLate", "IteratorAge", {"Ref": "Announce"}),
        ("AnnouncementsDied", "ApproximateNumberOfMessagesVisible", {"Fn::GetAtt": ["DeadAnnouncements", "QueueName"]}),
    ],
)
def test_somebody_is_woken(resources: dict[str, Any], alarm: str, metric: str, watched: Any) -> None:
    properties = resources[alarm]["Properties"]
    assert properties["MetricName"] == metric
    assert [dimension["Value"] for dimension in properties["Dimensions"]] == [watched]
    assert properties["AlarmActions"]
