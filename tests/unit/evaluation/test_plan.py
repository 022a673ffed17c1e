"""The plan of an evaluation fits into what travels between states, with as much as there can be."""

import msgspec

from lambdas.contract import BucketLayout
from lambdas.evaluation.held_out import HeldOut
from lambdas.evaluation.plan import Incumbent, RunnableModel, evaluation_plan
from lambdas.messages.evaluation import EvaluationPlan, Predicted
from tests.unit.jobs.factories import any_dataset, any_outcome

LAYOUT = BucketLayout("b" * 63)
EXECUTION = "e" * 80
MOST_BUCKETS = 26
"""The pipeline's own, and as many as the setting image_buckets takes."""

LONGEST_STATE = 262_144
"""Bytes of a state's input or output (Step Functions quotas)."""


def model(name: str) -> RunnableModel:
    return RunnableModel(
        LAYOUT.uri(f"models/{name * 63}/output/model.tar.gz"),
        "811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1",
    )


def plan(chosen: HeldOut, incumbent: Incumbent) -> EvaluationPlan:
    return evaluation_plan(
        chosen,
        model("c"),
        incumbent,
        held_out="validation",
        layout=LAYOUT,
        execution=EXECUTION,
    )


def held_out(buckets: int, boxes: int = 1) -> HeldOut:
    keys = {f"{number:02}{'i' * 61}": {"1.jpg": None} for number in range(buckets)}
    return HeldOut(images=buckets, of=buckets, boxes=boxes, keys=keys)


def test_each_model_is_asked_about_the_images_of_each_bucket() -> None:
    found = plan(held_out(2), Incumbent("arn", model("i")))

    asked = [(each.model, each.image_bucket[:2]) for each in found.predictions]
    assert asked == [
        ("candidate", "00"),
        ("candidate", "01"),
        ("incumbent", "00"),
        ("incumbent", "01"),
    ]
    assert len({each.output for each in found.predictions}) == 4
    assert all(each.output.endswith("/") for each in found.predictions)


def test_an_incumbent_that_is_not_run_is_named_with_the_reason() -> None:
    found = plan(held_out(1), Incumbent("arn", None, "it is gone"))

    assert (found.incumbent, found.not_compared) == ("arn", "it is gone")
    assert [each.model for each in found.predictions] == ["candidate"]


def test_what_the_last_states_are_given_fits() -> None:
    found = plan(held_out(MOST_BUCKETS), Incumbent("arn", model("i")))
    predicted = [
        Predicted(prediction=each, transform_job="j" * 63, failure="f" * 1_500)
        for each in found.predictions
    ]
    state = {
        "dataset": any_dataset(classes=["n" * 60] * 51, warnings=["w" * 60] * 80),
        "outcome": any_outcome(classes=["n" * 60] * 51),
        "evaluation": found,
        "predicted": predicted,
    }

    assert len(found.predictions) == 2 * MOST_BUCKETS
    assert len(msgspec.json.encode(state)) < 0.8 * LONGEST_STATE
