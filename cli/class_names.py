"""The class names of a manifest, as its validation reads them."""

from cli.detector.errors import NotUsable
from cli.manifest_source import NotReadable, opened
from lambdas.manifest.policy import Policy
from lambdas.manifest.validate import Sinks, validate_manifest


def class_names_of(manifest: str) -> dict[int, str]:
    """Return the names by class id of a manifest at a path or an S3 URI.

    Raises ``NotUsable`` where it cannot be read, or has no classes.
    """
    nowhere = Sinks(train=_drop, validation=_drop, test=_drop, rejected=_drop)
    try:
        with opened(manifest) as source:
            report = validate_manifest(source.stream, Policy(), nowhere)
    except NotReadable as error:
        raise NotUsable(str(error)) from error
    if not report.classes:
        raise NotUsable(f"{manifest} has no classes: gt-train validate says what is wrong with it")
    return {int(class_id): found.name for class_id, found in report.classes.items()}


def _drop(_chunk: bytes) -> None:
    """Only the names are wanted."""
