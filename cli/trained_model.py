"""Finds the model that an execution of a deployed pipeline trained."""

import shutil
import tempfile
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar, cast

import boto3
import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from cli.deployed_stack import StackNotUsable, stack_meant, stack_output
from cli.detector.errors import NotUsable
from lambdas.adapters.manifest_objects import split_uri
from lambdas.contract import BucketLayout
from lambdas.errors import InvalidExecutionInput
from lambdas.pages.visible import visible

BUCKET_OUTPUT = "BucketName"

_Read = TypeVar("_Read", bound=msgspec.Struct)


class _BestF1(msgspec.Struct):
    threshold: float


class _Evaluation(msgspec.Struct):
    best_f1: _BestF1 | None = None


class _Outcome(msgspec.Struct):
    """What is read of ``outcome.json``."""

    model_artifact: str
    report: str
    execution: str
    evaluation: _Evaluation | None = None


class _Class(msgspec.Struct):
    name: str


class _Report(msgspec.Struct):
    """What is read of ``report.json``; the outcome's own list of classes ends after fifty."""

    classes: dict[str, _Class]


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """The ``model.tar.gz`` of an execution, downloaded, and what is known of it.

    ``score_threshold`` is the one with the best F1, where the execution evaluated the model.
    """

    archive: BinaryIO
    class_names: dict[int, str]
    execution: str
    score_threshold: float | None


def trained_model(execution: str, stack: str | None) -> TrainedModel:
    """Return the model of an execution, given by name or ARN.

    Raises ``NotUsable`` where there is no such execution, or it left no model.
    """
    name = execution.rpartition(":")[2]
    try:
        session = boto3.Session()
        cloudformation = session.client("cloudformation")
        bucket = stack_output(cloudformation, stack_meant(stack), BUCKET_OUTPUT)
        layout = BucketLayout(bucket)
        return _model(session.client("s3"), layout.uri(layout.outcome(name)))
    except (StackNotUsable, BotoCoreError, ClientError, InvalidExecutionInput) as error:
        raise NotUsable(f"execution {visible(name)}: {visible(str(error))}") from error


def _model(s3: Any, outcome_uri: str) -> TrainedModel:
    outcome = _document(s3, outcome_uri, _Outcome)
    report = _document(s3, outcome.report, _Report)
    evaluated = outcome.evaluation and outcome.evaluation.best_f1
    return TrainedModel(
        archive=_download(s3, outcome.model_artifact),
        class_names={int(class_id): found.name for class_id, found in report.classes.items()},
        execution=outcome.execution,
        score_threshold=evaluated.threshold if evaluated else None,
    )


def _document(s3: Any, uri: str, kind: type[_Read]) -> _Read:
    with _opened(s3, uri) as body:
        try:
            return msgspec.json.decode(body.read(), type=kind)
        except msgspec.DecodeError as error:
            raise NotUsable(f"{uri}: {error}") from error


def _download(s3: Any, uri: str) -> BinaryIO:
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - closed by who reads it
    with _opened(s3, uri) as body:
        shutil.copyfileobj(body, file)
    file.seek(0)
    return file


def _opened(s3: Any, uri: str) -> Any:
    bucket, key = split_uri(uri)
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
            raise NotUsable(
                f"{uri} does not exist, or may not be read. An execution has an outcome.json when"
                " it has succeeded."
            ) from error
        raise
