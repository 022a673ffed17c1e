"""A pure model of what the protocols run on: SageMaker, S3, Step Functions, EventBridge, Lambda.

The handlers' own code runs in it, each in a greenlet that pauses before every call of a port, so
that anything may happen between two calls: another handler's call, a job's end, an abort, a crash.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from greenlet import getcurrent, greenlet

from lambdas import errors
from lambdas.jobs.callbacks import KeptCallback
from lambdas.jobs.close import stop_abandoned_jobs, stop_orphaned_jobs
from lambdas.jobs.description import Description
from lambdas.jobs.kind import JobKind
from lambdas.jobs.runs import Runs
from lambdas.jobs.wait import register, resume
from lambdas.messages.execution import Execution
from lambdas.messages.job import Callback, Job
from lambdas.messages.payloads import StartTrainingJobEvent, StartTransformJobEvent
from lambdas.training.attempt import start_training_job
from lambdas.training.kind import TRAINING
from lambdas.transform.attempt import start_transform_job
from lambdas.transform.kind import TRANSFORM
from tests.unit.jobs.factories import (
    any_dataset,
    any_prediction,
    any_settings,
    any_transform_settings,
)
from tests.unit.transform.in_memory import MemoryModels

MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:pipeline"
SETTINGS = any_settings(max_capacity_rounds=2)
TRANSFORM_SETTINGS = any_transform_settings(max_capacity_rounds=2)

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(seconds=TRANSFORM_SETTINGS.max_transform_seconds)
"""A job that was created then, and may not take longer, is to be stopped."""


START, AWAIT = "Start Job", "Await Job"
"""The two states around a job of any kind."""


class Crash(BaseException):
    """The function's process dies."""


def pause() -> None:
    """Let somebody else go on before a call takes effect."""
    parent = getcurrent().parent
    assert parent is not None
    parent.switch()


@dataclass
class Handler:
    """A running function: its code, and what Lambda and Step Functions make of its end."""

    name: str
    code: Callable[[], Any]
    ended: Callable[[Any], None]
    """Called with what the code returns."""
    failed: Callable[[BaseException], None]
    """Called with what it raises, or the crash."""
    running: greenlet = field(init=False)

    def __post_init__(self) -> None:
        self.running = greenlet(self.code)

    def go_on(self) -> bool:
        """Run to the next call of a port; tell whether the function has ended."""
        return self._switch(self.running.switch)

    def crash(self) -> None:
        """Let the process die where it is."""
        self._switch(lambda: self.running.throw(Crash))

    def _switch(self, switch: Callable[[], Any]) -> bool:
        try:
            result = switch()
        except (errors.PipelineError, errors.Signal, Crash) as error:
            self.failed(error)
            return True
        if self.running.dead:
            self.ended(result)
        return bool(self.running.dead)


@dataclass
class StateMachineExecution:
    """What Step Functions knows of an execution: the workflow as docs/state-machine.asl.json.

    As far as it is about one job: from the start of the training, or in one item of Predict.
    """

    name: str
    account: "Account"
    status: str = "RUNNING"
    state: str = START
    attempt: int = 0
    capacity_misses: int = 0
    internal_errors: int = 0
    redrives: int = 0
    tries: int = 0
    """Of the state before this one, in this visit."""
    invocation: int = 0
    """Changes whenever the current try of a step is given up."""
    job: Job | None = None
    answers: list[tuple[str, str]] = field(default_factory=list)
    """Job and answer of every answer that was taken."""
    error: str = ""
    attempts: set[tuple[int, int]] = field(default_factory=set)
    """Attempt and redrive of every training job that was asked for."""

    @property
    def arn(self) -> str:
        return f"{MACHINE.replace(':stateMachine:', ':execution:')}:{self.name}"

    def context(self) -> Execution:
        return Execution(name=self.name, arn=self.arn, redrive_count=self.redrives)

    def enter(self, state: str) -> None:
        """Begin a state: a task token of before is void."""
        self.tries = 0
        self._try(state)

    def retry(self) -> None:
        """Try the state again: a task token of before is void."""
        self.tries += 1
        self._try(self.state)

    def _try(self, state: str) -> None:
        self.state = state
        self.invocation += 1
        if state == START:
            self._invoke_start(self.invocation)
        else:
            self._invoke_await(self.invocation)

    def answer(self, token: str, answer: str) -> bool:
        if token != self.token(self.invocation) or self.status != "RUNNING":
            return False
        assert self.job is not None
        self.answers.append((self.job.name, answer))
        if answer == "Completed":
            self.status = "SUCCEEDED"
        else:
            self._fail(answer)
        return True

    def token(self, invocation: int) -> str:
        return f"{self.name}#{invocation}"

    def waits(self) -> bool:
        return self.status == "RUNNING" and self.state == AWAIT

    def abort(self) -> None:
        self.status = "ABORTED"
        self.account.send("execution ended", self.name)

    def redrive(self) -> None:
        self.status = "RUNNING"
        self.redrives += 1
        self.enter(self.state)

    def _invoke_start(self, invocation: int) -> None:
        self.attempts.add((self.attempt, self.redrives))
        tried = {
            "attempt": self.attempt,
            "capacity_misses": self.capacity_misses,
            "internal_errors": self.internal_errors,
            "execution": self.context(),
            "retry_count": self.tries,
        }
        self.account.invoke(
            f"start {self.token(invocation)}",
            lambda: STARTS[self.account.kind.api](self.account, self.name, tried),
            partial(self._started, invocation),
            partial(self._failed_step, invocation),
        )

    def _invoke_await(self, invocation: int) -> None:
        assert self.job is not None
        callback = Callback(
            task_token=self.token(invocation), execution=self.context(), job=self.job
        )
        account = self.account
        account.invoke(
            f"await {self.token(invocation)}",
            lambda: account.safeguards.register(
                callback,
                account.kind,
                retry_count=self.tries,
                jobs=account,
                callbacks=account,
                executions=account,
                now=NOW,
            ),
            lambda _: None,
            partial(self._failed_step, invocation),
        )

    def _started(self, invocation: int, job: Job) -> None:
        if invocation == self.invocation and self.status == "RUNNING":
            self.job = job
            self.enter(AWAIT)

    def _failed_step(self, invocation: int, error: BaseException) -> None:
        if invocation != self.invocation or self.status != "RUNNING":
            return
        if isinstance(error, Crash | errors.ServiceUnavailable):
            self.retry()
        else:
            self._fail(type(error).__name__)

    def _fail(self, error: str) -> None:
        if error == "CapacityUnavailable":
            self.attempt += 1
            self.capacity_misses += 1
            self.enter(START)
        elif error == "FirstInternalServerError":
            self.attempt += 1
            self.internal_errors += 1
            self.enter(START)
        elif error == "RedrivenJobEnded":
            self.attempt += 1
            self.internal_errors = 0
            self.enter(START)
        else:
            self.status, self.error = "FAILED", error
            self.account.send("execution ended", self.name)


def start_training(account: "Account", execution: str, tried: Mapping[str, Any]) -> Job:
    manifest = f"s3://bucket/executions/{execution}/train.manifest"
    return start_training_job(
        StartTrainingJobEvent(dataset=any_dataset(train_manifest=manifest), **tried),
        SETTINGS,
        jobs=account,
        records=account,
        manifests=account,
        tell=lambda _: None,
    )


def start_transform(account: "Account", execution: str, tried: Mapping[str, Any]) -> Job:
    images = f"s3://bucket/executions/{execution}/evaluation/images-photos.json"
    return start_transform_job(
        StartTransformJobEvent(prediction=any_prediction(images=images), **tried),
        TRANSFORM_SETTINGS,
        jobs=account,
        records=account,
        models=account.models,
        spent=list,
        tell=lambda _: None,
    )


STARTS = {TRAINING.api: start_training, TRANSFORM.api: start_transform}


@dataclass
class Safeguards:
    """The protocols as they are; a test takes one away to see that it is missed."""

    register: Callable[..., object] = register
    resume: Callable[..., object] = resume
    stop_abandoned_jobs: Callable[..., list[str]] = stop_abandoned_jobs
    stop_orphaned_jobs: Callable[..., list[str]] = stop_orphaned_jobs
    heartbeat: bool = True


@dataclass
class Account:
    """Everything that is shared; implements the ports of ``lambdas.jobs``."""

    kind: JobKind = TRAINING
    safeguards: Safeguards = field(default_factory=Safeguards)
    described_jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[tuple[str, str], KeptCallback] = field(default_factory=dict)
    recorded: dict[str, list[Job]] = field(default_factory=dict)
    executions: dict[str, StateMachineExecution] = field(default_factory=dict)
    events: list[tuple[str, str]] = field(default_factory=list)
    handlers: list[Handler] = field(default_factory=list)
    shown_late: dict[str, int] = field(default_factory=dict)
    """How many more looks do not show a job that exists."""
    hung: set[str] = field(default_factory=set)
    """Jobs that never end by themselves, and whose time is over."""
    models: MemoryModels = field(default_factory=MemoryModels)
    seen: set[str] = field(default_factory=set)
    stops: list[tuple[str, str, bool]] = field(default_factory=list)
    """Who stopped which job, and whether an execution awaited it."""

    def begin(self, name: str) -> StateMachineExecution:
        execution = StateMachineExecution(name, self)
        self.executions[name] = execution
        execution.enter(START)
        return execution

    def invoke(
        self,
        name: str,
        code: Callable[[], Any],
        ended: Callable[[Any], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self.handlers.append(Handler(name, code, ended, failed))

    def send(self, kind: str, name: str) -> None:
        self.events.append((kind, name))

    def deliver(self, kind: str, name: str, retries: int = 2) -> None:
        """EventBridge hands an event to its function; Lambda retries it twice."""

        def failed(_: BaseException) -> None:
            if retries:
                self.deliver(kind, name, retries - 1)

        code = self._resume(name) if kind == "job ended" else self._close(name)
        self.invoke(f"{kind} {name}", code, lambda _: None, failed)

    def reconcile(self) -> None:
        self.invoke(
            "reconcile",
            lambda: self.safeguards.stop_orphaned_jobs(
                MACHINE, jobs=self, records=self, executions=self, now=NOW
            ),
            lambda _: None,
            lambda _: None,
        )

    def end_job(self, name: str, status: str, reason: str = "") -> None:
        api = self.kind.api
        self.described_jobs[name].update(
            {
                f"{api}JobStatus": status,
                "SecondaryStatus": status,
                "FailureReason": reason,
                f"{api}EndTime": NOW,
            }
        )
        self.send("job ended", name)

    def hang(self, name: str) -> None:
        """Let a job take longer than it may, until somebody stops it."""
        self.hung.add(name)
        self.described_jobs[name]["CreationTime"] = LONG_AGO

    def status(self, name: str) -> str:
        status: str = self.described_jobs[name][f"{self.kind.api}JobStatus"]
        return status

    def described(self, name: str) -> Description:
        return Description.of(self.kind.api, self.described_jobs[name])

    def _is_awaited(self, job: str) -> bool:
        """Whether an execution waits for a job of its run; a redrive gives up those of before."""
        return any(
            each.waits()
            and each.job is not None
            and (each.job.name, each.job.redrive_count) == (job, each.redrives)
            for each in self.executions.values()
        )

    def _caller(self) -> str:
        return next(each.name for each in self.handlers if each.running is getcurrent())

    def _resume(self, job: str) -> Callable[[], Any]:
        return lambda: self.safeguards.resume(
            job, self.kind, MACHINE, jobs=self, callbacks=self, executions=self
        )

    def _close(self, execution: str) -> Callable[[], Any]:
        arn = self.executions[execution].arn
        return lambda: self.safeguards.stop_abandoned_jobs(
            Execution(name=execution, arn=arn), jobs=self, records=self, executions=self
        )

    # Jobs

    def create(self, request: Mapping[str, Any]) -> bool:
        pause()
        api = self.kind.api
        name = request[f"{api}JobName"]
        if name in self.described_jobs:
            return False
        self.described_jobs[name] = {
            **request,
            f"{api}JobArn": f"arn:aws:sagemaker:us-east-1:111122223333:job/{name}",
            f"{api}JobStatus": "InProgress",
            "SecondaryStatus": "Training",
            "CreationTime": NOW,
        }
        return True

    def describe(self, name: str) -> Description | None:
        pause()
        if self.shown_late.get(name):
            self.shown_late[name] -= 1
            return None
        self.seen.add(name)
        return self.described(name) if name in self.described_jobs else None

    def stop(self, name: str) -> None:
        pause()
        if self.status(name) == "InProgress":
            awaited = self._is_awaited(name) and name not in self.hung
            self.stops.append((self._caller(), name, awaited))
            self.described_jobs[name][f"{self.kind.api}JobStatus"] = "Stopping"

    def running(self) -> list[Description]:
        pause()
        return [job for job in map(self.described, self.described_jobs) if job.is_running]

    def execution_of(self, job: Description) -> str | None:
        pause()
        tag: str = self.described_jobs[job.name]["Tags"][0]["Value"]
        return tag

    # Callbacks

    def put(self, callback: Callback) -> KeptCallback:
        pause()
        kept = KeptCallback(callback, tag=callback.task_token)
        self.tokens[callback.job.name, callback.execution.name] = kept
        return kept

    def waiting_for(self, job: str) -> list[KeptCallback]:
        pause()
        return [kept for (name, _), kept in self.tokens.items() if name == job]

    def discard(self, kept: KeptCallback) -> None:
        pause()
        key = kept.callback.job.name, kept.callback.execution.name
        if self.tokens.get(key) == kept:
            del self.tokens[key]

    # Executions

    def succeed(self, task_token: str, output: Mapping[str, Any]) -> bool:
        del output
        pause()
        return self._of(task_token).answer(task_token, "Completed")

    def fail(self, task_token: str, error: str, cause: str) -> bool:
        del cause
        pause()
        return self._of(task_token).answer(task_token, error)

    def runs(self, execution_arn: str) -> Runs:
        pause()
        execution = self.executions[execution_arn.rpartition(":")[2]]
        return Runs(execution.redrives, is_running=execution.status == "RUNNING")

    def _of(self, task_token: str) -> StateMachineExecution:
        return self.executions[task_token.partition("#")[0]]

    # JobRecords and Manifests

    def put_jobs(self, execution: str, jobs: list[Job]) -> None:
        pause()
        self.recorded[execution] = jobs

    def jobs(self, execution: str) -> list[Job]:
        pause()
        return self.recorded.get(execution, [])

    def newest_version(self, uri: str) -> str | None:
        del uri
        pause()
        return "v1"
