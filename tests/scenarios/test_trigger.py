"""One execution a version of a manifest, whatever S3 delivers."""

import time

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
    for _ in range(2):
        pipeline.write(pipeline.manifest_key("versions"), manifest)

    executions = eventually(
        lambda: found if len(found := pipeline.executions("versions")) == 2 else None
    )

    versions = {pipeline.succeeded(execution)["version_id"] for execution in executions}
    assert len(versions) == 2


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
