"""The state machine: four steps, one loop over instance types; a failure stays where it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from lambdas.contract import State
from lambdas.errors import (
    CapacityUnavailable,
    FirstInternalServerError,
    LabelingJobInProgress,
    RedrivenJobEnded,
    ResourceLimitExceeded,
)
from stacks.config import PipelineConfig
from stacks.constructs.log_group import PipelineLogGroup
from stacks.constructs.permissions import answering
from stacks.constructs.pipeline_function import PipelineFunction
from stacks.constructs.steps import Steps
from stacks.constructs.workflow_role import WorkflowRole
from stacks.patience import (
    LABELING_JOB_SECONDS,
    MISSED_HEARTBEATS,
    TRANSIENT_ERRORS,
    TRANSIENT_ERRORS_OF_VALIDATION,
    TRANSIENT_FIRST_SECONDS,
    TRANSIENT_LONGEST_SECONDS,
    TRANSIENT_RETRIES,
    heartbeats,
    labeling_job_looks,
    longest_execution,
    quota_retries,
)

COMMENT = "Validates a Ground Truth manifest, trains an object detector on it, records the model"
RESULT = "{% $states.result.Payload %}"
EXECUTION = {
    "name": "{% $states.context.Execution.Name %}",
    "arn": "{% $states.context.Execution.Id %}",
}
REDRIVABLE_EXECUTION = EXECUTION | {
    "redrive_count": (
        "{% $exists($states.context.Execution.RedriveCount)"
        " ? $states.context.Execution.RedriveCount : 0 %}"
    )
}


class Workflow(Construct):
    """``state_machine``, with a role that may invoke its four functions and nothing else."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: PipelineConfig,
        steps: Steps,
        key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._config = config
        functions = (
            steps.validate_manifest,
            steps.start_training_job,
            steps.await_training_job,
            steps.record_model,
        )
        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            comment=COMMENT,
            definition_body=sfn.DefinitionBody.from_chainable(self._graph(steps)),
            query_language=sfn.QueryLanguage.JSONATA,
            state_machine_type=sfn.StateMachineType.STANDARD,
            timeout=Duration.seconds(longest_execution(config)),
            tracing_enabled=True,
            # Every event, to see what an execution did after its history is gone; without its
            # data, which holds the task token.
            logs=sfn.LogOptions(
                destination=self._log_group(key),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
            role=WorkflowRole(self, "Role", functions=functions).without_policy_updates(),
        )
        self._let_answer_itself(steps.await_training_job)

    def _graph(self, steps: Steps) -> sfn.IChainable:
        validate = self._validate(steps.validate_manifest)
        start = self._start(steps.start_training_job)
        wait = self._await(steps.await_training_job)
        record = self._record(steps.record_model)
        next_instance_type = self._next_instance_type()
        next_instance_type.next(start)
        start.add_catch(next_instance_type, errors=[CapacityUnavailable.__name__])
        wait.add_catch(next_instance_type, errors=[CapacityUnavailable.__name__])
        wait.add_catch(
            start,
            errors=[FirstInternalServerError.__name__],
            assign={
                "attempt": "{% $attempt + 1 %}",
                "internal_errors": "{% $internal_errors + 1 %}",
            },
        )
        wait.add_catch(
            start,
            errors=[RedrivenJobEnded.__name__],
            assign={"attempt": "{% $attempt + 1 %}", "internal_errors": 0},
        )
        return validate.next(start).next(wait).next(record)

    def _validate(self, function: PipelineFunction) -> tasks.LambdaInvoke:
        validate = self._step(
            State.VALIDATE_MANIFEST,
            function,
            {
                "request": "{% $states.input %}",
                "execution": "{% $states.context.Execution.Name %}",
            },
            assign={"dataset": RESULT, "attempt": 0, "capacity_misses": 0, "internal_errors": 0},
        )
        validate.add_retry(
            errors=[LabelingJobInProgress.__name__],
            interval=Duration.seconds(LABELING_JOB_SECONDS),
            backoff_rate=1,
            max_attempts=labeling_job_looks(self._config),
        )
        return _retrying_transient_errors(validate, TRANSIENT_ERRORS_OF_VALIDATION)

    def _start(self, function: PipelineFunction) -> tasks.LambdaInvoke:
        config = self._config
        start = self._step(
            State.START_TRAINING_JOB,
            function,
            {
                "dataset": "{% $dataset %}",
                "attempt": "{% $attempt %}",
                "capacity_misses": "{% $capacity_misses %}",
                "internal_errors": "{% $internal_errors %}",
                "execution": REDRIVABLE_EXECUTION,
            },
            assign={"training_job": RESULT},
        )
        start.add_retry(
            errors=[ResourceLimitExceeded.__name__],
            interval=Duration.seconds(config.quota_retry_interval_seconds),
            backoff_rate=1,
            max_attempts=quota_retries(config),
        )
        return _retrying_transient_errors(start)

    def _await(self, function: PipelineFunction) -> tasks.LambdaInvoke:
        config = self._config
        wait = self._step(
            State.AWAIT_TRAINING_JOB,
            function,
            {
                "training_job": "{% $training_job %}",
                "execution": REDRIVABLE_EXECUTION,
                "task_token": "{% $states.context.Task.Token %}",
            },
            outputs="{% $states.result %}",
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            heartbeat_timeout=sfn.Timeout.duration(Duration.seconds(config.heartbeat_seconds)),
        )
        # Nobody sends heartbeats: a missed one is the moment to look at the job once more, should
        # its event have been lost.
        wait.add_retry(
            errors=list(MISSED_HEARTBEATS),
            interval=Duration.seconds(1),
            backoff_rate=1,
            max_attempts=heartbeats(config),
        )
        return _retrying_transient_errors(wait)

    def _next_instance_type(self) -> sfn.Wait:
        types, pause = len(self._config.instance_types), self._config.capacity_pause_seconds
        return sfn.Wait.jsonata(
            self,
            str(State.NEXT_INSTANCE_TYPE),
            comment="Goes on at once, or after a pause when every instance type has been tried",
            time=sfn.WaitTime.seconds(
                f"{{% ($capacity_misses + 1) % {types} = 0 ? {pause} : 0 %}}"
            ),
            assign={
                "attempt": "{% $attempt + 1 %}",
                "capacity_misses": "{% $capacity_misses + 1 %}",
            },
        )

    def _record(self, function: PipelineFunction) -> tasks.LambdaInvoke:
        record = self._step(
            State.RECORD_MODEL,
            function,
            {
                "dataset": "{% $dataset %}",
                "training_job": "{% $training_job %}",
                "execution": EXECUTION,
            },
        )
        return _retrying_transient_errors(record)

    def _step(
        self,
        state: State,
        function: PipelineFunction,
        payload: Mapping[str, Any],
        outputs: str = RESULT,
        **properties: Any,
    ) -> tasks.LambdaInvoke:
        """Return a state of that name that invokes a function; how it is retried comes later."""
        return tasks.LambdaInvoke.jsonata(
            self,
            str(state),
            lambda_function=function,
            payload=sfn.TaskInput.from_object(payload),
            outputs=outputs,
            retry_on_service_exceptions=False,
            **properties,
        )

    def _log_group(self, key: kms.IKey | None) -> PipelineLogGroup:
        # Below this prefix CloudWatch Logs needs no resource policy of its own for each group,
        # of which a region has ten (Step Functions developer guide, cw-logs.html).
        return PipelineLogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/vendedlogs/states/{Aws.STACK_NAME}",
            retention_days=self._config.log_retention_days,
            key=key,
        )

    def _let_answer_itself(self, function: PipelineFunction) -> None:
        # A policy of its own: the state machine needs the function, and the function its role's
        # default policy, which must not in turn need the state machine.
        iam.Policy(
            self,
            "AnswerAtOnce",
            statements=[answering(self.state_machine.state_machine_arn)],
            roles=[function.execution_role],
        )


def _retrying_transient_errors(
    step: tasks.LambdaInvoke, errors: Sequence[str] = TRANSIENT_ERRORS
) -> tasks.LambdaInvoke:
    step.add_retry(
        errors=list(errors),
        interval=Duration.seconds(TRANSIENT_FIRST_SECONDS),
        backoff_rate=2,
        max_attempts=TRANSIENT_RETRIES,
        max_delay=Duration.seconds(TRANSIENT_LONGEST_SECONDS),
        jitter_strategy=sfn.JitterType.FULL,
    )
    return step
