"""The deployed pipeline on the embedded AWS, as its users and their events see it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lambdas.contract import BucketLayout
from local.aws.embedded_aws import EmbeddedAws
from local.demo.placeholders import placeholder

T = TypeVar("T")

PICTURE = placeholder(100, 80, ".png")


def record(image: str, *boxes: tuple[int, int, int, int], label: str = "bb") -> bytes:
    """A manifest line for an image of 100 × 80 pixels; boxes are left, top, width, height."""
    line = {
        "source-ref": image,
        label: {
            "image_size": [{"width": 100, "height": 80, "depth": 3}],
            "annotations": [
                {"class_id": 0, "left": left, "top": top, "width": width, "height": height}
                for left, top, width, height in boxes
            ],
        },
        f"{label}-metadata": {
            "objects": [{"confidence": 0} for _ in boxes],
            "class-map": {"0": "dog"} if boxes else {},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": "2026-01-15T09:00:00.000000",
            "job-name": "labeling-job/dogs",
        },
    }
    return json.dumps(line).encode() + b"\n"


@dataclass
class Pipeline:
    """A deployed pipeline; every test uses labeling jobs of its own name."""

    aws: EmbeddedAws
    outputs: dict[str, str]
    layout: BucketLayout = field(init=False)

    def __post_init__(self) -> None:
        self.layout = BucketLayout(self.outputs["BucketName"])
        self.s3 = self.aws.client("s3")
        self.stepfunctions = self.aws.client("stepfunctions")
        self.machine = self.outputs["StateMachineArn"]

    def manifest_key(self, labeling_job: str) -> str:
        return f"labeling/{labeling_job}{self.layout.MANIFEST_TAIL}"

    def manifest(self, labeling_job: str, images: int = 10) -> bytes:
        """A good manifest whose images are there."""
        lines = []
        for number in range(images):
            key = f"images/{labeling_job}/{number}.png"
            self.s3.put_object(Bucket=self.layout.bucket, Key=key, Body=PICTURE)
            lines.append(record(self.layout.uri(key), (10, 10, 30, 20)))
        return b"".join(lines)

    def write(self, key: str, body: bytes) -> str:
        """Write an object; return its version."""
        written = self.s3.put_object(Bucket=self.layout.bucket, Key=key, Body=body)
        version: str = written["VersionId"]
        return version

    def label(self, labeling_job: str, body: bytes | None = None) -> str:
        """Write what a labeling job writes; return the execution that this starts."""
        content = self.manifest(labeling_job) if body is None else body
        self.write(self.manifest_key(labeling_job), content)
        return self.execution_of(labeling_job)

    def start(self, **execution_input: str) -> str:
        """Start an execution by hand."""
        arn: str = self.stepfunctions.start_execution(
            stateMachineArn=self.machine, input=json.dumps(execution_input)
        )["executionArn"]
        return arn

    def executions(self, labeling_job: str) -> list[str]:
        """The executions that a labeling job's manifests have started."""
        pages = self.stepfunctions.get_paginator("list_executions").paginate(
            stateMachineArn=self.machine
        )
        return [
            each["executionArn"]
            for page in pages
            for each in page["executions"]
            if each["name"].rpartition("-")[0] == labeling_job
        ]

    def execution_of(self, labeling_job: str) -> str:
        return eventually(lambda: next(iter(self.executions(labeling_job)), None))

    def ended(self, execution: str) -> dict[str, Any]:
        """The description of an execution, once it has ended."""

        def ended() -> dict[str, Any] | None:
            described: dict[str, Any] = self.stepfunctions.describe_execution(
                executionArn=execution
            )
            return described if described["status"] != "RUNNING" else None

        return eventually(ended)

    def succeeded(self, execution: str) -> dict[str, Any]:
        """The output of an execution, which must succeed."""
        described = self.ended(execution)
        assert described["status"] == "SUCCEEDED", f"{described['error']}: {described['cause']}"
        output: dict[str, Any] = json.loads(described["output"])
        return output

    def states(self, execution: str) -> list[str]:
        """The states that an execution has entered, in order."""
        return [
            event["stateEnteredEventDetails"]["name"]
            for event in self._history(execution)
            if event["type"].endswith("StateEntered")
        ]

    def happened(self, execution: str, kind: str) -> int:
        """How many events of a type an execution's history has."""
        return sum(event["type"] == kind for event in self._history(execution))

    def causes(self, execution: str) -> str:
        """The causes of all failures of an execution's tasks, one a line."""
        return "\n".join(
            event["taskFailedEventDetails"]["cause"]
            for event in self._history(execution)
            if event["type"] == "TaskFailed"
        )

    def reaches(self, execution: str, state: str) -> None:
        """Wait until an execution has entered a state."""
        eventually(lambda: state in self.states(execution) or None)

    def training_jobs(self, execution: str) -> list[str]:
        """The training jobs that an execution has started, oldest first."""
        return [
            name
            for name, job in self.aws.training.jobs.items()
            if {"Key": "gt-train:execution", "Value": execution} in job.request["Tags"]
        ]

    def transform_jobs(self, execution: str) -> list[str]:
        """The transform jobs that an execution has started, oldest first."""
        return [
            name
            for name, job in self.aws.transform.jobs.items()
            if {"Key": "gt-train:execution", "Value": execution} in job.tags
        ]

    def waits_for_transform_jobs(self, execution: str, count: int = 1) -> list[str]:
        """Wait until the execution waits for so many transform jobs; return their names."""
        eventually(lambda: self.happened(execution, "TaskSubmitted") >= 1 + count or None)
        jobs = self.transform_jobs(execution)
        assert len(jobs) == count
        return jobs

    def waits_for_job(self, execution: str) -> str:
        """Wait until the execution waits for the job's end alone; return the job's name.

        The function that leaves the token has returned by then: until it has, it may still find
        that the job has ended and answer by itself.
        """
        eventually(lambda: self.happened(execution, "TaskSubmitted") or None)
        (job,) = self.training_jobs(execution)
        return job

    def keys(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.layout.bucket, Prefix=prefix
        )
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def json(self, key: str) -> dict[str, Any]:
        body = self.s3.get_object(Bucket=self.layout.bucket, Key=key)["Body"].read()
        document: dict[str, Any] = json.loads(body)
        return document

    def function(self, module: str) -> str:
        """The name of the function of a module of ``lambdas.handlers``."""
        pages = self.aws.client("lambda").get_paginator("list_functions").paginate()
        return next(
            str(each["FunctionName"])
            for page in pages
            for each in page["Functions"]
            if each["Handler"] == f"lambdas.handlers.{module}.handler"
        )

    def variables(self, module: str) -> dict[str, str]:
        """The environment of the function of a module."""
        found: dict[str, str] = self.aws.client("lambda").get_function_configuration(
            FunctionName=self.function(module)
        )["Environment"]["Variables"]
        return found

    def configure(self, module: str, **variables: str) -> None:
        """Give a function other settings, as a deployment does."""
        self.aws.client("lambda").update_function_configuration(
            FunctionName=self.function(module),
            Environment={"Variables": self.variables(module) | variables},
        )

    def invoke(self, module: str, event: dict[str, Any]) -> Any:
        """Invoke a function; return what it returns."""
        response = self.aws.client("lambda").invoke(
            FunctionName=self.function(module), Payload=json.dumps(event)
        )
        assert "FunctionError" not in response, response["Payload"].read()
        return json.loads(response["Payload"].read())

    def subscribe(self) -> Callable[[], list[str]]:
        """Subscribe to the topic; what is returned has the texts that came since, with subjects."""
        sqs, topic = self.aws.client("sqs"), self.outputs["TopicArn"]
        url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        self.aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        texts: list[str] = []

        def received() -> list[str]:
            messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            for message in messages.get("Messages", []):
                notice = json.loads(message["Body"])
                texts.append(f"{notice['Subject']}\n{notice['Message']}")
            return texts

        return received

    def dead_letters(self) -> int:
        """How many events could not be processed."""
        attributes = self.aws.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["DeadLetterQueueUrl"],
            AttributeNames=["ApproximateNumberOfMessages"],
        )["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])

    def map_runs(self, execution: str) -> list[dict[str, Any]]:
        """The Map Runs that an execution has started."""
        listed = self.stepfunctions.list_map_runs(executionArn=execution)["mapRuns"]
        return [
            dict(self.stepfunctions.describe_map_run(mapRunArn=each["mapRunArn"]))
            for each in listed
        ]

    def _history(self, execution: str) -> list[dict[str, Any]]:
        pages = self.stepfunctions.get_paginator("get_execution_history").paginate(
            executionArn=execution
        )
        return [event for page in pages for event in page["events"]]


def eventually(look: Callable[[], T | None], seconds: float = 240) -> T:
    """What ``look`` finds, as soon as it finds something, however slow the machine."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing within {seconds} s")
