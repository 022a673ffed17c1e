"""Runs a training job in its thread, from Starting to its end."""

from __future__ import annotations

import logging
import time
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.sagemaker.algorithm import check_channels
from local.aws.sagemaker.algorithm_hyperparameters import checked_hyperparameters
from local.aws.sagemaker.channels import Channel
from local.aws.sagemaker.job_faults import JobScript
from local.aws.sagemaker.learning import Learned, learn, leave_untrained
from local.aws.sagemaker.training_job import JobFailed, TrainingJob

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_CAPACITY_ERROR = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a "
    "different ML instance type."
)
_log = logging.getLogger(__name__)


class RoleClients(Protocol):
    """Makes clients that act with a role's permissions."""

    def __call__(self, service: str) -> Any:
        """Make a client of that service with the training role's credentials."""


class _Stop(Exception):
    """The job was asked to stop."""


class TrainingRun:
    """The life of one job.

    Args:
        clients: clients with the training role's permissions, for all the job reads and writes.
        pace: seconds the job stays in each status, so that a person can follow it.
        learns: whether its model is trained; else the weights stay random.
    """

    def __init__(
        self,
        job: TrainingJob,
        script: JobScript,
        clients: RoleClients,
        *,
        has_capacity: bool,
        pace: float,
        learns: bool,
    ) -> None:
        self._job, self._script, self._clients = job, script, clients
        self._has_capacity, self._pace, self._learns = has_capacity, pace, learns

    def run(self) -> None:
        """Take the job to its end; the job's record says how it went."""
        end = self._outcome()
        self._write_log()
        self._job.enter(*end)

    def _outcome(self) -> tuple[str, str, str]:
        """Do the job's work; return the status, secondary status and message that it ends with."""
        try:
            self._start()
            self._write_model(self._train())
        except _Stop:
            return self._stopped()
        except JobFailed as failure:
            return self._job.failed(str(failure))
        except Exception as bug:  # noqa: BLE001 - whatever it is, the job must not hang
            _log.exception("training job %s", self._job.name)
            return self._job.failed(f"InternalServerError: {bug!r}")
        return "Completed", "Completed", "Training job completed"

    def _start(self) -> None:
        job = self._job
        self._dwell()
        if not self._has_capacity:
            message = "Insufficient capacity error from EC2 while launching instances, retrying!"
            job.enter("InProgress", "Starting", message)
            raise JobFailed(_CAPACITY_ERROR)
        job.enter("InProgress", "Downloading", "Downloading the training image")
        self._dwell()

    def _train(self) -> Learned:
        job, script = self._job, self._script
        message = "Training image download completed. Training in progress."
        job.enter("InProgress", "Training", message)
        while script.hold is not None and not script.hold.released:
            self._dwell(0.01)
        self._dwell()
        if script.fail is not None:
            raise JobFailed(script.fail)
        if script.stop_as is not None:
            raise _Stop
        settings = self._hyperparameters()
        channel = check_channels(job.request, self._channels(), settings, job.log.append)
        if not self._learns:
            return leave_untrained(settings)
        return learn(channel, settings, job.log.append, self._dwell_not)

    def _hyperparameters(self) -> dict[str, Any]:
        return checked_hyperparameters(self._job.request.get("HyperParameters", {}))

    def _channels(self) -> dict[str, Any]:
        s3 = self._clients("s3")
        channels = (
            Channel(description, s3, self._dwell_not)
            for description in self._job.request["InputDataConfig"]
            if description["DataSource"]["S3DataSource"]["S3DataType"] == "AugmentedManifestFile"
        )
        return {channel.name: channel.records() for channel in channels}

    def _write_model(self, learned: Learned) -> None:
        job = self._job
        job.enter("InProgress", "Uploading", "Uploading generated training model")
        self._dwell()
        prefix = job.request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        uri = f"{prefix}/{job.name}/output/model.tar.gz"
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            self._clients("s3").put_object(Bucket=bucket, Key=key, Body=learned.artifact)
        except ClientError as error:
            reason = f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
            raise JobFailed(
                f"ClientError: Artifact upload failed:Unable to upload {uri} ({reason})"
            ) from error
        job.model_artifact, job.metrics = uri, learned.metrics

    def _stopped(self) -> tuple[str, str, str]:
        job, script = self._job, self._script
        job.enter("Stopping", "Stopping", "Stopping the training job")
        if script.keeps_model:
            try:
                self._write_model(leave_untrained(self._hyperparameters()))
            except JobFailed as failure:
                job.log.append(str(failure))
        stopped_as = "Stopped" if job.stop_requested.is_set() else script.stop_as or "Stopped"
        return "Stopped", stopped_as, f"Training job ended as {stopped_as}"

    def _dwell(self, seconds: float | None = None) -> None:
        if self._job.stop_requested.wait(self._pace if seconds is None else seconds):
            raise _Stop

    def _dwell_not(self) -> None:
        self._dwell(0)

    def _write_log(self) -> None:
        """Write the log with the role's permissions; without them there is none, as at AWS."""
        job = self._job
        stream = f"{job.name}/algo-1-{int(job.created)}"
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in job.log]
        if not events:
            return
        try:
            logs = self._clients("logs")
            _create(logs.create_log_group, logGroupName=LOG_GROUP)
            _create(logs.create_log_stream, logGroupName=LOG_GROUP, logStreamName=stream)
            logs.put_log_events(logGroupName=LOG_GROUP, logStreamName=stream, logEvents=events)
        except (ClientError, BotoCoreError) as error:
            _log.info("no log for training job %s: %s", job.name, error)


def _create(operation: Any, **names: str) -> None:
    try:
        operation(**names)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
            raise
