"""The functions of the steps that measure, judge and register a model."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from lambdas.contract import BucketLayout
from lambdas.settings import (
    EvaluateModelSettings,
    PrepareEvaluationSettings,
    RegisterModelSettings,
)
from stacks.constructs.permissions import (
    SageMakerThing,
    allow_describing,
    allow_listing,
    allow_on_objects,
    allow_reading,
    deny_reading_task_tokens,
)
from stacks.constructs.pipeline_function import (
    FunctionDefaults,
    FunctionSize,
    PipelineFunction,
)
from stacks.settings.function_settings import function_settings

WHOLE_CPU = FunctionSize(timeout_seconds=900, memory_mb=1769)
"""The most time that Lambda gives, and the memory that comes with one whole vCPU (Lambda developer
guide, configuration-memory.html). 20,000 images with 400 boxes each take 0.6 GB, and after that one
photograph of the page up to 0.7."""


class ModelSteps(Construct):
    """``prepare_evaluation``, ``evaluate_model``, ``register_model``."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: FunctionDefaults,
        training_image: str,
        topic: sns.ITopic,
    ) -> None:
        """``training_image`` is the algorithm's image URI, which models run in, too."""
        super().__init__(scope, construct_id)
        self._defaults = defaults
        self._settings = defaults.settings
        self._bucket = defaults.storage.bucket
        self._image = training_image
        # In lower case, as SageMaker writes ARNs: IAM compares them letter by letter.
        self._group = Stack.of(self).stack_name.lower()
        self.prepare_evaluation = self._prepare_evaluation()
        self.evaluate_model = self._evaluate_model()
        self.register_model = self._register_model(topic)

    @property
    def functions(self) -> tuple[PipelineFunction, ...]:
        """Return all of them, for the workflow to invoke."""
        return self.prepare_evaluation, self.evaluate_model, self.register_model

    def _prepare_evaluation(self) -> PipelineFunction:
        return PipelineFunction(
            self,
            "prepare_evaluation",
            description="Chooses the images and the models that are run on them",
            defaults=self._defaults,
            size=WHOLE_CPU,
            settings=function_settings(
                PrepareEvaluationSettings,
                self._settings,
                bucket=self._bucket.bucket_name,
                training_image=self._image,
                model_package_group=self._group,
            ),
            permissions=[
                allow_on_objects(
                    self._bucket,
                    BucketLayout.EXECUTIONS,
                    "s3:GetObject",
                    "s3:PutObject",
                    "s3:AbortMultipartUpload",
                ),
                allow_on_objects(self._bucket, BucketLayout.MODELS, "s3:GetObject"),
                allow_listing(self._bucket, BucketLayout.EXECUTIONS, BucketLayout.MODELS),
                # Its resource is optional (Service Authorization Reference): the call names none.
                iam.PolicyStatement(actions=["sagemaker:ListModelPackages"], resources=["*"]),
                iam.PolicyStatement(
                    actions=["sagemaker:DescribeModelPackage"], resources=[self._versions_arn()]
                ),
            ],
        )

    def _evaluate_model(self) -> PipelineFunction:
        return PipelineFunction(
            self,
            "evaluate_model",
            description="Measures what the models answered, and shows where they are wrong",
            defaults=self._defaults,
            size=WHOLE_CPU,
            settings=function_settings(
                EvaluateModelSettings, self._settings, bucket=self._bucket.bucket_name
            ),
            permissions=[
                # The page shows images, which may lie anywhere in these buckets.
                *allow_reading([self._bucket, *self._defaults.storage.image_buckets]),
                deny_reading_task_tokens(self._bucket),
                allow_on_objects(self._bucket, BucketLayout.EXECUTIONS, "s3:PutObject"),
            ],
        )

    def _register_model(self, topic: sns.ITopic) -> PipelineFunction:
        return PipelineFunction(
            self,
            "register_model",
            description="Registers the model as a version, pending, approved or rejected",
            defaults=self._defaults,
            settings=function_settings(
                RegisterModelSettings,
                self._settings,
                bucket=self._bucket.bucket_name,
                topic_arn=topic.topic_arn,
                training_image=self._image,
                model_package_group=self._group,
            ),
            permissions=[
                allow_on_objects(
                    self._bucket, BucketLayout.EXECUTIONS, "s3:GetObject", "s3:PutObject"
                ),
                allow_listing(self._bucket, BucketLayout.EXECUTIONS),
                allow_describing(Stack.of(self), SageMakerThing.TRANSFORM_JOB),
                iam.PolicyStatement(
                    actions=[
                        "sagemaker:CreateModelPackageGroup",
                        "sagemaker:DescribeModelPackageGroup",
                    ],
                    resources=[self._group_arn()],
                ),
                *self._on_versions(),
                iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn]),
            ],
        )

    def _on_versions(self) -> list[iam.PolicyStatement]:
        """Allow registering versions, and approving them only where nobody is asked."""
        judging = ["PendingManualApproval", "Rejected"]
        if self._settings.approval == "automatic":
            judging.append("Approved")
        return [
            iam.PolicyStatement(
                actions=["sagemaker:DescribeModelPackage"], resources=[self._versions_arn()]
            ),
            iam.PolicyStatement(
                actions=["sagemaker:CreateModelPackage"],
                resources=[self._group_arn(), self._versions_arn()],
                conditions={
                    "StringEquals": {"sagemaker:ModelApprovalStatus": "PendingManualApproval"}
                },
            ),
            iam.PolicyStatement(
                actions=["sagemaker:UpdateModelPackage"],
                resources=[self._versions_arn()],
                conditions={"StringEquals": {"sagemaker:ModelApprovalStatus": judging}},
            ),
        ]

    def _group_arn(self) -> str:
        return Stack.of(self).format_arn(
            service="sagemaker", resource="model-package-group", resource_name=self._group
        )

    def _versions_arn(self) -> str:
        return Stack.of(self).format_arn(
            service="sagemaker", resource="model-package", resource_name=f"{self._group}/*"
        )
