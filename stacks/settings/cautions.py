"""What the owner should know of settings that can be used but may not do what is hoped for."""

from stacks.settings.fields import PipelineSettings
from stacks.settings.parsing import CONTEXT_KEY

LONGEST_RUN_SECONDS = 432_000
INSTANCES_OF_A_JOB = 20
"""Limits that a new account has, both to be raised on request (AWS General Reference, SageMaker
endpoints and quotas: "Longest run time for a training job", "Number of instances for a training
job")."""


def cautions(settings: PipelineSettings) -> dict[str, str]:
    """Return sentences for the owner, by a name under which the CDK can silence each."""
    found: dict[str, str] = {}
    retired = [each for each in settings.instance_types if each.startswith("ml.p2.")]
    if retired:
        found["p2-retired"] = (
            f"{CONTEXT_KEY}.instance_types names {', '.join(retired)}: EC2 has retired the P2"
            " family, so that a job may find no capacity in any region. G4dn and G5 are cheaper"
            " and faster."
        )
    if settings.max_runtime_seconds > LONGEST_RUN_SECONDS:
        found["longest-run"] = (
            f"{CONTEXT_KEY}.max_runtime_seconds = {settings.max_runtime_seconds} is above"
            f" SageMaker's default limit of {LONGEST_RUN_SECONDS}: until Service Quotas raises"
            ' "Longest run time for a training job", every job is refused.'
        )
    if settings.instance_count > INSTANCES_OF_A_JOB:
        found["instances-of-a-job"] = (
            f"{CONTEXT_KEY}.instance_count = {settings.instance_count} is above SageMaker's default"
            f" limit of {INSTANCES_OF_A_JOB}: until Service Quotas raises"
            ' "Number of instances for a training job", every job is refused.'
        )
    floors = (settings.min_map, settings.min_map50)
    if settings.approval == "automatic" and floors == (None, None):
        found["approval-without-floor"] = (
            f"{CONTEXT_KEY}.approval is automatic, but neither min_map nor min_map50 is set: every"
            " model is approved, however bad it is."
        )
    return found
