"""Prepare Evaluation, Evaluate Model and Register Model in turn, on S3 and registry in memory.

What the transform jobs between them would write is given by ``answer``.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from lambdas.adapters import clients
from lambdas.contract import Metric
from lambdas.executions.notice import Notice
from lambdas.handlers import evaluate_model, prepare_evaluation, register_model
from lambdas.settings import (
    EvaluateModelSettings,
    PrepareEvaluationSettings,
    RegisterModelSettings,
)
from tests.unit.adapters.in_memory_registry import InMemoryRegistry
from tests.unit.adapters.in_memory_s3 import InMemoryS3
from tests.unit.jobs.factories import any_dataset, any_execution, any_outcome

IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1"
GROUP = "groundtruthtraining"
SIDE = 100
CONTEXT = SimpleNamespace(
    function_name="evaluation",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:111122223333:function:evaluation",
    aws_request_id="request-1",
)

Rows = list[list[float]]
"""As the algorithm answers: class, score, left, top, right, bottom."""

BOX = (10, 10, 50, 50)
RIGHT: Rows = [[0, 0.9, 0.1, 0.1, 0.5, 0.5]]
WRONG: Rows = [[0, 0.9, 0.6, 0.6, 0.9, 0.9]]


@dataclass
class Chain:
    """An account in which one model after the other is evaluated."""

    s3: InMemoryS3
    registry: InMemoryRegistry
    settings: dict[str, Any]
    notices: list[Notice] = field(default_factory=list)
    predicted: list[dict[str, Any]] = field(default_factory=list)
    measured: list[tuple[Metric, float]] = field(default_factory=list)
    failure: str | None = None
    """Why SageMaker marks the transform jobs as failed."""

    def run(
        self,
        name: str,
        answer: Callable[[str, str], Rows | bytes | None],
        labels: dict[str, int | None] | None = None,
        classes: tuple[str, ...] = ("dog", "cat"),
        tested: dict[str, int | None] | None = None,
    ) -> Any:
        """Return the output. `answer` is of (model, image key); `labels` a class by image key.

        `tested` are the labels of the test part, if there is one.
        """
        execution = any_execution(name)
        folder = f"s3://bucket/executions/{name}/"
        dataset = any_dataset(
            report=f"{folder}report.json",
            validation_manifest=f"{folder}validation.manifest",
            test_manifest=f"{folder}test.manifest" if tested else None,
        )
        outcome = any_outcome(
            training_job=f"gt-train-{name}",
            model_artifact=f"s3://bucket/models/gt-train-{name}/output/model.tar.gz",
            execution=execution.arn,
        )
        self._put(outcome.model_artifact, b"weights")
        self._put(
            dataset.report,
            json.dumps({"classes": {str(i): {"name": n} for i, n in enumerate(classes)}}).encode(),
        )
        lines = [
            labelled(key, of) for key, of in (labels or {f"{i}.jpg": 0 for i in range(4)}).items()
        ]
        self._put(dataset.validation_manifest, b"".join(lines))
        if dataset.test_manifest and tested:
            lines = [labelled(key, of) for key, of in tested.items()]
            self._put(dataset.test_manifest, b"".join(lines))
        state = msgspec.to_builtins(
            {"dataset": dataset, "outcome": outcome, "execution": execution}
        )
        state["evaluation"] = prepare_evaluation.handler(state, CONTEXT)
        state["predicted"] = [
            self._predict(each, answer) for each in state["evaluation"]["predictions"]
        ]
        state["evaluated"] = evaluate_model.handler(state, CONTEXT)
        self.state = state
        return self.register()

    def register(self) -> Any:
        """Run the last step, maybe again."""
        return json.loads(json.dumps(register_model.handler(self.state, CONTEXT)))

    def file(self, uri: str) -> Any:
        return json.loads(self.s3.objects[uri.removeprefix("s3://")])

    def _put(self, uri: str, content: bytes) -> None:
        self.s3.objects[uri.removeprefix("s3://")] = content

    def _predict(
        self, prediction: dict[str, Any], answer: Callable[[str, str], Rows | bytes | None]
    ) -> dict[str, Any]:
        self.predicted.append(prediction)
        first, *keys = self.file(prediction["images"])
        assert first == {"prefix": f"s3://{prediction['image_bucket']}/"}
        for key in keys:
            rows = answer(prediction["model"], key)
            if rows is not None:
                body = (
                    rows if isinstance(rows, bytes) else json.dumps({"prediction": rows}).encode()
                )
                self._put(f"{prediction['output']}{key}.out", body)
        return {"prediction": prediction, "transform_job": "job-1", "failure": self.failure}


def labelled(key: str, class_id: int | None, bucket: str = "bucket") -> bytes:
    boxes = (
        []
        if class_id is None
        else [{"class_id": class_id, "left": 10, "top": 10, "width": 40, "height": 40}]
    )
    record = {
        "source-ref": f"s3://{bucket}/{key}",
        "bb": {
            "image_size": [{"width": SIDE, "height": SIDE, "depth": 3}],
            "annotations": boxes,
        },
        "bb-metadata": {
            "class-map": {str(class_id): "dog"} if boxes else {},
            "type": "groundtruth/object-detection",
        },
    }
    return json.dumps(record).encode() + b"\n"


def chain(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Chain:
    """Return an empty account. `changes` are of the settings."""
    s3, registry = InMemoryS3(), InMemoryRegistry()
    s3_client, sagemaker = s3.client(), registry.client()
    monkeypatch.setattr(clients, "s3", lambda: s3_client)
    monkeypatch.setattr(clients, "sagemaker", lambda: sagemaker)
    values: dict[str, Any] = {
        "bucket": "bucket",
        "topic_arn": "topic",
        "training_image": IMAGE,
        "model_package_group": GROUP,
        "max_evaluation_images": 5_000,
        "max_missing_fraction": 0.25,
        "min_map": None,
        "min_map50": None,
        "max_map_loss": None,
        "approval": "manual",
        **changes,
    }
    made = Chain(s3, registry, values)
    monkeypatch.setattr(
        register_model, "publish", lambda notice, _topic: made.notices.append(notice)
    )
    monkeypatch.setattr(
        register_model, "measure", lambda metric, value: made.measured.append((metric, value))
    )
    for module, kind in (
        (prepare_evaluation, PrepareEvaluationSettings),
        (evaluate_model, EvaluateModelSettings),
        (register_model, RegisterModelSettings),
    ):
        monkeypatch.setattr(module, "settings", lambda _kind, kind=kind: _filled(kind, made))
    return made


def _filled(kind: type[msgspec.Struct], made: Chain) -> Any:
    names = {each.name for each in msgspec.structs.fields(kind)}
    return kind(**{name: value for name, value in made.settings.items() if name in names})
