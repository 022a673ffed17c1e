"""One manifest and its execution, in the words of the scenarios."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from lambdas.adapters import clients
from lambdas.contract import BucketLayout, State
from lambdas.errors import PipelineError
from local.demo.placeholders import placeholder
from tests.scenarios.pipeline import record
from tests.second_interpreter.account import Account, eventually
from tests.second_interpreter.deployed import ACCOUNT, BUCKET, MACHINE_ARN, REGION

LAYOUT = BucketLayout(BUCKET)
LABELING_JOB = "dogs"
KEY = f"labeling/{LABELING_JOB}{LAYOUT.MANIFEST_TAIL}"
PICTURE = placeholder(100, 80, ".png")
STEPS = [
    State.VALIDATE_MANIFEST,
    State.START_TRAINING_JOB,
    State.AWAIT_TRAINING_JOB,
    State.RECORD_MODEL,
    State.PREPARE_EVALUATION,
    State.PREDICT,
    State.START_TRANSFORM_JOB,
    State.AWAIT_TRANSFORM_JOB,
    State.EVALUATE_MODEL,
    State.REGISTER_MODEL,
]


def good_manifest(images: int = 10) -> bytes:
    """A manifest that can be trained on; the images of its first lines are there."""
    uris = [LAYOUT.uri(f"images/{number}.png") for number in range(images)]
    for uri in uris[:3]:
        key = uri.removeprefix(LAYOUT.uri(""))
        clients.s3().put_object(Bucket=BUCKET, Key=key, Body=PICTURE)
    return b"".join(record(uri, (10, 10, 30, 20)) for uri in uris)


class ScenarioExecution:
    """The execution that a scenario looks at: the last one that it started."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.arn = ""
        self._event: dict[str, Any] = {}

    def write(self, body: bytes | None = None) -> "ScenarioExecution":
        """Write the labeling job's manifest, whose event starts the execution."""
        content = good_manifest() if body is None else body
        written = clients.s3().put_object(Bucket=BUCKET, Key=KEY, Body=content)
        self._event = {
            "bucket": {"name": BUCKET},
            "object": {"key": KEY, "version-id": written["VersionId"], "sequencer": "0062E99A"},
        }
        self.deliver_event()
        return self

    def deliver_event(self) -> str:
        """Deliver the manifest's event, perhaps once more; return the execution's name."""
        name: str = self.account.deliver("start_execution", self._event)["execution"]
        self.arn = f"{MACHINE_ARN.replace(':stateMachine:', ':execution:')}:{name}"
        return name

    def start(self, given: object) -> "ScenarioExecution":
        """Start an execution by hand."""
        self.arn = clients.stepfunctions().start_execution(
            stateMachineArn=MACHINE_ARN, name="by-hand", input=json.dumps(given)
        )["executionArn"]
        return self

    def end_job(self, status: str = "Completed", secondary: str = "", reason: str = "") -> None:
        """Wait until the newest job is awaited; end it, and let its event answer the execution."""
        job = self.awaited_job(len(self.jobs()))
        self.account.jobs.end(job, status, secondary, reason)
        assert self.account.training_job_ended(job, status) == 1

    def end_transform_job(self, status: str, reason: str = "") -> None:
        """End the newest transform job, which is awaited; its event answers the execution."""
        job = self.account.transform.names()[-1]
        self.account.transform.end(job, status, reason)
        assert self.account.transform_job_ended(job, status) == 1

    def finish(self, jobs: int = 1) -> dict[str, Any]:
        """Complete the job of that number; return the output of the execution."""
        self.awaited_job(jobs)
        self.end_job()
        return self.succeeded()

    def miss_heartbeat(self) -> None:
        """Let the heartbeat be over, and wait until the execution waits with another token."""
        self.account.tokens.miss_heartbeat()
        eventually(self.account.tokens.waiting)

    def abort(self) -> None:
        """Stop the execution by hand."""
        clients.stepfunctions().stop_execution(executionArn=self.arn)
        assert self.ended()["status"] == "ABORTED"

    def close(self, status: str) -> list[str]:
        """Deliver the event of the execution's end; return the jobs that were stopped for it."""
        detail = {"executionArn": self.arn, "name": self.name, "status": status}
        stopped: list[str] = self.account.deliver("close_execution", detail)["stopped"]
        return stopped

    @property
    def name(self) -> str:
        return self.arn.rpartition(":")[2]

    def described(self) -> Mapping[str, Any]:
        return clients.stepfunctions().describe_execution(executionArn=self.arn)

    def ended(self) -> Mapping[str, Any]:
        """The description of the execution, once it has ended."""
        eventually(lambda: self.arn in self.account.interpreter.ended)
        return self.described()

    def succeeded(self) -> dict[str, Any]:
        """The output of the execution, which must succeed."""
        end = self.ended()
        assert end["status"] == "SUCCEEDED", f"{end.get('error')}: {str(end.get('cause'))[:500]}"
        output: dict[str, Any] = json.loads(end["output"])
        return output

    def failed(self, error: type[PipelineError] | str) -> str:
        """The cause with which the execution ended, which must fail by that name."""
        name = error if isinstance(error, str) else error.__name__
        end = self.ended()
        found = (end["status"], end.get("error"))
        assert found == ("FAILED", name), f"{found}: {str(end.get('cause'))[:500]}"
        cause: str = end["cause"]
        return cause

    def happened(self) -> list[str]:
        """The types of the events of its history, in order."""
        return [event["type"] for event in self._history()]

    def states(self) -> list[str]:
        """The states that it has entered, in order."""
        return [each["name"] for each in self.details("stateEnteredEventDetails")]

    def details(self, kind: str) -> list[Mapping[str, Any]]:
        """The details of one kind in its history, in order."""
        return [event[kind] for event in self._history() if kind in event]

    def jobs(self) -> list[str]:
        """The training jobs of the account, oldest first."""
        return list(sagemaker_backends[ACCOUNT][REGION].training_jobs)

    def awaited_job(self, number: int = 1) -> str:
        """Wait until the execution waits for its training job of that number; return the job."""
        return self._awaited(self.jobs, number)

    def awaited_transform_job(self, number: int = 1) -> str:
        """Wait until the execution waits for its transform job of that number; return the job."""
        return self._awaited(self.account.transform.names, number)

    def callbacks(self) -> list[str]:
        """The keys of the tokens that the execution has left."""
        listing = clients.s3().list_objects_v2(Bucket=BUCKET, Prefix=LAYOUT.CALLBACKS)
        return [item["Key"] for item in listing.get("Contents", [])]

    def object(self, key: str) -> bytes:
        """The content of an object of the pipeline's bucket."""
        return clients.s3().get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def file(self, name: str) -> Any:
        """A document that the execution left behind."""
        return json.loads(self.object(LAYOUT.execution_file(self.name, name)))

    def _awaited(self, jobs: Callable[[], list[str]], number: int) -> str:
        def waits() -> bool:
            assert self.arn not in self.account.interpreter.ended, self.described()
            return len(jobs()) >= number and bool(self.account.tokens.waiting())

        eventually(waits)
        return jobs()[-1]

    def _history(self) -> list[Any]:
        history = clients.stepfunctions().get_execution_history(executionArn=self.arn)
        return list(history["events"])
