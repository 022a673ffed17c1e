"""The functions of the steps that make a data set of a manifest."""

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from lambdas.contract import BucketLayout
from lambdas.settings import (
    CheckImagesSettings,
    SetImagesAsideSettings,
    ValidateManifestSettings,
)
from stacks.constructs.permissions import (
    allow_on_objects,
    allow_reading,
    deny_reading_task_tokens,
)
from stacks.constructs.pipeline_function import (
    FunctionDefaults,
    FunctionSize,
    PackageLayer,
    PipelineFunction,
)
from stacks.settings.function_settings import function_settings

VALIDATION = FunctionSize(timeout_seconds=900, memory_mb=1769, scratch_mb=1024)
"""The most time that Lambda gives, and the memory that comes with one whole vCPU (Lambda
developer guide, configuration-memory.html), which is all that one validator can use
(docs/adr/0007-validation-memory.md): a manifest of 10 GB is read in three to five minutes."""

CHECKING_SECONDS = 90
CHECKING = {
    "headers": FunctionSize(CHECKING_SECONDS, memory_mb=512),
    "decode": FunctionSize(CHECKING_SECONDS, memory_mb=1769),
}
"""First bytes are waited for more than they are computed with; decoding takes a whole vCPU, and
800 MB for an image of 100 megapixels."""


@dataclass(frozen=True, slots=True)
class ImageSteps:
    """What looks at images, one batch at a time, and what sets those aside that can't be used."""

    check_images: PipelineFunction
    set_images_aside: PipelineFunction


class DataSteps:
    """``validate_manifest``; and ``images``, two more, unless the settings switch them off."""

    def __init__(
        self, scope: Construct, *, defaults: FunctionDefaults, check_images_layer: Path
    ) -> None:
        """``check_images_layer`` is a folder that holds ``python``."""
        self._scope = scope
        self._defaults = defaults
        self._settings = defaults.settings
        self.bucket = defaults.storage.bucket
        self.validate_manifest = self._validate_manifest()
        self.images = (
            ImageSteps(self._check_images(check_images_layer), self._set_images_aside())
            if self._settings.image_checks != "off"
            else None
        )

    @property
    def functions(self) -> tuple[PipelineFunction, ...]:
        """Return all of them, for the workflow to invoke."""
        if self.images is None:
            return (self.validate_manifest,)
        return self.validate_manifest, self.images.check_images, self.images.set_images_aside

    def _validate_manifest(self) -> PipelineFunction:
        return PipelineFunction(
            self._scope,
            "validate_manifest",
            description="Checks a manifest and splits it into train and validation",
            defaults=self._defaults,
            size=VALIDATION,
            settings=function_settings(
                ValidateManifestSettings, self._settings, bucket=self.bucket.bucket_name
            ),
            permissions=[
                *self._validating(),
                self._on_labeling_jobs("sagemaker:DescribeLabelingJob"),
            ],
        )

    def _check_images(self, layer: Path) -> PipelineFunction:
        buckets = [self.bucket, *self._defaults.storage.image_buckets]
        function = PipelineFunction(
            self._scope,
            "check_images",
            description="Looks at a batch of the images that a manifest names",
            defaults=self._defaults,
            size=CHECKING[self._settings.image_checks],
            settings=function_settings(CheckImagesSettings, self._settings),
            # What the training role may do with images, so that both are refused the same.
            permissions=[
                iam.PolicyStatement(
                    actions=["s3:GetObject"],
                    resources=[bucket.arn_for_objects("*") for bucket in buckets],
                ),
                iam.PolicyStatement(
                    actions=["s3:ListBucket"], resources=[bucket.bucket_arn for bucket in buckets]
                ),
                deny_reading_task_tokens(self.bucket),
            ],
        )
        function.add_layers(
            PackageLayer(
                self._scope,
                "ImageDependencies",
                description="Python packages that the training pipeline checks images with",
                folder=layer,
            )
        )
        # botocore would compute checksums with awscrt: slower, and 30 MB of memory
        # (docs/performance.md).
        function.add_environment("BOTO_DISABLE_CRT", "true")
        return function

    def _set_images_aside(self) -> PipelineFunction:
        return PipelineFunction(
            self._scope,
            "set_images_aside",
            description="Takes the lines out of a manifest whose images can't be used",
            defaults=self._defaults,
            size=VALIDATION,
            settings=function_settings(
                SetImagesAsideSettings, self._settings, bucket=self.bucket.bucket_name
            ),
            permissions=self._validating(),
        )

    def _validating(self) -> list[iam.PolicyStatement]:
        return [
            *allow_reading([self.bucket, *self._defaults.storage.image_buckets], versions=True),
            deny_reading_task_tokens(self.bucket),
            allow_on_objects(
                self.bucket, BucketLayout.EXECUTIONS, "s3:PutObject", "s3:AbortMultipartUpload"
            ),
        ]

    def _on_labeling_jobs(self, *actions: str) -> iam.PolicyStatement:
        jobs = Stack.of(self._scope).format_arn(
            service="sagemaker", resource="labeling-job", resource_name="*"
        )
        return iam.PolicyStatement(actions=list(actions), resources=[jobs])
