"""The incumbent: the newest approved version, and whether it can be run on the same images."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from lambdas.evaluation.plan import Incumbent, RunnableModel
from lambdas.registry.registration import ModelRegistry

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A version in the registry, as far as it says how it can be run and what it is about."""

    arn: str
    model: RunnableModel | None
    """None unless it consists of one container with an artifact."""
    figures: str | None
    """S3 URI of its evaluation, which names its classes."""


class Files(Protocol):
    """What lies in S3 of models and their evaluations."""

    def exists(self, uri: str) -> bool:
        """Tell whether there is such a file in the pipeline's bucket."""

    def classes(self, uri: str) -> Mapping[int, str] | None:
        """Return the classes that an evaluation names; None where it cannot be read."""


def find_incumbent(
    registry: ModelRegistry,
    files: Files,
    *,
    container: str,
    models: str,
    classes: Mapping[int, str],
) -> Incumbent:
    """Return the newest approved version.

    Args:
        registry: the group of the pipeline's models.
        files: what lies in S3.
        container: image URI that the pipeline's own models run in.
        models: S3 URI below which they lie; nothing else is run.
        classes: those of the new model, by id.
    """
    arn = registry.newest_approved()
    description = registry.describe(arn) if arn else None
    if description is None:
        return Incumbent()
    found = registered_model(description)
    reason = reason_not_to_run(found, container=container, models=models)
    if reason is None and found.model and not files.exists(found.model.artifact):
        reason = f"its artifact, {found.model.artifact}, is gone"
    if reason is None:
        theirs = files.classes(found.figures) if found.figures else None
        reason = reason_not_to_compare(theirs, classes)
    if reason is not None:
        return Incumbent(found.arn, None, reason)
    return Incumbent(found.arn, found.model)


def registered_model(description: Mapping[str, Any]) -> RegisteredModel:
    """Return what a DescribeModelPackage response says; anybody may have registered it."""
    containers = description.get("InferenceSpecification", {}).get("Containers", [])
    model = None
    if len(containers) == 1 and "ModelDataUrl" in containers[0]:
        model = RunnableModel(containers[0]["ModelDataUrl"], containers[0]["Image"])
    quality = description.get("ModelMetrics", {}).get("ModelQuality", {})
    figures: str | None = quality.get("Statistics", {}).get("S3Uri")
    return RegisteredModel(description["ModelPackageArn"], model, figures)


def reason_not_to_run(incumbent: RegisteredModel, *, container: str, models: str) -> str | None:
    """Return why a version is not run, from what it says itself; None where it can be.

    Args:
        incumbent: the version.
        container: image URI that the pipeline's own models run in.
        models: S3 URI below which the pipeline's own models lie; nothing else is run.
    """
    if incumbent.model is None:
        return "it does not consist of one container with one artifact"
    if _repository(incumbent.model.container) != _repository(container):
        return f"it runs in another container, {incumbent.model.container}"
    if not incumbent.model.artifact.startswith(models):
        return f"its artifact, {incumbent.model.artifact}, is not one of this pipeline's models"
    return None


def reason_not_to_compare(theirs: Mapping[int, str] | None, ours: Mapping[int, str]) -> str | None:
    """Return why figures over two lists of classes, by id, can't be compared; None if they can."""
    if theirs is None:
        return "its evaluation, which would name its classes, cannot be read"
    if theirs == ours:
        return None
    sides = (
        ("the new model", ours.items() - theirs.items()),
        ("the incumbent", theirs.items() - ours.items()),
    )
    said = [f"only {who} has {_names(classes)}" for who, classes in sides if classes]
    return f"its classes are others: {'; '.join(said)}"


def _names(classes: set[tuple[int, str]]) -> str:
    named = [f"{class_id} {name}" for class_id, name in sorted(classes)]
    more = len(named) - MOST_NAMED
    return ", ".join(named[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _repository(image: str) -> str:
    """Return an image URI without its tag or digest."""
    path, _, name = image.rpartition("/")
    return f"{path}/{name.partition('@')[0].partition(':')[0]}"
