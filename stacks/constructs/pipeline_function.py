"""What all functions have in common: runtime, code, logs, tracing and a role of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from aws_cdk import Aws, Duration, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from lambdas.settings import variables
from stacks.constructs.encryption import key_use
from stacks.constructs.log_group import PipelineLogGroup
from stacks.constructs.storage import Storage
from stacks.settings.fields import PipelineSettings


class FunctionDefaults(Construct):
    """What all functions share: the settings, the storage, one source asset and one layer."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PipelineSettings,
        storage: Storage,
        code: Path,
        layer: Path,
    ) -> None:
        """``code`` is a folder that holds ``lambdas``, ``layer`` one that holds ``python``."""
        super().__init__(scope, construct_id)
        self.settings = settings
        self.storage = storage
        self.code = lambda_.Code.from_asset(str(code))
        self.layer = PackageLayer(
            self,
            "Dependencies",
            description="Python packages of the training pipeline's functions",
            folder=layer,
        )


class PackageLayer(lambda_.LayerVersion):
    """Python packages for the functions' runtime and processor."""

    def __init__(
        self, scope: Construct, construct_id: str, *, description: str, folder: Path
    ) -> None:
        """``folder`` holds ``python``."""
        super().__init__(
            scope,
            construct_id,
            description=description,
            code=lambda_.Code.from_asset(str(folder)),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            compatible_architectures=[lambda_.Architecture.ARM_64],
        )


@dataclass(frozen=True, slots=True)
class FunctionSize:
    """How long a function may take, and how much memory (and with it CPU) it gets."""

    timeout_seconds: int
    memory_mb: int
    scratch_mb: int = 512


SMALL = FunctionSize(timeout_seconds=60, memory_mb=512)
"""A few API calls; memory only for the CPU share that importing boto3 is worth."""


class PipelineFunction(lambda_.Function):
    """The function of one module of ``lambdas``, allowed to do what its statements say."""

    def __init__(
        self,
        scope: Construct,
        module: str,
        *,
        defaults: FunctionDefaults,
        description: str,
        settings: msgspec.Struct,
        permissions: Sequence[iam.PolicyStatement],
        size: FunctionSize = SMALL,
        dead_letter_queue: sqs.IQueue | None = None,
    ) -> None:
        """Take as ``settings`` the module's class in ``lambdas.settings``, filled."""
        construct_id = module.title().replace("_", "")
        log_group = PipelineLogGroup(
            scope,
            f"{construct_id}Logs",
            retention_days=defaults.settings.log_retention_days,
            key=defaults.storage.key,
        )
        role = iam.Role(
            scope,
            f"{construct_id}Role",
            description=description,
            assumed_by=iam.ServicePrincipal(
                "lambda.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            ),
        )
        log_group.grant_write(role)
        super().__init__(
            scope,
            construct_id,
            description=description,
            code=defaults.code,
            handler=f"lambdas.handlers.{module}.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            layers=[defaults.layer],
            role=role,
            environment={
                **variables(settings),
                # Under which name log lines, metrics and traces are those of this stack.
                "POWERTOOLS_SERVICE_NAME": Aws.STACK_NAME,
                "POWERTOOLS_LOG_LEVEL": "INFO",
            },
            timeout=Duration.seconds(size.timeout_seconds),
            memory_size=size.memory_mb,
            ephemeral_storage_size=Size.mebibytes(size.scratch_mb),
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
            dead_letter_queue=dead_letter_queue,
        )
        self.execution_role = role
        actions = [action for statement in permissions for action in statement.actions]
        if dead_letter_queue:
            actions.append("sqs:SendMessage")
        for statement in (*permissions, *key_use(defaults.storage.key, actions)):
            self.add_to_role_policy(statement)
