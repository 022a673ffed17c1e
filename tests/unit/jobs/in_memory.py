"""SageMaker, the token store and Step Functions in memory, for the protocols' tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lambdas.jobs.callbacks import KeptCallback
from lambdas.jobs.description import Description
from lambdas.jobs.kind import JobKind
from lambdas.jobs.runs import FORGOTTEN, Runs
from lambdas.messages.job import Callback, Job
from lambdas.training.kind import TRAINING

SAGEMAKER = "arn:aws:sagemaker:us-east-1:111122223333"
CREATED = datetime(2026, 1, 15, 11, tzinfo=UTC)


@dataclass
class MemoryJobs:
    """Training jobs, or those of another kind that is named."""

    descriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    kind: JobKind = TRAINING

    def create(self, request: Mapping[str, Any]) -> bool:
        api = self.kind.api
        name: str = request[f"{api}JobName"]
        if name in self.descriptions:
            return False
        self.created.append(name)
        self.descriptions[name] = {
            **request,
            f"{api}JobArn": f"{SAGEMAKER}:{self.kind.noun.replace(' ', '-')}/{name}",
            f"{api}JobStatus": "InProgress",
            "SecondaryStatus": "Starting",
            "CreationTime": CREATED,
        }
        return True

    def describe(self, name: str) -> Description | None:
        if name not in self.descriptions:
            return None
        return Description.of(self.kind.api, self.descriptions[name])

    def stop(self, name: str) -> None:
        if self.descriptions[name][f"{self.kind.api}JobStatus"] == "InProgress":
            self.stopped.append(name)
            self.end(name, "Stopping")

    def running(self) -> list[Description]:
        found = (Description.of(self.kind.api, each) for each in self.descriptions.values())
        return [job for job in found if job.is_running]

    def execution_of(self, job: Description) -> str | None:
        tags = self.descriptions[job.name].get("Tags", [])
        return next((tag["Value"] for tag in tags), None)

    def end(self, name: str, status: str, secondary: str | None = None, **more: object) -> None:
        api = self.kind.api
        self.descriptions[name].update(
            {f"{api}JobStatus": status, "SecondaryStatus": secondary or status, **more}
        )


@dataclass
class MemoryCallbacks:
    kept: dict[tuple[str, str], KeptCallback] = field(default_factory=dict)

    def put(self, callback: Callback) -> KeptCallback:
        kept = KeptCallback(callback, tag=callback.task_token)
        self.kept[callback.job.name, callback.execution.name] = kept
        return kept

    def waiting_for(self, job: str) -> list[KeptCallback]:
        return [kept for (name, _), kept in self.kept.items() if name == job]

    def discard(self, kept: KeptCallback) -> None:
        key = kept.callback.job.name, kept.callback.execution.name
        if self.kept.get(key) == kept:
            del self.kept[key]


@dataclass
class MemoryExecutions:
    known: dict[str, Runs] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    answers: list[tuple[str, str]] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)

    def succeed(self, task_token: str, output: Mapping[str, Any]) -> bool:
        return self._answer(task_token, output["status"])

    def fail(self, task_token: str, error: str, cause: str) -> bool:
        self.causes.append(cause)
        return self._answer(task_token, error)

    def runs(self, execution_arn: str) -> Runs:
        return self.known.get(execution_arn, FORGOTTEN)

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
        others = [job for job in self.jobs(execution) if job.item != jobs[0].item]
        self.kept[execution] = [*others, *jobs]

    def jobs(self, execution: str) -> list[Job]:
        return self.kept.get(execution, [])


@dataclass
class MemoryManifests:
    newest: str | None = "v1"

    def newest_version(self, uri: str) -> str | None:
        return self.newest
