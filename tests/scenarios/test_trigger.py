"""One execution a version of a manifest, whatever S3 delivers."""

import json
import time

from local.aws.event_bus import Event
from tests.scenarios.pipeline import Pipeline, eventually

WRITTEN = "Object Created"


def test_a_second_delivery_of_the_same_event_starts_nothing(pipeline: Pipeline) -> None:
    execution = pipeline.label("twice")
    event = next(
        each
        for each in pipeline.aws.events.sent(WRITTEN)
        if each.detail["object"]["key"] == pipeline.manifest_key("twice")
    )
    pipeline.aws.events.deliver_again(event)
    pipeline.succeeded(execution)
    pipeline.aws.events.deliver_again(event)

    _let_events_arrive(pipeline)
    assert pipeline.executions("twice") == [execution]
    assert len(pipeline.training_jobs(execution)) == 1


def test_every_version_of_a_manifest_starts_an_execution_of_its_own(pipeline: Pipeline) -> None:
    manifest = pipeline.manifest("versions")
    first = pipeline.label("versions", manifest)
    pipeline.succeeded(first)
    newest = pipeline.write(pipeline.manifest_key("versions"), manifest)

    (second,) = eventually(
        lambda: found if (found := set(pipeline.executions("versions")) - {first}) else None
    )

    assert pipeline.succeeded(second)["version_id"] == newest


def test_events_in_any_order_and_number_train_on_the_newest_version_once(
    pipeline: Pipeline,
) -> None:
    manifest = pipeline.manifest("overwritten")
    key = pipeline.manifest_key("overwritten")

    def is_ours(event: Event) -> bool:
        return event.detail_type == WRITTEN and event.detail["object"]["key"] == key

    held = pipeline.aws.events.hold(is_ours)
    for _ in range(3):
        newest = pipeline.write(key, manifest)
    held.release(reverse=True)
    for event in [each for each in pipeline.aws.events.sent() if is_ours(each)] * 4:
        pipeline.aws.events.deliver_again(event)

    executions = eventually(
        lambda: found if len(found := pipeline.executions("overwritten")) == 3 else None
    )
    ended = [pipeline.ended(execution) for execution in executions]

    trained = [each for each in ended if each["status"] == "SUCCEEDED"]
    assert [json.loads(each["input"])["version_id"] for each in trained] == [newest]
    assert {each["error"] for each in ended if each not in trained} == {"ManifestSuperseded"}
    assert sum(len(pipeline.training_jobs(execution)) for execution in executions) == 1


def test_validation_waits_for_a_labeling_job_that_is_still_at_work(pipeline: Pipeline) -> None:
    def labeling_job(status: str) -> None:
        pipeline.aws.training.register_labeling_job(
            "at-it",
            status,
            OutputConfig={"S3OutputPath": pipeline.outputs["LabelingOutputUri"]},
            LabelCounters={"TotalLabeled": 7, "Unlabeled": 3},
        )

    labeling_job("InProgress")
    execution = pipeline.label("at-it")
    eventually(lambda: pipeline.happened(execution, "TaskFailed") >= 2 or None)
    assert pipeline.training_jobs(execution) == []

    labeling_job("Completed")
    pipeline.succeeded(execution)


def test_a_labeling_job_that_never_ends_is_not_waited_for_for_ever(pipeline: Pipeline) -> None:
    pipeline.aws.training.register_labeling_job(
        "endless",
        "InProgress",
        OutputConfig={"S3OutputPath": pipeline.outputs["LabelingOutputUri"]},
        LabelCounters={"TotalLabeled": 7, "Unlabeled": 3},
    )

    described = pipeline.ended(pipeline.label("endless"))

    assert described["error"] == "LabelingJobInProgress"
    assert "7 labelled, 3 to do" in described["cause"]


def test_a_labeling_job_that_writes_elsewhere_is_not_waited_for(pipeline: Pipeline) -> None:
    pipeline.aws.training.register_labeling_job(
        "namesake", "InProgress", OutputConfig={"S3OutputPath": "s3://somewhere-else/labeling/"}
    )

    pipeline.succeeded(pipeline.label("namesake"))


def test_ground_truth_that_is_closed_to_the_account_stops_nothing(pipeline: Pipeline) -> None:
    pipeline.aws.faults.refuse("sagemaker", "DescribeLabelingJob", "AccessDeniedException", times=1)

    pipeline.succeeded(pipeline.label("elsewhere"))


def test_the_manifest_of_a_labeling_job_at_work_starts_nothing(pipeline: Pipeline) -> None:
    pipeline.write(
        "labeling/at-work/manifests/intermediate/1/output.manifest", pipeline.manifest("at-work")
    )

    _let_events_arrive(pipeline)
    assert pipeline.executions("at-work") == []


def test_what_the_pipeline_itself_writes_starts_nothing(pipeline: Pipeline) -> None:
    pipeline.write("executions/x/manifests/output/output.manifest", b"{}\n")

    _let_events_arrive(pipeline)
    assert pipeline.executions("x") == []


def _let_events_arrive(pipeline: Pipeline) -> None:
    """A later event's execution has started: an earlier one's would have, too."""
    marker = f"marker-{time.monotonic_ns()}"
    pipeline.label(marker, b"{}\n")
