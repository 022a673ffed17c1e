"""The embedded AWS: ministack with its repairs and a SageMaker, inside this process."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config

from local.aws.api_faults import ApiFaults
from local.aws.clock import Clock
from local.aws.event_bus import EventBus
from local.aws.process_environment import (
    ADMINISTRATOR_KEY,
    ADMINISTRATOR_SECRET,
    HOST,
    aws_variables,
    process_environment,
    without_foreign_variables,
)
from local.aws.repairs.asynchronous_invocations import AsynchronousInvocations
from local.aws.repairs.authorization import Authorizer, Decision
from local.aws.repairs.definitions import DefinitionChecks
from local.aws.repairs.event_delivery import EventDelivery
from local.aws.repairs.iam import IamRepairs
from local.aws.repairs.lambda_failures import LambdaFailureRouting
from local.aws.repairs.lambda_functions import LambdaRepairs
from local.aws.repairs.lambda_templates import LambdaTemplateRepairs
from local.aws.repairs.map_runs import MapRuns
from local.aws.repairs.patching import Patches, ministack, require_pinned_version
from local.aws.repairs.s3_buckets import S3BucketRepairs
from local.aws.repairs.s3_conditions_of_reading import S3ConditionsOfReading
from local.aws.repairs.s3_events import S3EventRepairs
from local.aws.repairs.s3_missing_objects import S3MissingObjects
from local.aws.repairs.state_machines import StateMachines
from local.aws.repairs.task_invocation import TaskInvocation
from local.aws.repairs.task_states import TaskStates
from local.aws.repairs.task_tokens import TaskTokens
from local.aws.repairs.unpacked_archives import UnpackedArchives
from local.aws.sagemaker.account import SageMakerAccount
from local.aws.sagemaker.api import SageMakerApi
from local.aws.sagemaker.model_package_group_template import ModelPackageGroupTemplates
from local.aws.sagemaker.model_package_groups import ModelPackageGroups
from local.aws.sagemaker.model_packages import ModelPackages
from local.aws.sagemaker.models import Models
from local.aws.sagemaker.training_service import TrainingService
from local.aws.sagemaker.transform_service import TransformService
from local.aws.server import Server, listening_socket
from local.aws.warm_functions import WarmFunctions


class AlreadyRunning(RuntimeError):
    """There is an embedded AWS in this process already; its state is the process's."""


class EmbeddedAws:
    """An AWS account on the loopback interface, with IAM enforced, for the length of a ``with``.

    One runs in a process at a time. A second one may follow the first; it starts empty, and has
    the region and account of the first, which ministack reads once.

    Each module of ``local.aws.repairs`` says what it repairs and what it leaves as it is. Left
    besides: CloudFormation's ``Custom::S3AutoDeleteObjects`` and bucket deployments, KMS and VPC
    permissions of training jobs, and alarms, which exist but watch nothing.
    """

    def __init__(
        self,
        *,
        port: int | None = None,
        region: str = "us-east-1",
        account: str = "000000000000",
        clock_speed: float = 1.0,
        training: TrainingService | None = None,
        concurrent_functions: int = 8,
    ) -> None:
        self.region, self.account = region, account
        self.training = training or TrainingService()
        self.models = Models()
        self.transform = TransformService(self.models, pace=self.training.pace)
        self.model_package_groups = ModelPackageGroups()
        self.model_packages = ModelPackages(self.model_package_groups)
        self.events = EventBus()
        self.faults = ApiFaults()
        self.warm_functions = WarmFunctions()
        self._clock = Clock(clock_speed)
        self._concurrent_functions = concurrent_functions
        self._authorizer = Authorizer()
        self._machines = StateMachines(self._clock)
        self._invocations = AsynchronousInvocations(self._clock)
        self._wanted_port = port
        self._stack = ExitStack()
        self._session: boto3.Session | None = None
        self._session_lock = threading.Lock()
        self.endpoint = ""

    def __enter__(self) -> Self:
        if not _running.acquire(blocking=False):
            raise AlreadyRunning(
                "an embedded AWS runs in this process already: stop it first, or use that one"
            )
        self._stack.callback(_running.release)
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def decisions(self) -> frozenset[Decision]:
        """Every distinct decision that IAM has made about a role."""
        return frozenset(self._authorizer.decisions)

    def client(self, service: str, **credentials: str) -> Any:
        """Make a boto3 client of the embedded AWS.

        Args:
            service: the service's name in boto3, "s3".
            credentials: ``aws_access_key_id`` and so on; without them, the administrator's, to whom
                everything is allowed.
        """
        keys = credentials or {
            "aws_access_key_id": ADMINISTRATOR_KEY,
            "aws_secret_access_key": ADMINISTRATOR_SECRET,
        }
        config = Config(retries={"total_max_attempts": 1}, read_timeout=120)
        with self._session_lock:
            if self._session is None:
                self._session = boto3.Session(region_name=self.region)
            make: Any = self._session.client
            return make(service, endpoint_url=self.endpoint, config=config, **keys)

    def environment(self) -> dict[str, str]:
        """Return variables that let a child process, such as the cdk CLI, use the embedded AWS."""
        kept = without_foreign_variables(self._environment_before)
        return kept | aws_variables(self.endpoint, self.region)

    def _start(self) -> None:
        require_pinned_version()
        self._environment_before = dict(os.environ)
        bound = listening_socket(self._wanted_port)
        self._stack.callback(bound.close)
        port = bound.getsockname()[1]
        self.endpoint = f"http://{HOST}:{port}"
        folder = self._stack.enter_context(process_environment(port, self.region, self.account))
        application = ministack("app")
        _check_same_account(self.region, self.account)
        patches = Patches()
        self._stack.callback(patches.undo)
        self._stack.callback(application._reset_all_state)
        self._install(patches, folder)
        server = Server(application.app, bound)
        self._stack.callback(server.stop)
        self._stack.callback(self._invocations.stop)
        self._stack.callback(self.warm_functions.stop)
        self._stack.callback(self._machines.stop_all)
        self._stack.callback(self.training.stop_all)
        self._stack.callback(self.transform.stop_all)
        server.start()

    def _install(self, patches: Patches, folder: str) -> None:
        tokens = TaskTokens()
        sagemaker = SageMakerAccount(self.region, self.account, self.events, self.client)
        services = (
            self.training,
            self.models,
            self.transform,
            self.model_package_groups,
            self.model_packages,
        )
        for service in services:
            service.attach(sagemaker)
        IamRepairs(self._authorizer).install(patches, tokens.state_machine_of)
        LambdaRepairs(self._authorizer, folder, self._concurrent_functions).install(patches)
        UnpackedArchives(folder).install(patches)
        self._invocations.install(patches)
        LambdaFailureRouting(self.client, self._authorizer).install(patches)
        LambdaTemplateRepairs().install(patches)
        DefinitionChecks().install(patches)
        tokens.install(patches)
        TaskStates(tokens).install(patches)
        TaskInvocation(self._authorizer).install(patches)
        self._machines.install(patches)
        MapRuns(self._machines, self.client, self._authorizer).install(patches)
        EventDelivery(self._authorizer).install(patches)
        self.events.install(patches)
        S3EventRepairs().install(patches)
        S3BucketRepairs().install(patches)
        S3MissingObjects().install(patches)
        S3ConditionsOfReading().install(patches)
        SageMakerApi(sagemaker, *services).install(patches)
        ModelPackageGroupTemplates(sagemaker, self.model_package_groups).install(patches)
        self.faults.install(patches)


_running = threading.Lock()


def _check_same_account(region: str, account: str) -> None:
    scope = ministack("core.responses")
    first = (scope._request_region.get(), scope._request_account_id.get())
    if first != (region, account):
        raise RuntimeError(
            f"this process's embedded AWS is {first[1]} in {first[0]}; ministack cannot become "
            f"{account} in {region}: start another process"
        )
