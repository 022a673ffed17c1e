"""One run on the embedded AWS: deploy the pipeline, write a manifest, follow the execution."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lambdas.contract import BucketLayout, State
from local.aws.deployment import Deployment
from local.aws.embedded_aws import EmbeddedAws
from local.aws.sagemaker.training_service import TrainingService
from local.demo.results import FRESH_PICTURE, MODEL, say_what_was_measured
from local.demo.source import Source
from local.demo.transcript import StateEntered, Step, follow
from stacks.settings.environments import STACK_NAME
from stacks.synthesis import synthesize

STATUS_SECONDS = 0.1
"""How long a training job shows, at least, each of its statuses: long enough to be seen."""

BEFORE_TRAINING = (
    "start_execution",
    "validate_manifest",
    "check_images",
    "set_images_aside",
    "start_training_job",
    "await_training_job",
)
"""The functions that are started while the manifest and its images are written."""

AFTER_TRAINING = (
    "resume_execution",
    "record_model",
    "prepare_evaluation",
    "start_transform_job",
    "await_transform_job",
    "evaluate_model",
    "register_model",
)
"""The functions that are started while the stand-in trains, which keeps one core busy."""

TRIGGER_SECONDS = 30
"""How long the write of a manifest may take to start its execution."""

Progress = Callable[[str], AbstractContextManager[list[str]]]
"""``with progress(doing) as done`` surrounds a piece of work that appends what it did."""


class DemoRun:
    """The deployed pipeline, for the length of a ``with``; gone without a trace after it."""

    def __init__(self, source: Source, progress: Progress) -> None:
        self._source = source
        self._progress = progress
        self._stack = ExitStack()
        self._outputs: dict[str, str] = {}
        self.aws = EmbeddedAws(training=TrainingService(pace=STATUS_SECONDS, learns=True))

    def __enter__(self) -> Self:
        """Synthesize the app, start the embedded AWS and deploy the app to it."""
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def write_manifest(self) -> str:
        """Write images and manifest as a labeling job would; return the execution's ARN.

        Raises TimeoutError where the write starts no execution.
        """
        source, layout = self._source, BucketLayout(self._outputs["BucketName"])
        folder = self._outputs["LabelingOutputUri"].removeprefix(layout.uri(""))
        key = f"{folder}{source.labeling_job}{layout.MANIFEST_TAIL}"
        s3 = self.aws.client("s3")
        with self._progress("Writing the manifest and its images") as done:
            self._warm_functions(BEFORE_TRAINING)
            count = source.write_images(s3, layout.bucket)
            manifest = source.manifest_for(layout.bucket)
            s3.put_object(Bucket=layout.bucket, Key=key, Body=manifest)
            done.append(f"Wrote {count} images and {key}")
        return self._started_execution()

    def follow(self, execution_arn: str) -> Iterator[Step]:
        """Yield the execution's steps until it has ended."""
        for step in follow(self.aws.client("stepfunctions"), execution_arn):
            if isinstance(step, StateEntered) and step.state == State.AWAIT_TRAINING_JOB:
                self._warm_functions(AFTER_TRAINING)
            yield step

    def save_results(self, execution_arn: str, folder: Path) -> Path:
        """Copy what the execution wrote, its model and a picture to try it on; return where."""
        execution = execution_arn.rpartition(":")[2]
        target = folder / execution
        target.mkdir(parents=True, exist_ok=True)
        layout = BucketLayout(self._outputs["BucketName"])
        s3 = self.aws.client("s3")
        files = {"Prefix": layout.execution_file(execution, ""), "Delimiter": "/"}
        for where in (files, {"Prefix": layout.MODELS}):
            for item in s3.list_objects_v2(Bucket=layout.bucket, **where).get("Contents", []):
                path = target / item["Key"].rpartition("/")[2]
                s3.download_file(layout.bucket, item["Key"], str(path))
        say_what_was_measured(target)
        picture = self._source.fresh_picture()
        if picture is not None and (target / MODEL).exists():
            (target / FRESH_PICTURE).write_bytes(picture)
        return target

    def _start(self) -> None:
        context: dict[str, Any] = {"pipeline.image_buckets": self._source.image_buckets()}
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="cdk.out-"))
        assembly = Path(folder)
        with self._progress("Synthesizing the app") as done:
            synthesize(assembly, context)
            done.append("Synthesized the app")
        with self._progress("Deploying it") as done:
            self._stack.enter_context(self.aws)
            self._outputs = Deployment(
                assembly,
                STACK_NAME,
                self.aws.client,
                region=self.aws.region,
                account=self.aws.account,
            ).deploy()
            done.append("Deployed it to the embedded AWS")

    def _warm_functions(self, modules: Sequence[str]) -> None:
        pages = self.aws.client("lambda").get_paginator("list_functions").paginate()
        functions = [function for page in pages for function in page["Functions"]]
        names = {each["Handler"].split(".")[-2]: each["FunctionName"] for each in functions}
        self.aws.warm_functions.start(names[each] for each in modules if each in names)

    def _started_execution(self) -> str:
        stepfunctions = self.aws.client("stepfunctions")
        machine = self._outputs["StateMachineArn"]
        deadline = time.monotonic() + TRIGGER_SECONDS
        while time.monotonic() < deadline:
            found = stepfunctions.list_executions(stateMachineArn=machine)["executions"]
            if found:
                arn: str = found[0]["executionArn"]
                return arn
            time.sleep(0.05)
        raise TimeoutError(f"the manifest started no execution within {TRIGGER_SECONDS} s")
