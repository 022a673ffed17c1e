"""The Distributed Map that looks at the images of the accepted lines, batch by batch."""

from collections.abc import Sequence
from typing import Any

import jsii
from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from lambdas.contract import BucketLayout, State
from stacks.constructs.encryption import key_use
from stacks.constructs.permissions import allow_on_objects, executions_arn
from stacks.settings.fields import PipelineSettings

LABEL = "Images"
"""Of its Map Runs, in their ARNs."""

EXECUTION_NAME = "$states.context.Execution.Name"

BATCH_BYTES = 200_000
"""A child's input may have 256 KiB (Step Functions quotas), and holds more than the lines."""

BATCH_IMAGES = {"headers": 1_000, "decode": 50}
"""So that a child ends within 90 seconds, even if 50 images have 40 MB and 100 megapixels."""


class CheckImages(sfn.DistributedMap):
    """Goes through the list of images that Validate Manifest has written, exactly that version.

    Its children are Express executions, which take five minutes at most. None may fail: what is
    wrong with an image is in a child's output, so that a failure says nothing about images. A
    redrive runs again only those that have failed.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        settings: PipelineSettings,
        bucket: s3.IBucket,
        check_batch: sfn.IChainable,
    ) -> None:
        super().__init__(
            scope,
            str(State.CHECK_IMAGES),
            query_language=sfn.QueryLanguage.JSONATA,
            label=LABEL,
            max_concurrency=settings.image_check_concurrency,
            map_execution_type=sfn.StateMachineType.EXPRESS,
            item_reader=ImageListReader(bucket),
            item_batcher=sfn.ItemBatcher(
                max_items_per_batch=BATCH_IMAGES[settings.image_checks],
                max_input_bytes_per_batch=BATCH_BYTES,
                batch_input={"execution": f"{{% {EXECUTION_NAME} %}}"},
            ),
            result_writer_v2=sfn.ResultWriterV2(
                bucket=bucket,
                prefix=_results_of_this_execution(bucket),
                writer_config=sfn.WriterConfig(
                    output_type=sfn.OutputType.JSONL, transformation=sfn.Transformation.COMPACT
                ),
            ),
            outputs="{% $states.input %}",
        )
        self.item_processor(check_batch)


@jsii.implements(sfn.IItemReader)
class ImageListReader:
    """Reads one version of the list; the CDK's own reader knows no versions."""

    def __init__(self, bucket: s3.IBucket) -> None:
        self._bucket = bucket

    @property
    def bucket(self) -> s3.IBucket:
        """Where the list lies."""
        return self._bucket

    @property
    def bucket_name_path(self) -> None:
        """The bucket is known when the template is made."""

    @property
    def resource(self) -> str:
        """How Step Functions gets it."""
        return f"arn:{Stack.of(self._bucket).partition}:states:::s3:getObject"

    @property
    def max_items(self) -> None:
        """All of them."""

    @jsii.member(jsii_name="render")
    def render(self, _query_language: Any = None) -> dict[str, Any]:
        """Return the reader as the state machine's definition has it."""
        return {
            "Resource": self.resource,
            "ReaderConfig": {"InputType": "JSONL"},
            "Arguments": {
                "Bucket": self._bucket.bucket_name,
                "Key": "{% $states.input.dataset.images.key %}",
                "VersionId": "{% $states.input.dataset.images.version_id %}",
            },
        }

    @jsii.member(jsii_name="providePolicyStatements")
    def provide_policy_statements(self) -> list[iam.PolicyStatement]:
        """Return nothing: ``allow_map_runs`` has it."""
        return []

    @jsii.member(jsii_name="validateItemReader")
    def validate_item_reader(self) -> list[str]:
        """Return what is wrong with it."""
        return []


def allow_map_runs(
    state_machine: sfn.StateMachine, bucket: s3.IBucket, key: kms.IKey | None
) -> Sequence[iam.PolicyStatement]:
    """Allow the workflow to run its children, to read the list and to write their results.

    As in the Step Functions developer guide, iam-policies-eg-dist-map.html, narrowed to the
    executions' files; reading a version is an action of its own. A redrive starts Express children
    anew (API reference, RedriveExecution).
    """
    layout = BucketLayout(bucket.bucket_name)
    reading = ("s3:GetObject", "s3:GetObjectVersion")
    writing = (
        *("s3:PutObject", "s3:GetObject"),
        *("s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"),
    )
    return [
        iam.PolicyStatement(
            actions=["states:StartExecution"], resources=[state_machine.state_machine_arn]
        ),
        iam.PolicyStatement(
            actions=["states:DescribeExecution"], resources=[executions_arn(state_machine)]
        ),
        allow_on_objects(bucket, layout.image_list("*"), *reading),
        allow_on_objects(bucket, layout.image_checks("*"), *writing),
        *key_use(key, (*reading, *writing)),
    ]


def _results_of_this_execution(bucket: s3.IBucket) -> str:
    before, after = BucketLayout(bucket.bucket_name).image_checks("*").split("*")
    return f"{{% '{before}' & {EXECUTION_NAME} & '{after.rstrip('/')}' %}}"
