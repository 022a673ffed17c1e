"""The graph of the workflow: from a manifest to a model, and on to what that is worth."""

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from lambdas.contract import State
from lambdas.errors import LabelingJobInProgress
from stacks.constructs.check_images import CheckImages
from stacks.constructs.data_steps import DataSteps
from stacks.constructs.evaluation_states import EvaluationStates
from stacks.constructs.evaluation_steps import EvaluationSteps
from stacks.constructs.job_states import NO_TRIES, JobStates, JobSteps
from stacks.constructs.pipeline_function import PipelineFunction
from stacks.constructs.states import (
    EXECUTION,
    INPUT,
    RESULT,
    input_with,
    retrying_transient_errors,
    step,
    step_with_fields,
)
from stacks.constructs.steps import Steps
from stacks.constructs.training_steps import TrainingSteps
from stacks.retries import (
    LABELING_JOB_SECONDS,
    RETRIES_OF_A_BATCH,
    TRANSIENT_ERRORS_OF_READING,
    TRANSIENT_RETRIES,
    labeling_job_looks,
    longest_training_job,
    transient_retries_of_validation,
)
from stacks.settings.fields import PipelineSettings


class WorkflowGraph(Construct):
    """``first_state`` leads to all others; a failure stays in the state where it happens."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PipelineSettings,
        steps: Steps,
        evaluation: EvaluationSteps | None,
    ) -> None:
        """Without ``evaluation`` the graph ends where the model is recorded."""
        super().__init__(scope, construct_id)
        self._settings = settings
        training = self._training(steps.training)
        self.first_state = self._data(steps.data).next(training.start)
        recorded = RESULT if evaluation is None else input_with(outcome="$states.result.Payload")
        record = training.wait.next(
            step_with_fields(
                self,
                State.RECORD_MODEL,
                steps.training.record_model,
                "dataset",
                "training_job",
                outputs=recorded,
            )
        )
        if evaluation is not None:
            states = EvaluationStates(self, "Evaluation", settings=settings, steps=evaluation)
            record.next(states.first_state)

    def _data(self, steps: DataSteps) -> sfn.Chain:
        validate = sfn.Chain.start(self._validate(steps.validate_manifest))
        if steps.images is None:
            return validate
        check = self._check_images(steps.bucket, steps.images.check_images)
        return validate.next(check).next(self._set_aside(steps.images.set_images_aside))

    def _validate(self, function: PipelineFunction) -> tasks.LambdaInvoke:
        validate = step(
            self,
            State.VALIDATE_MANIFEST,
            function,
            {
                "request": INPUT,
                "execution": "{% $states.context.Execution.Name %}",
            },
            outputs={"dataset": RESULT, **NO_TRIES},
        )
        validate.add_retry(
            errors=[LabelingJobInProgress.__name__],
            interval=Duration.seconds(LABELING_JOB_SECONDS),
            backoff_rate=1,
            max_attempts=labeling_job_looks(self._settings),
        )
        return retrying_transient_errors(
            validate,
            transient_retries_of_validation(self._settings),
            errors=TRANSIENT_ERRORS_OF_READING,
        )

    def _check_images(self, bucket: s3.IBucket, function: PipelineFunction) -> CheckImages:
        check_batch = step(self, State.CHECK_BATCH, function, INPUT, outputs=RESULT)
        return CheckImages(
            self,
            settings=self._settings,
            bucket=bucket,
            check_batch=retrying_transient_errors(check_batch, RETRIES_OF_A_BATCH),
        )

    def _set_aside(self, function: PipelineFunction) -> tasks.LambdaInvoke:
        set_aside = step(
            self,
            State.SET_IMAGES_ASIDE,
            function,
            {
                "dataset": "{% $states.input.dataset %}",
                "request": "{% $states.context.Execution.Input %}",
                "execution": EXECUTION["name"],
            },
            outputs=input_with(dataset="$states.result.Payload"),
        )
        return retrying_transient_errors(
            set_aside, TRANSIENT_RETRIES, errors=TRANSIENT_ERRORS_OF_READING
        )

    def _training(self, steps: TrainingSteps) -> JobStates:
        return JobStates(
            self,
            "Training",
            settings=self._settings,
            steps=JobSteps(
                start=State.START_TRAINING_JOB,
                wait=State.AWAIT_TRAINING_JOB,
                next_instance_type=State.NEXT_INSTANCE_TYPE,
                start_function=steps.start_training_job,
                wait_function=steps.await_training_job,
                subject="dataset",
                job="training_job",
                outputs=input_with(model="$states.result"),
                instance_types=self._settings.instance_types,
                longest_seconds=longest_training_job(self._settings),
            ),
        )
