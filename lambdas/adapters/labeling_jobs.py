"""The labeling job that wrote a manifest, asked whether it is done."""

import re
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, transient_faults_named
from lambdas.adapters.observability import logger
from lambdas.contract import BucketLayout
from lambdas.errors import LabelingJobInProgress

if TYPE_CHECKING:
    from types_boto3_sagemaker.type_defs import DescribeLabelingJobResponseTypeDef

_JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
"""LabelingJobName of CreateLabelingJob."""

_AT_WORK = ("Initializing", "InProgress", "Stopping")


def require_labeling_job_ended(manifest_uri: str) -> None:
    """Raise ``LabelingJobInProgress`` while the labeling job that writes a manifest is at work.

    Ground Truth may write its output several times, with one line for each line of the input,
    before it is done. A manifest that no labeling job of the account writes is taken as it is.
    """
    folder = manifest_uri.removesuffix(BucketLayout.MANIFEST_TAIL)
    output, _, name = folder.rpartition("/")
    if folder == manifest_uri or not _JOB_NAME.fullmatch(name):
        return
    job = _describe(name)
    if job is None or job["OutputConfig"]["S3OutputPath"].rstrip("/") != output:
        return
    if job["LabelingJobStatus"] in _AT_WORK:
        done = job.get("LabelCounters", {})
        raise LabelingJobInProgress(
            f"Labeling job {name} is {job['LabelingJobStatus']}: {done.get('TotalLabeled', 0)} "
            f"labelled, {done.get('Unlabeled', 0)} to do. It is asked again every minute, for as "
            "long as the setting labeling_job_wait_minutes says."
        )


def _describe(name: str) -> "DescribeLabelingJobResponseTypeDef | None":
    """Return the job; None where there is none, or Ground Truth is not to be had here.

    It is closed to new customers: a manifest may come from anywhere else.
    """
    try:
        with transient_faults_named():
            return clients.sagemaker().describe_labeling_job(LabelingJobName=name)
    except ClientError as error:
        logger.info("no labeling job %s: %s", name, code(error))
        return None
