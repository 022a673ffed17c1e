"""SageMaker, the token store and Step Functions in memory, for the protocols' tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdas.jobs.description import Description
from lambdas.messages import Callback, Job
from tests.unit.jobs.factories import described


@dataclass
class MemoryJobs:
    descriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def create(self, request: Mapping[str, Any]) -> bool:
        name = request["TrainingJobName"]
        if name in self.descriptions:
            return False
        self.created.append(name)
        self.descriptions[name] = {
            **request,
            "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
            "TrainingJobStatus": "InProgress",
            "SecondaryStatus": "Starting",
        }
        return True

    def describe(self, name: str) -> Description | None:
        return described(self.descriptions[name]) if name in self.descriptions else None

    def stop(self, name: str) -> None:
        self.stopped.append(name)

    def running(self, prefix: str) -> list[str]:
        return [
            name
            for name, description in self.descriptions.items()
            if name.startswith(prefix) and description["TrainingJobStatus"] == "InProgress"
        ]

    def execution_of(self, description: Description) -> str | None:
        return next((tag["Value"] for tag in description.response.get("Tags", [])), None)

    def end(self, name: str, status: str, secondary: str | None = None, **more: object) -> None:
        self.descriptions[name].update(
            TrainingJobStatus=status, SecondaryStatus=secondary or status, **more
        )


@dataclass
class MemoryCallbacks:
    kept: dict[tuple[str, str], Callback] = field(default_factory=dict)

    def put(self, callback: Callback) -> None:
        self.kept[callback.job.name, callback.execution.name] = callback

    def waiting_for(self, job: str) -> list[Callback]:
        return [kept for (name, _), kept in self.kept.items() if name == job]

    def discard(self, callback: Callback) -> None:
        self.kept.pop((callback.job.name, callback.execution.name), None)


@dataclass
class MemoryExecutions:
    running: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    answers: list[tuple[str, str]] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)

    def succeed(self, task_token: str, output: Mapping[str, Any]) -> bool:
        return self._answer(task_token, output["status"])

    def fail(self, task_token: str, error: str, cause: str) -> bool:
        self.causes.append(cause)
        return self._answer(task_token, error)

    def is_running(self, execution_arn: str) -> bool:
        return execution_arn in self.running

    def _answer(self, task_token: str, answer: str) -> bool:
        if task_token in self.settled:
            return False
        self.settled.add(task_token)
        self.answers.append((task_token, answer))
        return True


@dataclass
class MemoryRecords:
    kept: dict[str, list[Job]] = field(default_factory=dict)

    def put_jobs(self, execution: str, jobs: list[Job]) -> None:
        self.kept[execution] = jobs

    def jobs(self, execution: str) -> list[Job]:
        return self.kept.get(execution, [])


@dataclass
class MemoryManifests:
    newest: str | None = "v1"

    def newest_version(self, uri: str) -> str | None:
        return self.newest
