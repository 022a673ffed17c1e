"""What a Distributed Map needs the state machine's role for: its children, reading, writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.aws.repairs.authorization import Authorizer, denial, role_credentials, session_arn
from local.aws.repairs.map_run import MapRun
from local.aws.repairs.patching import ministack
from local.aws.repairs.running_execution import Execution
from local.aws.repairs.task_invocation import assumable_role

# Developer guide, input-output-resultwriter, "IAM policies for ResultWriter".
_WRITER_ACTIONS = ("PutObject", "GetObject", "ListMultipartUploadParts", "AbortMultipartUpload")
# ASL's error of a state whose role may not do what it asks for; no recording shows AWS's.
_FORBIDDEN = "States.Permissions"


class MapRole:
    """The role of the state machine that an execution with a Distributed Map runs.

    Source of the permissions: developer guide, iam-policies-eg-dist-map.
    """

    def __init__(
        self, execution: Execution, authorizer: Authorizer, client: Callable[..., Any]
    ) -> None:
        self._execution = execution
        self._authorizer = authorizer
        self._client = client
        self._role = assumable_role(execution)
        self._session = execution.record["name"]

    def s3(self) -> Any:
        """Return a client that may do what the role may."""
        return self._client("s3", **role_credentials(self._role, self._session))

    def require_children(self, run: MapRun) -> None:
        """Raise unless the role may start and describe the children, and redrive Standard ones."""
        machine = self._execution.state_machine
        executions = machine.replace(":stateMachine:", ":execution:")
        self._require("states:StartExecution", machine, _FORBIDDEN)
        self._require("states:DescribeExecution", f"{executions}:{run.id}", _FORBIDDEN)
        for execution in (child.execution for child in run.attempted):
            if execution is not None and not execution.is_express:
                arn = execution.record["executionArn"]
                self._require("states:RedriveExecution", arn, _FORBIDDEN)

    def require_results(self, bucket: str, folder: str) -> None:
        """Raise unless the role may write the results; asked before anything is started."""
        for action in _WRITER_ACTIONS:
            self._require(
                f"s3:{action}",
                f"arn:aws:s3:::{bucket}/{folder}/manifest.json",
                "States.ResultWriterFailed",
            )

    def _require(self, action: str, resource: str, error: str) -> None:
        if not self._authorizer.role_allows(self._role, self._session, action, resource):
            principal = session_arn(self._role, self._session)
            raise ministack("services.stepfunctions")._ExecutionError(
                error, denial(principal, action, resource)
            )
