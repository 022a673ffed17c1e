"""The model of an execution is exported by the execution's name, from the deployed stack."""

import json
from pathlib import Path

import onnx
import pytest

from cli.detector.description import MARK
from cli.main import main
from local.aws.process_environment import aws_variables
from stacks.settings.environments import STACK_NAME
from tests.scenarios.pipeline import Pipeline
from tests.unit.detector.mxnet_files import (
    model_tar_gz,
    params,
    smallest_nodes,
    smallest_weights,
    symbol,
)


@pytest.fixture(autouse=True)
def credentials(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws_variables(pipeline.aws.endpoint, pipeline.aws.region).items():
        monkeypatch.setenv(name, value)


def test_a_trained_model_is_exported_with_the_names_of_its_classes(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    execution = pipeline.label("pets")
    outcome = pipeline.succeeded(execution)
    one_class = {
        "model_algo_1-symbol.json": symbol(*smallest_nodes(1)),
        "model_algo_1-0000.params": params(smallest_weights(1)),
    }
    trained = model_tar_gz(tmp_path / "model.tar.gz", **one_class)
    key = outcome["model_artifact"].removeprefix(f"s3://{pipeline.layout.bucket}/")
    pipeline.write(key, trained.read_bytes())

    target = tmp_path / "model.onnx"
    assert main(["export", execution, "--stack", STACK_NAME, "--onnx", str(target)]) == 0

    metadata = {each.key: each.value for each in onnx.load(target).metadata_props}
    about = json.loads(metadata[MARK])
    assert (about["class_names"], about["execution"]) == (["dog"], execution)


def test_the_stand_in_for_a_trained_model_is_refused_in_one_sentence(
    pipeline: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    execution = pipeline.label("stand-ins")
    pipeline.succeeded(execution)
    name = execution.rpartition(":")[2]

    status = main(["export", name, "--stack", STACK_NAME, "--onnx", str(tmp_path / "m.onnx")])

    assert status == 2
    assert "not a model of SageMaker's built-in Object Detection" in capsys.readouterr().err
