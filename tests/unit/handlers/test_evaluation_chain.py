"""From a trained model to a judged version in the registry."""

import pytest

from lambdas.errors import ModelBelowGate
from tests.unit.handlers.evaluation_chain import RIGHT, WRONG, Chain, chain


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Chain:
    return chain(monkeypatch)


def test_a_model_is_measured_and_registered(made: Chain) -> None:
    output = made.run("first", lambda _model, _key: RIGHT)

    assert output["evaluation"]["ap"] == 1.0
    assert output["evaluation"]["images"] == 4
    assert output["evaluation"]["best_f1"]["threshold"] == 0.9
    assert output["approval"] == "PendingManualApproval"
    (package,) = made.registry.packages.values()
    assert package["ModelPackageArn"] == output["model_package"]
    assert made.file("s3://bucket/executions/first/outcome.json") == output
    assert made.file(output["evaluation"]["document"])["coco"]["ap"] == 1.0
    assert b"validation images" in made.s3.objects["bucket/executions/first/evaluation.html"]
    assert "AP 1.000" in made.notices[0].text


def test_a_model_below_the_gate_is_registered_as_rejected_and_fails(made: Chain) -> None:
    made.settings["min_map"] = 0.5
    with pytest.raises(ModelBelowGate, match=r"AP 0\.0000 is below the 0\.5 of min_map"):
        made.run("first", lambda _model, _key: WRONG)

    (package,) = made.registry.packages.values()
    assert package["ModelApprovalStatus"] == "Rejected"
    assert made.file("s3://bucket/executions/first/outcome.json")["gate"]["passed"] is False
    assert made.notices == []
