"""Images are decoded whole, and S3 refuses some: each costs its line and says what to do."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.aws.deployment import Deployment
from local.aws.embedded_aws import EmbeddedAws
from stacks.settings.environments import STACK_NAME
from stacks.synthesis import synthesize
from tests.scenarios.conftest import CLOCK_SPEED
from tests.scenarios.pipeline import PICTURE, Pipeline, record
from tests.scenarios.test_check_images import ODD, manifest, report
from tests.unit.images.images import DAMAGED

PARTNER = {"aws_access_key_id": "111122223333", "aws_secret_access_key": "test"}
PARTNERS_BUCKET = "partners-images"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """The pipeline that decodes, and may read what another account keeps for whoever pays."""
    folder: Path = tmp_path_factory.mktemp("cdk.out")
    synthesize(
        folder, {"pipeline.image_checks": "decode", "pipeline.image_buckets": PARTNERS_BUCKET}
    )
    with EmbeddedAws(clock_speed=CLOCK_SPEED) as aws:
        outputs = Deployment(
            folder, STACK_NAME, aws.client, region=aws.region, account=aws.account
        ).deploy()
        share_a_requester_pays_bucket(aws)
        yield Pipeline(aws, outputs)


def share_a_requester_pays_bucket(aws: EmbeddedAws) -> None:
    """Let another account share a bucket with the pipeline's."""
    partner = aws.client("s3", **PARTNER)
    partner.create_bucket(Bucket=PARTNERS_BUCKET)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": aws.account},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{PARTNERS_BUCKET}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    partner.put_bucket_policy(Bucket=PARTNERS_BUCKET, Policy=policy)
    partner.put_object(Bucket=PARTNERS_BUCKET, Key="shared.png", Body=PICTURE)
    partner.put_bucket_request_payment(
        Bucket=PARTNERS_BUCKET, RequestPaymentConfiguration={"Payer": "Requester"}
    )


def refused(pipeline: Pipeline) -> list[bytes]:
    """Lines of good images that S3 does not hand out: archived, under a key, for who pays."""
    key = pipeline.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    keeping: dict[str, dict[str, Any]] = {
        "refused/archived.png": {"StorageClass": "DEEP_ARCHIVE"},
        "refused/encrypted.png": {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key},
    }
    bucket = pipeline.layout.bucket
    for name, options in keeping.items():
        pipeline.s3.put_object(Bucket=bucket, Key=name, Body=PICTURE, **options)
    uris = [*map(pipeline.layout.uri, keeping), f"s3://{PARTNERS_BUCKET}/shared.png"]
    return [record(uri, (10, 10, 30, 20)) for uri in uris]


def test_what_is_damaged_or_refused_costs_its_line_and_says_what_to_do(pipeline: Pipeline) -> None:
    damaged = [*DAMAGED.values(), ODD["image-end-missing"]]
    lines = manifest(pipeline, "damaged", *damaged, good=200)
    execution = pipeline.label("damaged", b"".join([*refused(pipeline), lines]))

    outcome = pipeline.succeeded(execution)

    found = {each["code"]: each for each in report(pipeline, execution)["findings"]}
    assert {code: each["lines"] for code, each in found.items() if code.startswith("image-")} == {
        "image-archived": [1],
        "image-key-denied": [2],
        "image-access-denied": [3],
        "image-truncated": [*range(4, 4 + len(damaged))],
    }
    assert "restore-object" in found["image-archived"]["fix"]
    assert "perform: kms:Decrypt on resource: arn:aws:kms:" in found["image-key-denied"]["message"]
    assert "kms:Decrypt" in found["image-key-denied"]["fix"]
    assert "Requester Pays" in found["image-access-denied"]["fix"]
    assert "Upload the image again" in found["image-truncated"]["fix"]
    records = outcome["records"]
    assert (records["usable"], records["invalid"]) == (200, 3 + len(damaged))
    (run,) = pipeline.map_runs(execution)
    assert run["itemCounts"]["succeeded"] == 203 + len(damaged)
    assert run["executionCounts"]["succeeded"] == 5  # batches of 50
