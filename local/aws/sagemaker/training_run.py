"""Runs a training job: reads its channels, trains, uploads the model."""

from __future__ import annotations

from typing import Any, ClassVar

from botocore.exceptions import ClientError

from local.aws.sagemaker.algorithm import check_channels
from local.aws.sagemaker.algorithm_hyperparameters import checked_hyperparameters
from local.aws.sagemaker.channels import Channel
from local.aws.sagemaker.job import JobFailed
from local.aws.sagemaker.job_run import CAPACITY_ERROR, JobRun, Stopped
from local.aws.sagemaker.learning import Learned, learn
from local.aws.sagemaker.scripted_model import ScriptedModel
from local.aws.sagemaker.training_job import TrainingJob


class TrainingRun(JobRun[TrainingJob]):
    """The life of one training job.

    Attributes:
        learns: whether its model is trained; else it is a ``ScriptedModel``.
    """

    LOG_GROUP: ClassVar[str] = "/aws/sagemaker/TrainingJobs"
    learns: bool = False

    def work(self) -> None:
        """Start, train and upload."""
        self._start()
        self._write_model(self._train())

    def stop(self) -> None:
        """Stop, with a model if the script keeps one."""
        job, script = self.job, self.script
        job.enter("Stopping", "Stopping", "Stopping the training job")
        if script.keeps_model:
            try:
                self._write_model(self._not_learned())
            except (JobFailed, Stopped) as problem:
                job.log.append(f"no model is kept: {problem}")
        stopped_as = "Stopped" if job.stop_requested.is_set() else script.stop_as or "Stopped"
        self.end_stopped(stopped_as)

    def _start(self) -> None:
        job = self.job
        self.dwell()
        if not self.has_capacity:
            message = "Insufficient capacity error from EC2 while launching instances, retrying!"
            job.enter("InProgress", "Starting", message)
            raise JobFailed(CAPACITY_ERROR)
        job.enter("InProgress", "Downloading", "Downloading the training image")
        self.dwell()

    def _train(self) -> Learned:
        job = self.job
        message = "Training image download completed. Training in progress."
        job.enter("InProgress", "Training", message)
        self.follow_script()
        settings = self._hyperparameters()
        channel = check_channels(job.request, self._channels(), settings, job.log.append)
        if self.script.artifact is not None or not self.learns:
            return self._not_learned()
        return learn(channel, settings, job.log.append, self.keep_going)

    def _not_learned(self) -> Learned:
        return Learned(self.script.artifact or ScriptedModel().to_bytes(), {})

    def _hyperparameters(self) -> dict[str, Any]:
        return checked_hyperparameters(self.job.request.get("HyperParameters", {}))

    def _channels(self) -> dict[str, Any]:
        s3 = self.clients("s3")
        channels = (
            Channel(description, s3, self.keep_going)
            for description in self.job.request["InputDataConfig"]
            if description["DataSource"]["S3DataSource"]["S3DataType"] == "AugmentedManifestFile"
        )
        return {channel.name: channel.records() for channel in channels}

    def _write_model(self, learned: Learned) -> None:
        job = self.job
        job.enter("InProgress", "Uploading", "Uploading generated training model")
        self.dwell()
        prefix = job.request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        uri = f"{prefix}/{job.name}/output/model.tar.gz"
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            self.clients("s3").put_object(Bucket=bucket, Key=key, Body=learned.artifact)
        except ClientError as error:
            reason = f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
            raise JobFailed(
                f"ClientError: Artifact upload failed:Unable to upload {uri} ({reason})"
            ) from error
        job.model_artifact, job.metrics = uri, learned.metrics
