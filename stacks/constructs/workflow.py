"""The state machine: the graph with its role, its logs and what its functions may do with it."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.constructs.check_images import allow_map_runs
from stacks.constructs.evaluation_steps import EvaluationSteps
from stacks.constructs.log_group import PipelineLogGroup
from stacks.constructs.permissions import (
    SageMakerThing,
    allow_answering_tasks,
    allow_creating,
    allow_ending,
)
from stacks.constructs.pipeline_function import PipelineFunction
from stacks.constructs.steps import Steps
from stacks.constructs.training_steps import TrainingSteps
from stacks.constructs.transform_steps import TransformSteps
from stacks.constructs.workflow_graph import WorkflowGraph
from stacks.constructs.workflow_role import WorkflowRole
from stacks.retries import longest_execution
from stacks.settings.fields import PipelineSettings

COMMENT = "Validates a Ground Truth manifest, trains an object detector on it, records the model"


class Workflow(Construct):
    """``state_machine``, with a role that may invoke its functions, and run its children."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PipelineSettings,
        steps: Steps,
        evaluation: EvaluationSteps | None,
        key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        functions = (*steps.functions, *(evaluation.functions if evaluation else ()))
        role = WorkflowRole(self, "Role", functions=functions)
        graph = WorkflowGraph(self, "Graph", settings=settings, steps=steps, evaluation=evaluation)
        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            comment=COMMENT,
            definition_body=sfn.DefinitionBody.from_chainable(graph.first_state),
            query_language=sfn.QueryLanguage.JSONATA,
            state_machine_type=sfn.StateMachineType.STANDARD,
            timeout=Duration.seconds(longest_execution(settings)),
            tracing_enabled=True,
            # Every event, to see what an execution did after its history is gone; without its
            # data, which holds the task token.
            logs=sfn.LogOptions(
                destination=self._log_group(key),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
            role=role.without_policy_updates(),
        )
        if steps.data.images:
            # Of its own, too: it names the state machine.
            iam.Policy(
                self,
                "MapRunsPolicy",
                statements=allow_map_runs(self.state_machine, steps.data.bucket, key),
                roles=[role],
            )
        self._allow_training_jobs(steps.training)
        if evaluation:
            self._allow_transform_jobs(evaluation.transform)

    def _allow_training_jobs(self, steps: TrainingSteps) -> None:
        machine, prefix = self.state_machine, self._settings.training_job_prefix
        self._allow(
            steps.start_training_job,
            allow_creating(SageMakerThing.TRAINING_JOB, machine, prefix),
            allow_ending("Stop", SageMakerThing.TRAINING_JOB, machine),
        )
        self._allow(steps.await_training_job, allow_answering_tasks(machine.state_machine_arn))

    def _allow_transform_jobs(self, steps: TransformSteps) -> None:
        machine, prefix = self.state_machine, self._settings.training_job_prefix
        stopping = allow_ending("Stop", SageMakerThing.TRANSFORM_JOB, machine)
        self._allow(
            steps.start_transform_job,
            allow_creating(SageMakerThing.MODEL, machine, prefix),
            allow_creating(SageMakerThing.TRANSFORM_JOB, machine, prefix),
            stopping,
        )
        self._allow(
            steps.await_transform_job,
            allow_answering_tasks(machine.state_machine_arn),
            stopping,
        )

    def _log_group(self, key: kms.IKey | None) -> PipelineLogGroup:
        # Below this prefix CloudWatch Logs needs no resource policy of its own for each group,
        # of which a region has ten (Step Functions developer guide, cw-logs.html).
        return PipelineLogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/vendedlogs/states/{Aws.STACK_NAME}",
            retention_days=self._settings.log_retention_days,
            key=key,
        )

    def _allow(self, function: PipelineFunction, *statements: iam.PolicyStatement) -> None:
        # A policy of its own: the state machine needs the function, and the function its role's
        # default policy, which must not in turn need the state machine.
        iam.Policy(
            self,
            f"{function.node.id}Policy",
            statements=list(statements),
            roles=[function.execution_role],
        )
