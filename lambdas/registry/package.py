"""The request for a version in the model registry: one for each training job."""

import unicodedata
import uuid
from collections.abc import Mapping
from typing import Any

from lambdas.contract import MODEL_ENVIRONMENT
from lambdas.messages.evaluation import Evaluated
from lambdas.messages.outcome import Outcome
from lambdas.registry.figures_text import figures_text

CONTENT_TYPES = ("application/x-image", "image/jpeg", "image/png")
ANSWER_TYPES = ("application/json",)
"""Of the built-in algorithm (SageMaker Developer Guide, object-detection-in-formats.html)."""

LONGEST_DESCRIPTION = 1_024
LONGEST_METADATA = 256
ELSEWHERE = "in the metrics document"


def package_request(outcome: Outcome, found: Evaluated, container: str) -> dict[str, Any]:
    """Return the CreateModelPackage request for a trained model, but for its group.

    It follows from what was trained and measured alone, not from the gate: so whoever asks again
    asks for the same, and the ClientToken finds the same version.
    """
    return {
        "ModelPackageDescription": _fitting(
            f"{outcome.training_job}: {figures_text(found)}", LONGEST_DESCRIPTION
        ),
        "InferenceSpecification": {
            "Containers": [
                {
                    "Image": container,
                    "ModelDataUrl": outcome.model_artifact,
                    "Environment": MODEL_ENVIRONMENT,
                }
            ],
            "SupportedContentTypes": list(CONTENT_TYPES),
            "SupportedResponseMIMETypes": list(ANSWER_TYPES),
        },
        "ModelApprovalStatus": "PendingManualApproval",
        "ModelMetrics": {
            "ModelQuality": {
                "Statistics": {"ContentType": "application/json", "S3Uri": found.document}
            }
        },
        "MetadataProperties": {"GeneratedBy": outcome.execution},
        "CustomerMetadataProperties": {
            name: _metadata(text) for name, text in _properties(outcome, found).items()
        },
        "ClientToken": client_token(training_job_arn(outcome)),
    }


def client_token(job_arn: str) -> str:
    """Return what makes a second request for the same training job the first one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, job_arn))


def training_job_arn(outcome: Outcome) -> str:
    """Return the ARN of the training job, which lies where the execution does."""
    _, partition, _, region, account, *_ = outcome.execution.split(":")
    return f"arn:{partition}:sagemaker:{region}:{account}:training-job/{outcome.training_job}"


def _properties(outcome: Outcome, found: Evaluated) -> Mapping[str, str]:
    figures = {
        "ap": found.ap,
        "ap50": found.ap50,
        "ap75": found.ap75,
        "best_threshold": found.best_f1.threshold if found.best_f1 else None,
        "incumbent_ap": found.incumbent_ap,
    }
    return {
        **{name: f"{figure:.4f}" for name, figure in figures.items() if figure is not None},
        "measured_on": f"{found.images} {found.held_out} images",
        "classes": " / ".join(outcome.classes),
        "training_job": outcome.training_job,
        "manifest": outcome.manifest,
        "manifest_version": outcome.version_id,
    }


def _metadata(text: str) -> str:
    r"""Return a value of the metadata, or where to look where the registry would not take it.

    It takes 1 to 256 characters of ``[\p{L}\p{Z}\p{N}_.:\/=+\-@]`` (API reference,
    CreateModelPackage): no comma, no bracket, no quotation mark.
    """
    allowed = all(each in "_.:/=+-@" or unicodedata.category(each)[0] in "LZN" for each in text)
    return text if allowed and 1 <= len(text) <= LONGEST_METADATA else ELSEWHERE


def _fitting(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
