"""Predict has an item for each model and image bucket; they run side by side, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lambdas.contract import State
from local.aws.deployment import Deployment
from local.aws.embedded_aws import EmbeddedAws
from stacks.settings.environments import STACK_NAME
from stacks.synthesis import synthesize
from tests.scenarios.conftest import CLOCK_SPEED
from tests.scenarios.pipeline import PICTURE, Pipeline, eventually, record
from tests.scenarios.test_transform_jobs import RIGHT, redrive

OTHER = "team-images"


def deploy(aws: EmbeddedAws, folder: Path, **settings: str) -> dict[str, str]:
    synthesize(folder, {f"pipeline.{name}": value for name, value in settings.items()})
    return Deployment(
        folder, STACK_NAME, aws.client, region=aws.region, account=aws.account
    ).deploy()


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A pipeline that may read the images of another bucket, too."""
    with EmbeddedAws(clock_speed=CLOCK_SPEED) as aws:
        aws.client("s3").create_bucket(Bucket=OTHER)
        outputs = deploy(aws, tmp_path_factory.mktemp("cdk.out"), image_buckets=OTHER)
        yield Pipeline(aws, outputs)


def train(pipeline: Pipeline, labeling_job: str) -> str:
    """Start an execution whose validation images lie in two buckets, two in each."""
    lines = []
    for number in range(4):
        bucket = (pipeline.layout.bucket, OTHER)[number % 2]
        key = f"images/{labeling_job}/{number}.png"
        pipeline.s3.put_object(Bucket=bucket, Key=key, Body=PICTURE)
        lines.append(record(f"s3://{bucket}/{key}", (10, 10, 30, 20)))
    pipeline.write(f"datasets/{labeling_job}", pipeline.manifest(f"{labeling_job}-train", 8))
    pipeline.write(f"datasets/{labeling_job}-validation", b"".join(lines))
    pipeline.aws.training.faults.next_job(artifact=RIGHT)
    return pipeline.start(
        manifest=pipeline.layout.uri(f"datasets/{labeling_job}"),
        validation_manifest=pipeline.layout.uri(f"datasets/{labeling_job}-validation"),
    )


def test_each_model_answers_for_the_images_of_each_bucket(pipeline: Pipeline) -> None:
    first = train(pipeline, "first")
    version = pipeline.succeeded(first)["model_package"]
    assert len(pipeline.transform_jobs(first)) == 2
    pipeline.aws.client("sagemaker").update_model_package(
        ModelPackageArn=version, ModelApprovalStatus="Approved"
    )

    second = train(pipeline, "second")
    output = pipeline.succeeded(second)

    assert len(pipeline.transform_jobs(second)) == 4
    assert output["evaluation"]["images"] == 4
    assert output["evaluation"]["ap50"] == output["evaluation"]["incumbent_ap50"] == 1.0
    assert len(output["bills"]) == 1 + 4
    name = second.rpartition(":")[2]
    records = pipeline.keys(pipeline.layout.job_records(name, "transform-jobs"))
    assert [key.rpartition("/")[2] for key in records] == [
        f"{model}-{bucket}.json"
        for model in ("candidate", "incumbent")
        for bucket in sorted((pipeline.layout.bucket, OTHER))
    ]
    pipeline.aws.client("sagemaker").delete_model_package(ModelPackageName=version)


def test_an_item_that_fails_has_the_other_ones_job_stopped_and_a_redrive_replaces_both(
    pipeline: Pipeline,
) -> None:
    faults = pipeline.aws.transform.faults
    holds = [faults.hold_next_job(), faults.hold_next_job()]
    execution = train(pipeline, "one-of-two")
    one, other = pipeline.waits_for_transform_jobs(execution, 2)

    pipeline.aws.client("sagemaker").stop_transform_job(TransformJobName=one)

    assert pipeline.ended(execution)["error"] == "TransformJobStopped"
    eventually(lambda: pipeline.aws.transform.jobs[other].status == "Stopped" or None)
    assert not any(hold.released for hold in holds)
    redrive(pipeline, execution)
    assert len(pipeline.transform_jobs(execution)) == 4


def test_a_redrive_pays_for_no_item_again_that_has_completed(pipeline: Pipeline) -> None:
    faults = pipeline.aws.transform.faults
    faults.next_job()
    faults.hold_next_job()
    execution = train(pipeline, "half-done")
    done, held = eventually(
        lambda: jobs if len(jobs := pipeline.transform_jobs(execution)) == 2 else None
    )
    pipeline.aws.transform.wait_until_finished(done)
    eventually(lambda: pipeline.happened(execution, "MapIterationSucceeded") or None)

    pipeline.stepfunctions.stop_execution(executionArn=execution)

    eventually(lambda: pipeline.aws.transform.jobs[held].status == "Stopped" or None)
    redrive(pipeline, execution)
    assert len(pipeline.transform_jobs(execution)) == 3


def test_with_evaluation_off_the_execution_ends_with_the_recorded_model(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    deploy(pipeline.aws, tmp_path, image_buckets=OTHER, evaluation="off")

    execution = train(pipeline, "unevaluated")

    assert pipeline.succeeded(execution)["evaluation"] is None
    assert pipeline.states(execution)[-1] == State.RECORD_MODEL
    assert pipeline.transform_jobs(execution) == []
    assert pipeline.invoke("reconcile_jobs", {}) == {"stopped": [], "deleted": []}
