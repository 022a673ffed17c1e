"""The pipeline with everything on that protects the account, and in a bucket that exists."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from local.aws.deployment import Deployment
from local.aws.embedded_aws import EmbeddedAws
from stacks.settings.environments import STACK_NAME
from stacks.synthesis import synthesize
from tests.scenarios.conftest import CLOCK_SPEED
from tests.scenarios.pipeline import PICTURE, Pipeline, record

BUCKET = "team-data"
IMAGES = "team-images"


def keep_versions(aws: EmbeddedAws, status: Literal["Enabled", "Suspended"]) -> None:
    aws.client("s3").put_bucket_versioning(
        Bucket=BUCKET, VersioningConfiguration={"Status": status}
    )


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """One deployment with both."""
    folder = tmp_path_factory.mktemp("cdk.out")
    with EmbeddedAws(clock_speed=CLOCK_SPEED) as aws:
        aws.client("s3").create_bucket(Bucket=BUCKET)
        aws.client("s3").create_bucket(Bucket=IMAGES)
        keep_versions(aws, "Enabled")
        aws.client("s3").put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
        encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        for bucket in (BUCKET, IMAGES):
            aws.client("s3").put_bucket_encryption(
                Bucket=bucket,
                ServerSideEncryptionConfiguration={
                    "Rules": [{"ApplyServerSideEncryptionByDefault": encryption}]
                },
            )
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


def test_a_labeling_job_in_a_bucket_that_exists_leads_to_a_model(pipeline: Pipeline) -> None:
    version = pipeline.write(pipeline.manifest_key("dogs"), pipeline.manifest("dogs"))

    execution = pipeline.execution_of("dogs")

    assert pipeline.succeeded(execution)["version_id"] == version
    (job,) = pipeline.training_jobs(execution)
    request = pipeline.aws.training.jobs[job].request
    assert request["VpcConfig"] == {
        "Subnets": ["subnet-0a1b2c3d", "subnet-0e1f2a3b"],
        "SecurityGroupIds": ["sg-0a1b2c3d"],
    }
    assert request["EnableNetworkIsolation"] is True
    assert request["EnableInterContainerTrafficEncryption"] is True
    assert request["ResourceConfig"]["VolumeKmsKeyId"] == request["OutputDataConfig"]["KmsKeyId"]


def test_a_manifest_without_versions_is_refused_and_may_be_trained_on_by_hand(
    pipeline: Pipeline,
) -> None:
    keep_versions(pipeline.aws, "Suspended")
    key = pipeline.manifest_key("unversioned")
    pipeline.s3.put_object(Bucket=BUCKET, Key=key, Body=pipeline.manifest("unversioned"))
    refused = pipeline.ended(pipeline.execution_of("unversioned"))

    by_hand = pipeline.start(manifest=pipeline.layout.uri(key))

    assert refused["error"] == "InvalidExecutionInput"
    assert "Switch its versioning on" in refused["cause"]
    assert pipeline.succeeded(by_hand)["version_id"] == "null"
    keep_versions(pipeline.aws, "Enabled")


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

    assert described["error"] == "ImagesRejected"
    assert "image-missing x1: line 1: " in described["cause"]
    assert f"s3://{IMAGES}/images/0.png" in described["cause"]
