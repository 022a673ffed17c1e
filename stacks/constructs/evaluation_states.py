"""The states that find out what a model is worth: choose, ask, measure, judge and register."""

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from lambdas.contract import State
from lambdas.errors import RedrivenJobEnded
from stacks.constructs.evaluation_steps import EvaluationSteps
from stacks.constructs.job_states import NO_TRIES, JobStates, JobSteps
from stacks.constructs.states import INPUT, RESULT, input_with, step_with_fields
from stacks.constructs.transform_steps import TransformSteps
from stacks.retries import (
    ITEMS_AT_ONCE,
    TRANSIENT_ERRORS_OF_READING,
    longest_transform_job,
)
from stacks.settings.fields import PipelineSettings


class EvaluationStates(Construct):
    """``first_state`` follows the one that records the model, and leads to all others."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PipelineSettings,
        steps: EvaluationSteps,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        prepare = step_with_fields(
            self,
            State.PREPARE_EVALUATION,
            steps.model.prepare_evaluation,
            "dataset",
            "outcome",
            outputs=input_with(evaluation="$states.result.Payload"),
            errors=TRANSIENT_ERRORS_OF_READING,
        )
        predict = self._predict(steps.transform)
        evaluate = step_with_fields(
            self,
            State.EVALUATE_MODEL,
            steps.model.evaluate_model,
            "dataset",
            "outcome",
            "evaluation",
            "predicted",
            outputs=input_with(evaluated="$states.result.Payload"),
            errors=TRANSIENT_ERRORS_OF_READING,
        )
        evaluate.add_catch(predict, errors=[RedrivenJobEnded.__name__], outputs=INPUT)
        register = step_with_fields(
            self,
            State.REGISTER_MODEL,
            steps.model.register_model,
            "outcome",
            "evaluated",
            outputs=RESULT,
        )
        prepare.next(predict).next(evaluate).next(register)
        self.first_state = prepare

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
