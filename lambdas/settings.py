"""What each function is told by its environment: one class a function, one field a variable.

The template writes the variables from these classes, the functions read them by the same ones.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import msgspec

SettingsT = TypeVar("SettingsT", bound=msgspec.Struct)


class StartExecutionSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Environment of ``start_execution``."""

    state_machine_arn: str


class ManifestSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the pipeline's owner accepts of a manifest, wherever it is validated."""

    label_attribute: str | None
    """None: discovered."""
    validation_fraction: float
    test_fraction: float
    """0: no third part is held out."""
    image_buckets: tuple[str, ...]
    """Buckets besides the pipeline's own from which the training role may read images."""
    empty_images: Literal["keep", "drop"]
    max_invalid_fraction: float
    max_unlabeled_fraction: float
    split_group_pattern: str | None
    """None: every image is a group of its own."""
    drop_verdicts: tuple[str, ...]
    """Verdicts of label verification jobs: lines that have one are set aside."""
    instance_count: int
    hyperparameters: dict[str, str]


class ValidateManifestSettings(ManifestSettings, frozen=True, kw_only=True):
    """Environment of ``validate_manifest``."""

    bucket: str


class StartTrainingJobSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Environment of ``start_training_job``."""

    bucket: str
    topic_arn: str
    training_image: str
    training_role_arn: str
    training_job_prefix: str
    instance_types: tuple[str, ...]
    instance_count: int
    volume_size_gb: int
    max_runtime_seconds: int
    max_pending_seconds: int
    """Without spot capacity: how long a training job may wait for its instances."""
    max_capacity_rounds: int
    """How many times the list of instance types is gone through before giving up."""
    max_billable_hours: float | None
    """Hours of one instance that all training jobs of an execution may be billed for together."""
    managed_spot_training: bool
    max_wait_seconds: int
    """With spot capacity: how long a training job may wait and run, together."""
    kms_key_arn: str | None
    """Encrypts the model and, where there is one, the volume. None: keys of AWS."""
    vpc_subnets: tuple[str, ...]
    """Empty: not in a VPC."""
    security_groups: tuple[str, ...]
    network_isolation: bool
    encrypt_inter_container_traffic: bool
    hyperparameters: dict[str, str]


class AwaitTrainingJobSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Environment of ``await_training_job``."""

    bucket: str


class ResumeExecutionSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Environment of ``resume_execution``."""

    bucket: str


class RecordModelSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Environment of ``record_model``."""

    bucket: str


class CloseExecutionSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Environment of ``close_execution``."""

    bucket: str
    topic_arn: str


class ReconcileTrainingJobsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Environment of ``reconcile_training_jobs``."""

    bucket: str
    state_machine_arn: str


def variables(settings: msgspec.Struct) -> dict[str, str]:
    """Return the environment that ``load`` reads as these settings."""
    values = msgspec.structs.asdict(settings)
    return {
        _variable(field.name): values[field.name]
        if field.type is str
        else msgspec.json.encode(values[field.name]).decode()
        for field in msgspec.structs.fields(settings)
    }


def load(settings: type[SettingsT], environment: Mapping[str, str]) -> SettingsT:
    """Read a function's settings from its environment.

    A field of type ``str`` is taken as it is; every other one is JSON. Raises
    ``msgspec.ValidationError`` naming the field where a variable is missing or of another type.
    """
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(settings):
        text = environment.get(_variable(field.name))
        if text is None:
            continue
        values[field.name] = text if field.type is str else msgspec.json.decode(text)
    return msgspec.convert(values, settings)


def _variable(field: str) -> str:
    return field.upper()
