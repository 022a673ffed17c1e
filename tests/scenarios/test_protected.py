"""The pipeline with everything on that protects the account, and in a bucket that exists."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.aws.deployment import Deployment
from local.aws.embedded_aws import EmbeddedAws
from stacks.synthesis import STACK_NAME, synthesize
from tests.scenarios.conftest import CLOCK_SPEED
from tests.scenarios.pipeline import PICTURE, Pipeline, eventually, record

BUCKET = "team-data"
IMAGES = "team-images"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """One deployment with both; its bucket has no versions."""
    folder = tmp_path_factory.mktemp("cdk.out")
    with EmbeddedAws(clock_speed=CLOCK_SPEED) as aws:
        aws.client("s3").create_bucket(Bucket=BUCKET)
        aws.client("s3").create_bucket(Bucket=IMAGES)
        aws.client("s3").put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
        context = {
            "pipeline.existing_bucket": BUCKET,
            "pipeline.image_buckets": IMAGES,
            "pipeline.kms_key_arn": key,
            "pipeline.vpc_subnets": "subnet-0a1b2c3d,subnet-0e1f2a3b",
            "pipeline.security_groups": "sg-0a1b2c3d",
            "pipeline.network_isolation": "true",
            "pipeline.encrypt_inter_container_traffic": "true",
            "pipeline.instance_types": "ml.p3.2xlarge,ml.g5.xlarge",
        }
        synthesize(folder, context)
        outputs = Deployment(
            Path(folder), STACK_NAME, aws.client, region=aws.region, account=aws.account
        ).deploy()
        yield Pipeline(aws, outputs)


def test_a_labeling_job_in_a_bucket_without_versions_leads_to_a_model(pipeline: Pipeline) -> None:
    pipeline.s3.put_object(
        Bucket=BUCKET, Key=pipeline.manifest_key("dogs"), Body=pipeline.manifest("dogs")
    )

    execution = pipeline.execution_of("dogs")

    assert pipeline.succeeded(execution)["version_id"] == "null"
    (job,) = pipeline.training_jobs(execution)
    request = pipeline.aws.training.jobs[job].request
    assert request["VpcConfig"] == {
        "Subnets": ["subnet-0a1b2c3d", "subnet-0e1f2a3b"],
        "SecurityGroupIds": ["sg-0a1b2c3d"],
    }
    assert request["EnableNetworkIsolation"] is True
    assert request["EnableInterContainerTrafficEncryption"] is True
    assert request["ResourceConfig"]["VolumeKmsKeyId"] == request["OutputDataConfig"]["KmsKeyId"]


def test_every_write_of_a_manifest_without_versions_starts_an_execution(
    pipeline: Pipeline,
) -> None:
    manifest = pipeline.manifest("again")
    key = pipeline.manifest_key("again")
    pipeline.s3.put_object(Bucket=BUCKET, Key=key, Body=manifest)
    pipeline.succeeded(pipeline.execution_of("again"))
    (event,) = (
        each
        for each in pipeline.aws.events.sent("Object Created")
        if each.detail["object"]["key"] == key
    )
    pipeline.aws.events.deliver_again(event)
    pipeline.s3.put_object(Bucket=BUCKET, Key=key, Body=manifest)

    eventually(lambda: len(pipeline.executions("again")) == 2 or None)

    for execution in pipeline.executions("again"):
        pipeline.succeeded(execution)
    assert len(pipeline.executions("again")) == 2


def test_a_type_with_local_storage_is_not_asked_to_encrypt_it_with_the_key(
    pipeline: Pipeline,
) -> None:
    pipeline.aws.training.faults.lack_capacity("ml.p3.2xlarge")
    pipeline.s3.put_object(
        Bucket=BUCKET, Key=pipeline.manifest_key("crowded"), Body=pipeline.manifest("crowded")
    )

    execution = pipeline.execution_of("crowded")

    assert pipeline.succeeded(execution)["instance_type"] == "ml.g5.xlarge"
    last = pipeline.training_jobs(execution)[-1]
    assert "VolumeKmsKeyId" not in pipeline.aws.training.jobs[last].request["ResourceConfig"]
    pipeline.aws.training.faults.restore_capacity()


def test_an_image_that_is_missing_in_another_bucket_is_said_to_be_missing(
    pipeline: Pipeline,
) -> None:
    keys = [f"images/{number}.png" for number in range(10)]
    for key in keys[1:]:
        pipeline.s3.put_object(Bucket=IMAGES, Key=key, Body=PICTURE)
    manifest = b"".join(record(f"s3://{IMAGES}/{key}", (10, 10, 30, 20)) for key in keys)
    pipeline.s3.put_object(Bucket=BUCKET, Key=pipeline.manifest_key("elsewhere"), Body=manifest)

    described = pipeline.ended(pipeline.execution_of("elsewhere"))

    assert described["error"] == "TrainingClientError"
    assert f"s3://{IMAGES}/images/0.png (NoSuchKey" in described["cause"]
    assert "Put the image back, or take its line out of the manifest" in described["cause"]
