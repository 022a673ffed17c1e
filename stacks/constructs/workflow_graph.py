"""The graph of the workflow: from a manifest to a model, and from there to what it is worth."""

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from lambdas.contract import State
from lambdas.errors import LabelingJobInProgress, RedrivenJobEnded
from stacks.constructs.check_images import CheckImages
from stacks.constructs.evaluation_steps import EvaluationSteps
from stacks.constructs.job_states import NO_TRIES, JobStates, JobSteps
from stacks.constructs.pipeline_function import PipelineFunction
from stacks.constructs.states import (
    EXECUTION,
    INPUT,
    RESULT,
    fields_of_input,
    input_with,
    retrying_transient_errors,
    step,
)
from stacks.constructs.steps import Steps
from stacks.constructs.transform_steps import TransformSteps
from stacks.retries import (
    ITEMS_AT_ONCE,
    LABELING_JOB_SECONDS,
    RETRIES_OF_A_BATCH,
    TRANSIENT_ERRORS,
    TRANSIENT_ERRORS_OF_READING,
    TRANSIENT_RETRIES,
    labeling_job_looks,
    longest_training_job,
    longest_transform_job,
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
        training = self._training(steps)
        self.first_state = self._data(steps).next(training.start)
        recorded = RESULT if evaluation is None else input_with(outcome="$states.result.Payload")
        record = training.wait.next(
            self._model_step(
                State.RECORD_MODEL,
                steps.record_model,
                "dataset",
                "training_job",
                outputs=recorded,
            )
        )
        if evaluation is not None:
            record.next(self._evaluation(evaluation))

    def _data(self, steps: Steps) -> sfn.Chain:
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

    def _training(self, steps: Steps) -> JobStates:
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

    def _evaluation(self, steps: EvaluationSteps) -> sfn.Chain:
        prepare = self._model_step(
            State.PREPARE_EVALUATION,
            steps.model.prepare_evaluation,
            "dataset",
            "outcome",
            outputs=input_with(evaluation="$states.result.Payload"),
        )
        predict = self._predict(steps.transform)
        evaluate = self._model_step(
            State.EVALUATE_MODEL,
            steps.model.evaluate_model,
            "dataset",
            "outcome",
            "evaluation",
            "predicted",
            outputs=input_with(evaluated="$states.result.Payload"),
        )
        evaluate.add_catch(predict, errors=[RedrivenJobEnded.__name__], outputs=INPUT)
        register = self._model_step(
            State.REGISTER_MODEL,
            steps.model.register_model,
            "outcome",
            "evaluated",
            outputs=RESULT,
        )
        return prepare.next(predict).next(evaluate).next(register)

    def _model_step(
        self, state: State, function: PipelineFunction, *needs: str, outputs: str
    ) -> tasks.LambdaInvoke:
        called = step(
            self,
            state,
            function,
            {**fields_of_input(*needs), "execution": EXECUTION},
            outputs=outputs,
        )
        reads_much = state in (State.PREPARE_EVALUATION, State.EVALUATE_MODEL)
        return retrying_transient_errors(
            called,
            TRANSIENT_RETRIES,
            errors=TRANSIENT_ERRORS_OF_READING if reads_much else TRANSIENT_ERRORS,
        )

    def _predict(self, steps: TransformSteps) -> sfn.Map:
        """Return the state in which each item is one model's answers about one bucket's images.

        An item that fails ends the state, and Step Functions aborts the others, whose jobs are
        stopped when the execution is closed; a redrive starts those items again that have not
        succeeded, and none that has (API reference, RedriveExecution).
        """
        predict = sfn.Map.jsonata(
            self,
            str(State.PREDICT),
            items=sfn.ProvideItems.jsonata("{% $states.input.evaluation.predictions %}"),
            item_selector={"prediction": "{% $states.context.Map.Item.Value %}", **NO_TRIES},
            max_concurrency=ITEMS_AT_ONCE,
            outputs=input_with(predicted="$states.result"),
        )
        item = JobStates(
            self,
            "Transform",
            settings=self._settings,
            steps=JobSteps(
                start=State.START_TRANSFORM_JOB,
                wait=State.AWAIT_TRANSFORM_JOB,
                next_instance_type=State.NEXT_TRANSFORM_INSTANCE_TYPE,
                start_function=steps.start_transform_job,
                wait_function=steps.await_transform_job,
                subject="prediction",
                job="transform_job",
                outputs={
                    "prediction": "{% $states.input.prediction %}",
                    "transform_job": "{% $states.result.transform_job %}",
                    "failure": "{% $states.result.failure %}",
                    "redrive_count": "{% $states.input.transform_job.redrive_count %}",
                },
                instance_types=self._settings.transform_instance_types,
                longest_seconds=longest_transform_job(self._settings),
            ),
        )
        return predict.item_processor(item.start)
