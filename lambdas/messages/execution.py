"""What an execution is started with, and what says which one it is."""

import msgspec


class ExecutionInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Input of an execution, written by ``start_execution`` or typed into the console."""

    manifest: str
    """S3 URI of the Ground Truth output manifest."""
    version_id: str | None = None
    """S3 version of the manifest; without it, the newest at the time of validation."""
    validation_manifest: str | None = None
    """S3 URI of a manifest for the validation channel; without it, ``manifest`` is split."""
    label_attribute: str | None = None
    """Label attribute of this manifest; without it, the configured or the discovered one."""
    newest_only: bool = False
    """Whether not to train once a newer version of the manifest exists."""


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """The execution on whose behalf a step runs."""

    name: str
    arn: str
    redrive_count: int = 0
