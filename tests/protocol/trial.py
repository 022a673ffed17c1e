"""One trial of the model: what may happen next, and what must hold in the end."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lambdas.jobs.kind import JobKind
from lambdas.jobs.verdict import Failed
from lambdas.training.kind import TRAINING
from lambdas.transform.kind import TRANSFORM
from tests.protocol.account import Account, Crash, Handler, Safeguards, StateMachineExecution
from tests.protocol.choices import Choices

ENDINGS = (
    ("Completed", ""),
    ("Failed", "ClientError: Unable to parse record."),
    ("Failed", "CapacityError: Unable to provision requested ML compute capacity."),
    ("Failed", "InternalServerError: We encountered an internal error."),
)

AFTER_REDRIVE = "RedrivenJobEnded"
REPLACED = {
    "TrainingInternalServerError": ("FirstInternalServerError", AFTER_REDRIVE),
    "TrainingClientError": (AFTER_REDRIVE,),
    "CapacityUnavailable": (AFTER_REDRIVE,),
    "TrainingJobStopped": (AFTER_REDRIVE,),
    "TransformInternalServerError": ("FirstInternalServerError", AFTER_REDRIVE),
    "TransformJobStopped": (AFTER_REDRIVE,),
    "TransformTimedOut": (AFTER_REDRIVE,),
}
"""By the truth about a failed job, what else may be answered: that another one is due."""

Action = tuple[str, Callable[[], None]]


class Violation(AssertionError):
    """A promise is broken; the message has the trial that broke it."""


@dataclass(slots=True)
class Faults:
    """How often each thing that is not supposed to happen may happen in one trial."""

    losses: int = 0
    repeats: int = 0
    crashes: int = 0
    overtimes: int = 0
    """A function that the platform gave up on, but whose last calls still take effect."""
    heartbeats: int = 0
    """That are missed though no event was lost: the job takes long."""
    aborts: int = 0
    redrives: int = 0
    lags: int = 0
    """Jobs that SageMaker does not show for the first looks after their creation."""
    hangs: int = 0
    """Transform jobs that never end by themselves."""
    reconciles: int = 0
    """That come at any moment, besides the one when all is at rest."""


@dataclass
class Trial:
    """An account with executions, driven by choices for some steps, then left to settle."""

    choices: Choices
    faults: Faults
    safeguards: Safeguards = field(default_factory=Safeguards)
    kind: JobKind = TRAINING
    executions: int = 1
    endings: int = len(ENDINGS)
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.account = Account(self.kind, self.safeguards)
        self.disturbed = False
        self._reconciled = False

    def play(self, steps: int) -> None:
        """Let anything happen that may, then hold the account to its promises."""
        for number in range(self.executions):
            self.account.begin(f"dogs-{number}")
        for _ in range(steps):
            actions = list(self._actions())
            if not actions:
                break
            name, act = actions[self.choices.choose(len(actions))]
            self.trace.append(name)
            act()
        self._settle()
        self._check()

    def _actions(self) -> Iterator[Action]:
        yield from self._handler_actions()
        yield from self._job_actions()
        yield from self._event_actions()
        yield from self._execution_actions()
        if self.faults.reconciles:
            yield "the reconcile starts", self._reconcile

    def _handler_actions(self) -> Iterator[Action]:
        for handler in self.account.handlers:
            yield f"{handler.name} goes on", partial(self._go_on, handler)
            if self.faults.crashes:
                yield f"{handler.name} crashes", partial(self._crash, handler)
            if self.faults.overtimes and handler.name.startswith(("start", "await")):
                yield f"{handler.name} overtime", partial(self._overtime, handler)

    def _job_actions(self) -> Iterator[Action]:
        for name in self.account.described_jobs:
            status = self.account.status(name)
            if self.faults.lags and name not in self.account.seen | self.account.shown_late.keys():
                yield f"{name} is shown late", partial(self._lag, name)
            if status == "InProgress" and not self.account.shown_late.get(name):
                yield from self._endings(name)
            elif status == "Stopping":
                yield f"{name} stops", partial(self.account.end_job, name, "Stopped")

    def _endings(self, name: str) -> Iterator[Action]:
        if name in self.account.hung:
            return
        for status, reason in ENDINGS[: self.endings]:
            yield (
                f"{name} ends {status} {reason[:13]}",
                partial(self.account.end_job, name, status, reason),
            )
        if self.faults.hangs and self.kind is TRANSFORM:
            yield f"{name} hangs", partial(self._hang, name)

    def _event_actions(self) -> Iterator[Action]:
        for event in dict.fromkeys(self.account.events):
            yield f"{event} arrives", partial(self._deliver, event)
            if self.faults.repeats:
                yield f"{event} arrives, and will again", partial(self._repeat, event)
            if self.faults.losses:
                yield f"{event} is lost", partial(self._lose, event)

    def _execution_actions(self) -> Iterator[Action]:
        for execution in self.account.executions.values():
            idle = not self._busy(execution)
            if self.faults.heartbeats and execution.waits() and idle:
                yield f"{execution.name} misses a heartbeat", partial(self._beat, execution)
            if self.faults.aborts and execution.status == "RUNNING":
                yield f"{execution.name} is aborted", partial(self._abort, execution)
            # People redrive when no function of the execution is at work any more.
            if self.faults.redrives and execution.status in ("FAILED", "ABORTED") and idle:
                yield f"{execution.name} is redriven", partial(self._redrive, execution)

    def _go_on(self, handler: Handler) -> None:
        if handler.go_on():
            self.account.handlers.remove(handler)

    def _crash(self, handler: Handler) -> None:
        self.faults.crashes -= 1
        self.disturbed = True
        self.account.handlers.remove(handler)
        handler.crash()

    def _overtime(self, handler: Handler) -> None:
        self.faults.overtimes -= 1
        self.disturbed = True
        handler.failed(Crash())

    def _lag(self, job: str) -> None:
        self.faults.lags -= 1
        self.disturbed = True
        self.account.shown_late[job] = 2

    def _hang(self, job: str) -> None:
        self.faults.hangs -= 1
        self.disturbed = True
        self.account.hang(job)

    def _deliver(self, event: tuple[str, str]) -> None:
        self.account.events.remove(event)
        self.account.deliver(*event)

    def _repeat(self, event: tuple[str, str]) -> None:
        self.faults.repeats -= 1
        self.account.deliver(*event)

    def _lose(self, event: tuple[str, str]) -> None:
        self.faults.losses -= 1
        self.disturbed = True
        self.account.events.remove(event)

    def _beat(self, execution: StateMachineExecution) -> None:
        self.faults.heartbeats -= 1
        execution.retry()

    def _abort(self, execution: StateMachineExecution) -> None:
        self.faults.aborts -= 1
        execution.abort()

    def _redrive(self, execution: StateMachineExecution) -> None:
        self.faults.redrives -= 1
        self.disturbed = True
        execution.redrive()

    def _reconcile(self) -> None:
        self.faults.reconciles -= 1
        self.account.reconcile()

    def _busy(self, execution: StateMachineExecution) -> bool:
        own = (f"start {execution.name}#", f"await {execution.name}#")
        return any(handler.name.startswith(own) for handler in self.account.handlers)

    def _settle(self) -> None:
        """Nothing goes wrong any more; what is under way comes to its end, fairly."""
        for _ in range(200):
            if not self._settle_one():
                return
        raise Violation("the account never comes to rest")

    def _settle_one(self) -> bool:
        """Do the most urgent thing there is; False where there is none."""
        account = self.account
        if account.handlers:
            self._go_on(account.handlers[0])
        elif account.events:
            self._deliver(account.events[0])
        elif self._unwanted_jobs() and not self._reconciled:
            self._reconciled = True
            account.reconcile()
        elif unwanted := self._unwanted_jobs():
            raise Violation(f"{unwanted} run on for nobody")
        elif unfinished := self._unfinished_jobs():
            stopping = account.status(unfinished) == "Stopping"
            account.end_job(unfinished, "Stopped" if stopping else "Completed")
        elif waiting := [each for each in account.executions.values() if each.waits()]:
            self._miss_heartbeat(waiting[0])
        else:
            return False
        return True

    def _miss_heartbeat(self, execution: StateMachineExecution) -> None:
        if not self.disturbed:
            raise Violation(f"{execution.name} needs a heartbeat though nothing went wrong")
        if not self.safeguards.heartbeat:
            raise Violation(f"{execution.name} waits for ever")
        execution.retry()

    def _unfinished_jobs(self) -> str | None:
        """A job that comes to its end, if nobody does anything."""
        account = self.account
        return next(
            (
                name
                for name in account.described_jobs
                if account.status(name) == "Stopping"
                or (account.status(name) == "InProgress" and name not in account.hung)
            ),
            None,
        )

    def _unwanted_jobs(self) -> list[str]:
        """Running jobs that no running execution waits for."""
        wanted = {
            each.job.name
            for each in self.account.executions.values()
            if each.status == "RUNNING" and each.job
        }
        return [
            name
            for name in self.account.described_jobs
            if self.account.status(name) == "InProgress" and name not in wanted
        ]

    def _check(self) -> None:
        for caller, job, awaited in self.account.stops:
            if awaited:
                raise Violation(f"{job} was stopped by {caller} although it is awaited")
        for execution in self.account.executions.values():
            if execution.status == "RUNNING":
                raise Violation(f"{execution.name} never ended")
            self._check_answers(execution)
            self._check_jobs(execution)

    def _check_answers(self, execution: StateMachineExecution) -> None:
        for name, answer in execution.answers:
            (job,) = (each for each in self.account.recorded[execution.name] if each.name == name)
            ending = self.kind.judge(self.account.described(name), job)
            truth = "Completed"
            if isinstance(ending, Failed):
                truth = ending.error.__name__
            elif ending is None:
                truth = "still running"
            if answer not in {truth, *REPLACED.get(truth, ())}:
                raise Violation(f"{name}: answered {answer}, the truth is {truth}")

    def _check_jobs(self, execution: StateMachineExecution) -> None:
        described = self.account.described_jobs
        jobs = [name for name in described if _tag(described[name]) == execution.arn]
        if len(jobs) > len(execution.attempts):
            raise Violation(f"{len(jobs)} jobs for the attempts {sorted(execution.attempts)}")
        completed = [job for job in jobs if self.account.status(job) == "Completed"]
        if len(completed) > 1:
            raise Violation(f"{execution.name} has paid for {len(completed)} results")


def _tag(job: Mapping[str, Any]) -> str:
    tag: str = job["Tags"][0]["Value"]
    return tag
