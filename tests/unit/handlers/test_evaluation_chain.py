"""From a trained model to a judged version in the registry."""

import json
from typing import Any

import pytest

from lambdas.adapters import evaluation_output
from lambdas.contract import Metric
from lambdas.errors import (
    ModelBelowGate,
    ModelRegistrationRefused,
    PredictionsIncomplete,
    PredictionsNotUsable,
    ServiceUnavailable,
)
from tests.unit.handlers.evaluation_chain import GROUP, RIGHT, WRONG, Chain, Rows, chain


def all_right(model: str, key: str) -> Rows:
    return RIGHT


def all_wrong(model: str, key: str) -> Rows:
    return WRONG


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Chain:
    return chain(monkeypatch)


def approve(made: Chain) -> None:
    for package in made.registry.packages.values():
        package["ModelApprovalStatus"] = "Approved"


def test_a_model_is_measured_and_registered(made: Chain) -> None:
    output = made.run("first", all_right)

    found = output["evaluation"]
    assert (found["ap"], found["images"], found["boxes"]) == (1.0, 4, 4)
    assert found["unseen_classes"] == 1
    assert found["best_f1"]["threshold"] == 0.9
    assert found["incumbent"] is found["not_compared"] is found["review_manifest"] is None
    assert output["approval"] == "PendingManualApproval"
    assert output["gate"] == {"passed": True, "failures": [], "not_judged": []}
    assert made.file("s3://bucket/executions/first/outcome.json") == output
    document = made.file(found["document"])
    assert document["coco"]["ap"] == 1.0
    assert document["classes"] == {"0": "dog", "1": "cat"}
    assert document["voc"]["iou"] == 0.6, "the overlap_threshold of the training"


def test_where_a_test_part_was_held_out_the_figures_are_of_that(made: Chain) -> None:
    output = made.run("first", all_right, tested={"test-1.jpg": 0, "test-2.jpg": 1})

    assert (output["evaluation"]["images"], output["evaluation"]["held_out"]) == (2, "test")
    (prediction,) = made.predicted
    assert made.file(prediction["images"])[1:] == ["test-1.jpg", "test-2.jpg"]
    (package,) = made.registry.packages.values()
    assert package["CustomerMetadataProperties"]["measured_on"] == "2 test images"


def test_the_version_says_what_it_is_and_what_it_was_measured_on(made: Chain) -> None:
    output = made.run("first", all_right)

    (package,) = made.registry.packages.values()
    assert package["ModelPackageArn"] == output["model_package"]
    assert package["ModelPackageGroupName"] == GROUP
    (container,) = package["InferenceSpecification"]["Containers"]
    assert container["ModelDataUrl"] == output["model_artifact"]
    quality = package["ModelMetrics"]["ModelQuality"]["Statistics"]
    assert quality["S3Uri"] == output["evaluation"]["document"]
    assert package["MetadataProperties"] == {"GeneratedBy": output["execution"]}
    properties = package["CustomerMetadataProperties"]
    assert properties["ap"] == "1.0000"
    assert properties["measured_on"] == "4 validation images"
    assert properties["classes"] == "dog / cat"
    assert properties["manifest"] == output["manifest"]
    assert properties["manifest_version"] == output["version_id"]


def test_the_page_shows_what_the_figures_are_of(made: Chain) -> None:
    output = made.run("first", all_right)

    page = made.s3.objects[output["evaluation"]["page"].removeprefix("s3://")].decode()
    assert "Measured on 4 validation images with 4 boxes" in page
    assert "Classes without a box in these images, which are in no mean: cat." in page
    assert "validation:mAP is 0.610" in page


def test_people_hear_of_a_model_that_waits_for_approval(made: Chain) -> None:
    output = made.run("first", all_right)

    (notice,) = made.notices
    assert notice.subject == "Training pipeline: model waits for approval: first"
    assert "AP 1.000 (1.000 to 1.000), AP50 1.000 (1.000 to 1.000) on 4 validation" in notice.text
    assert output["model_package"] in notice.text
    assert "Not below the gate." in notice.text
    assert "approve or reject the version" in notice.text
    assert "prefix=executions/first/evaluation.html" in notice.text


def test_a_model_below_the_gate_is_registered_as_rejected_and_fails(made: Chain) -> None:
    made.settings |= {"min_map": 0.5, "approval": "automatic"}
    with pytest.raises(ModelBelowGate) as failure:
        made.run("first", all_wrong)

    (package,) = made.registry.packages.values()
    cause = str(failure.value)
    assert "AP 0.0000 is below the 0.5 of min_map" in cause
    assert "AP50 0.000 (0.000 to 0.000) on 4 validation images" in cause
    assert package["ModelPackageArn"] in cause
    assert package["ModelApprovalStatus"] == "Rejected"
    assert "min_map" in package["ApprovalDescription"]
    written = made.file("s3://bucket/executions/first/outcome.json")
    assert written["gate"]["passed"] is False
    assert written["approval"] == "Rejected"
    assert made.notices == []


def test_a_model_that_is_not_below_the_gate_ends_an_execution_that_succeeded(made: Chain) -> None:
    made.run("first", all_right)
    assert made.measured == [
        (Metric.BILLED_INSTANCE_SECONDS, 0),
        (Metric.EXECUTIONS_SUCCEEDED, 1),
    ]

    made.settings["min_map"] = 0.5
    made.measured.clear()
    with pytest.raises(ModelBelowGate):
        made.run("second", all_wrong)
    assert made.measured == [(Metric.BILLED_INSTANCE_SECONDS, 0)]

    made.settings["min_map"] = None
    made.measured.clear()
    made.register()
    assert made.measured == [(Metric.EXECUTIONS_SUCCEEDED, 1)], "what was billed counts once"


def test_without_a_page_the_figures_are_registered_all_the_same(
    made: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> str:
        raise RuntimeError("no page")

    monkeypatch.setattr(evaluation_output, "evaluation_page", fails)
    output = made.run("first", all_right)

    assert output["evaluation"]["page"] is None
    assert output["evaluation"]["ap"] == 1.0
    assert len(made.registry.packages) == 1


def test_the_images_to_look_at_go_into_a_manifest(made: Chain) -> None:
    output = made.run("first", all_wrong)

    manifest = made.s3.objects["bucket/executions/first/review.manifest"]
    assert output["evaluation"]["review_manifest"] == "s3://bucket/executions/first/review.manifest"
    lines = [json.loads(line) for line in manifest.splitlines()]
    assert {line["source-ref"] for line in lines} == {f"s3://bucket/{i}.jpg" for i in range(4)}


def test_a_model_that_reaches_the_gate_is_approved_where_nobody_is_asked(made: Chain) -> None:
    made.settings |= {"min_map": 1.0, "min_map50": 1.0, "approval": "automatic"}
    output = made.run("first", all_right)

    assert output["approval"] == "Approved"
    assert made.registry.packages[output["model_package"]]["ModelApprovalStatus"] == "Approved"
    (notice,) = made.notices
    assert notice.subject == "Training pipeline: model is approved: first"
    assert "Not below the gate." in notice.text
    assert "AP 1.000 (1.000 to 1.000), AP50 1.000 (1.000 to 1.000) on 4 validation" in notice.text
    assert output["model_package"] in notice.text
    assert "reject the version" in notice.text
    assert "approve or reject" not in notice.text


def test_the_step_run_twice_registers_one_version(made: Chain) -> None:
    first = made.run("first", all_right)

    assert made.register() == first
    assert len(made.registry.packages) == 1


def test_a_step_that_died_before_it_wrote_the_version_down_finds_it_again(made: Chain) -> None:
    first = made.run("first", all_right)
    del made.s3.objects["bucket/executions/first/outcome.json"]

    assert made.register() == first
    assert len(made.registry.packages) == 1


def test_a_token_that_the_registry_has_forgotten_makes_no_second_version(made: Chain) -> None:
    first = made.run("first", all_right)
    made.registry.tokens.clear()

    assert made.register() == first
    assert len(made.registry.packages) == 1


def test_a_redrive_under_a_lower_gate_judges_the_same_version_anew(made: Chain) -> None:
    made.settings |= {"min_map": 0.5, "approval": "automatic"}
    with pytest.raises(ModelBelowGate):
        made.run("first", all_wrong)

    made.settings["min_map"] = None
    output = made.register()

    assert output["approval"] == "Approved"
    (package,) = made.registry.packages.values()
    assert package["ModelApprovalStatus"] == "Approved"


def test_a_version_that_a_person_has_approved_stays_approved(made: Chain) -> None:
    made.settings["min_map"] = 0.5
    with pytest.raises(ModelBelowGate):
        made.run("first", all_wrong)
    approve(made)

    output = made.register()

    assert output["approval"] == "Approved"
    assert output["gate"]["passed"] is False


def test_the_second_training_of_an_execution_is_a_version_of_its_own(made: Chain) -> None:
    made.run("first", all_right)
    made.state["outcome"]["training_job"] = "gt-train-again"

    output = made.register()

    assert len(made.registry.packages) == 2
    assert output["model_package"].endswith("/2")


def test_a_registry_that_refuses_says_why(made: Chain) -> None:
    made.registry.refusals["CreateModelPackage"] = ("ValidationException", "no such image")
    with pytest.raises(ModelRegistrationRefused, match="no such image"):
        made.run("first", all_right)


def test_a_group_that_may_not_be_created_is_refused_under_its_own_words(made: Chain) -> None:
    made.registry.refusals["CreateModelPackageGroup"] = ("AccessDeniedException", "not you")
    with pytest.raises(ModelRegistrationRefused, match="not you"):
        made.run("first", all_right)


def test_a_conflict_with_a_change_under_way_passes(made: Chain) -> None:
    made.registry.refusals["CreateModelPackage"] = ("ConflictException", "being changed")
    with pytest.raises(ServiceUnavailable, match="being changed"):
        made.run("first", all_right)


def test_the_second_model_is_measured_beside_the_first_on_the_same_images(made: Chain) -> None:
    made.settings["max_map_loss"] = 0.1
    made.run("first", all_right)
    approve(made)

    with pytest.raises(ModelBelowGate, match=r"AP 0\.0000 is 1\.0000 below the 1\.0000"):
        made.run("second", lambda model, _key: RIGHT if model == "incumbent" else WRONG)

    found = made.state["evaluated"]
    assert (found["ap"], found["incumbent_ap"]) == (0.0, 1.0)
    assert made.file(found["document"])["incumbent"]["coco"]["ap"] == 1.0
    asked = {each["model"]: each["model_artifact"] for each in made.predicted[1:]}
    assert asked == {
        "candidate": "s3://bucket/models/gt-train-second/output/model.tar.gz",
        "incumbent": "s3://bucket/models/gt-train-first/output/model.tar.gz",
    }


def test_the_page_shows_the_change_from_the_incumbent(made: Chain) -> None:
    made.run("first", all_right)
    approve(made)

    output = made.run("second", lambda model, _key: RIGHT if model == "incumbent" else WRONG)
    found = output["evaluation"]

    page = made.s3.objects[found["page"].removeprefix("s3://")].decode()
    assert "Before: the incumbent, groundtruthtraining/1, on the same images." in page
    assert "before 1.000 (−1.000)" in page


def test_only_an_approved_version_is_an_incumbent(made: Chain) -> None:
    made.run("first", all_right)

    assert made.run("second", all_right)["evaluation"]["incumbent"] is None


def test_the_newest_approved_version_is_the_incumbent(made: Chain) -> None:
    for name in ("first", "second", "third"):
        made.run(name, all_right)
    approve(made)
    made.registry.packages[f"{next(iter(made.registry.packages))[:-1]}3"]["ModelApprovalStatus"] = (
        "Rejected"
    )

    assert made.run("fourth", all_right)["evaluation"]["incumbent"].endswith("/2")


def refused(made: Chain, expected: str, classes: tuple[str, ...] = ("dog", "cat")) -> None:
    """The second model is not compared, and under automatic approval a person decides."""
    made.settings |= {"max_map_loss": 0.1, "approval": "automatic"}
    made.predicted.clear()
    output = made.run("second", all_right, classes=classes)

    found = output["evaluation"]
    assert found["incumbent"].endswith("/1")
    assert found["incumbent_ap"] is None
    assert expected in found["not_compared"]
    assert [each["model"] for each in made.predicted] == ["candidate"]
    assert output["approval"] == "PendingManualApproval"
    assert expected in output["gate"]["not_judged"][0]
    assert f"For a person to judge: {output['gate']['not_judged'][0]}." in made.notices[-1].text
    page = made.s3.objects[found["page"].removeprefix("s3://")].decode()
    assert "The incumbent, groundtruthtraining/1, is not compared: " in page


def test_an_incumbent_with_other_classes_is_not_compared(made: Chain) -> None:
    made.run("first", all_right, classes=("dog", "cat"))
    approve(made)

    refused(
        made,
        "only the new model has 1 bird; only the incumbent has 1 cat",
        classes=("dog", "bird"),
    )


def test_an_incumbent_with_the_same_names_under_other_ids_is_not_compared(made: Chain) -> None:
    made.run("first", all_right, classes=("cat", "dog"))
    approve(made)

    refused(made, "only the new model has 0 dog, 1 cat; only the incumbent has 0 cat, 1 dog")


def test_an_incumbent_whose_artifact_is_gone_is_not_compared(made: Chain) -> None:
    made.run("first", all_right)
    approve(made)
    del made.s3.objects["bucket/models/gt-train-first/output/model.tar.gz"]

    refused(made, "s3://bucket/models/gt-train-first/output/model.tar.gz, is gone")


def container_of(made: Chain) -> dict[str, Any]:
    (package,) = made.registry.packages.values()
    (container,) = package["InferenceSpecification"]["Containers"]
    found: dict[str, Any] = container
    return found


def test_a_version_with_a_strangers_artifact_is_not_run(made: Chain) -> None:
    made.run("first", all_right)
    approve(made)
    container_of(made)["ModelDataUrl"] = "s3://elsewhere/model.tar.gz"

    refused(made, "s3://elsewhere/model.tar.gz, is not one of this pipeline's models")


def test_a_version_in_another_container_is_not_run(made: Chain) -> None:
    made.run("first", all_right)
    approve(made)
    container_of(made)["Image"] = "111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1"

    refused(made, "it runs in another container")


def test_another_tag_of_the_container_is_the_same_container(made: Chain) -> None:
    made.run("first", all_right)
    approve(made)
    container_of(made)["Image"] = container_of(made)["Image"].replace(":1", "@sha256:0a1b")

    assert made.run("second", all_right)["evaluation"]["incumbent_ap"] == 1.0


def test_a_version_without_an_evaluation_is_not_compared(made: Chain) -> None:
    made.run("first", all_right)
    approve(made)
    (package,) = made.registry.packages.values()
    del package["ModelMetrics"]

    refused(made, "its evaluation, which would name its classes, cannot be read")


@pytest.mark.parametrize("content", [None, b"{}", b"no json"])
def test_a_version_whose_evaluation_cannot_be_read_is_not_compared(
    made: Chain, content: bytes | None
) -> None:
    made.run("first", all_right)
    approve(made)
    if content is None:
        del made.s3.objects["bucket/executions/first/evaluation.json"]
    else:
        made.s3.objects["bucket/executions/first/evaluation.json"] = content

    refused(made, "its evaluation, which would name its classes, cannot be read")


def test_an_incumbent_that_answers_for_too_few_images_is_not_compared(made: Chain) -> None:
    made.run("first", all_right)
    approve(made)
    made.settings |= {"max_map_loss": 0.1, "approval": "automatic"}

    def answer(model: str, key: str) -> Any:
        return None if model == "incumbent" and key in ("1.jpg", "2.jpg") else RIGHT

    output = made.run("second", answer)

    assert output["evaluation"]["images"] == 4
    assert "gave no answer for 2 of 4 images" in output["evaluation"]["not_compared"]
    assert output["approval"] == "PendingManualApproval"


def test_an_image_that_either_model_left_out_is_left_out_for_both(made: Chain) -> None:
    made.run("first", all_right, labels={f"{i}.jpg": 0 for i in range(8)})
    approve(made)

    def answer(model: str, key: str) -> Any:
        left_out = {"candidate": "1.jpg", "incumbent": "2.jpg"}
        return None if left_out[model] == key else RIGHT

    output = made.run("second", answer, labels={f"{i}.jpg": 0 for i in range(8)})

    document = made.file(output["evaluation"]["document"])
    assert output["evaluation"]["images"] == 6
    assert output["evaluation"]["missing_images"] == 2
    assert document["missing"] == ["s3://bucket/1.jpg", "s3://bucket/2.jpg"]
    assert len(document["images"]) == len(document["incumbent"]["images"]) == 6


def test_a_model_that_answers_for_too_few_images_is_not_measured(made: Chain) -> None:
    made.failure = "ClientError: See job logs for more information"
    with pytest.raises(PredictionsIncomplete) as failure:
        made.run("first", lambda _model, key: None if key in ("1.jpg", "3.jpg") else RIGHT)

    assert "no answer for 2 of 4 images; max_missing_fraction allows 25.0%" in str(failure.value)
    assert "s3://bucket/1.jpg, s3://bucket/3.jpg" in str(failure.value)
    assert "Transform job job-1: ClientError: See job logs" in str(failure.value)


def test_as_many_missing_images_as_allowed_are_counted_and_named(made: Chain) -> None:
    output = made.run("first", lambda _model, key: None if key == "1.jpg" else RIGHT)

    assert (output["evaluation"]["images"], output["evaluation"]["missing_images"]) == (3, 1)
    assert made.file(output["evaluation"]["document"])["missing"] == ["s3://bucket/1.jpg"]


def test_no_answer_at_all_is_never_allowed(made: Chain) -> None:
    made.settings["max_missing_fraction"] = 1.0
    with pytest.raises(PredictionsIncomplete, match="no answer for 4 of 4 images"):
        made.run("first", lambda _model, _key: None)


def test_an_answer_that_cannot_be_read_is_named(made: Chain) -> None:
    with pytest.raises(PredictionsNotUsable, match=r"/2\.jpg\.out: not the algorithm's answer"):
        made.run("first", lambda _model, key: b"<html>" if key == "2.jpg" else RIGHT)


def test_validation_images_without_a_box_cost_no_job_and_measure_nothing(made: Chain) -> None:
    output = made.run("first", all_right, labels={"1.jpg": None, "2.jpg": None})

    assert made.predicted == []
    found = output["evaluation"]
    assert (found["ap"], found["ap50"], found["best_f1"], found["images"]) == (None, None, None, 0)
    assert output["approval"] == "PendingManualApproval"
    assert "nothing was measured: the validation images have no box" in made.notices[0].text
    assert made.file(found["document"])["coco"]["ap"] == -1.0


@pytest.mark.parametrize("floor", ["min_map", "min_map50"])
def test_what_could_not_be_measured_does_not_pass_a_floor(made: Chain, floor: str) -> None:
    made.settings[floor] = 0.1
    with pytest.raises(ModelBelowGate, match=f"was not measured, but {floor} asks for 0.1"):
        made.run("first", all_right, labels={"1.jpg": None})


def test_of_more_images_than_allowed_some_are_asked_for(made: Chain) -> None:
    made.settings["max_evaluation_images"] = 3
    output = made.run("first", all_right, labels={f"{i}.jpg": 0 for i in range(10)})

    assert (output["evaluation"]["images"], output["evaluation"]["held_out_images"]) == (3, 10)
    (prediction,) = made.predicted
    assert prediction["image_count"] == 3
    assert "on 3 validation images of 10" in made.notices[0].text
    page = made.s3.objects[output["evaluation"]["page"].removeprefix("s3://")].decode()
    assert "A sample: 3 of 10 validation images" in page
