"""A job's name: derived by the step that starts it, so that a repeated call means one job."""

import hashlib
import re

MAX_LENGTH = 63
"""CreateTrainingJob, CreateTransformJob: 1–63 of ``[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}``, unique in
account and region."""


def job_name(prefix: str, readable: str, purpose: str, attempt: int, redrive_count: int) -> str:
    """Return ``<prefix>-<readable>-<hash>-<attempt>[r<redrive>]``.

    A pure function of what the job is for, such as the execution's ARN, the attempt (0 is the
    first) and the redrive count: SageMaker has no client token, so the name is what makes creating
    the job idempotent. The hash of the purpose keeps apart what is equally readable after
    shortening.
    """
    suffix = f"{attempt + 1}r{redrive_count}" if redrive_count else f"{attempt + 1}"
    digest = hashlib.sha256(purpose.encode()).hexdigest()[:8]
    room = MAX_LENGTH - len(f"{prefix}--{digest}-{suffix}")
    shortened = re.sub(r"[^a-z0-9]+", "-", readable.lower())[:room].strip("-")
    return "-".join(part for part in (prefix, shortened, digest, suffix) if part)
