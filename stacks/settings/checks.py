"""Rules of single settings that their type cannot express: what is wrong with a value, or None."""

import functools
import re
from collections.abc import Sequence
from itertools import pairwise

from botocore.loaders import Loader

from lambdas.contract import BucketLayout

TRAINABLE_FAMILIES = ("p2", "p3", "p3dn", "g4dn", "g5")
"""GPU families of the built-in object-detection algorithm (SageMaker Developer Guide,
object-detection.html, "EC2 Instance Recommendation"); p3dn is the large size of P3."""

ANSWERING_FAMILIES = ("c5", "m5", "p3", "g4dn")
"""Families on which the algorithm answers (the same section, "for inference")."""

OWN_PREFIXES = (
    BucketLayout.EXECUTIONS,
    BucketLayout.CALLBACKS,
    BucketLayout.MODELS,
    BucketLayout.CHECKPOINTS,
)


_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{1,253}[A-Za-z0-9]")
"""Also the names with capitals and underscores that us-east-1 gave away until March 2018."""

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@functools.cache
def trainable_instance_types() -> tuple[str, ...]:
    """Return the instance types that SageMaker offers and the algorithm can train on."""
    return _instance_types("TrainingInstanceType", TRAINABLE_FAMILIES)


@functools.cache
def transform_instance_types() -> tuple[str, ...]:
    """Return the instance types that SageMaker offers and the algorithm can answer on."""
    return _instance_types("TransformInstanceType", ANSWERING_FAMILIES)


def _instance_types(shape: str, families: Sequence[str]) -> tuple[str, ...]:
    # Not through a session, which would look the user's AWS profile up.
    model = Loader().load_service_model("sagemaker", "service-2")
    every: Sequence[str] = model["shapes"][shape]["enum"]
    return tuple(sorted(each for each in every if each.split(".")[1] in families))


def check_instance_types(instance_types: Sequence[str]) -> str | None:
    """Refuse types that the algorithm cannot train on, that do not exist or that come twice."""
    return _refused(instance_types, trainable_instance_types())


def check_transform_instance_types(instance_types: Sequence[str]) -> str | None:
    """Refuse types that the algorithm cannot answer on, that do not exist or that come twice."""
    return _refused(instance_types, transform_instance_types())


def _refused(instance_types: Sequence[str], usable: Sequence[str]) -> str | None:
    for instance_type in instance_types:
        if instance_type not in usable:
            return f"{_shown(instance_type)} is none of {', '.join(usable)}"
    if len(set(instance_types)) < len(instance_types):
        return "one type comes twice"
    return None


def check_bucket_name(name: str | None) -> str | None:
    """Refuse what is not the name of a bucket, above all its URI."""
    if name is None or _BUCKET.fullmatch(name):
        return None
    bucket = name.removeprefix("s3://").partition("/")[0]
    if bucket != name and _BUCKET.fullmatch(bucket):
        return f"{_shown(name)} is a path; the bucket alone is {bucket}"
    return f"{_shown(name)} cannot be a bucket"


def check_bucket_names(names: Sequence[str]) -> str | None:
    """Refuse the first that is not the name of a bucket."""
    return next(filter(None, map(check_bucket_name, names)), None)


def check_email_address(address: str | None) -> str | None:
    """Refuse several addresses, and what is not one."""
    if address is None or (_EMAIL.fullmatch(address) and len(address) <= 254):
        return None
    if address.count("@") > 1:
        return "these are several addresses; subscribe the others to the stack's topic"
    return "this is not an address"


def check_labeling_prefix(prefix: str) -> str | None:
    """Refuse a prefix among the pipeline's own files, whose writing would start executions."""
    taken = next((each for each in OWN_PREFIXES if prefix.startswith(each)), None)
    return f"{taken} holds the pipeline's own files" if taken else None


def check_label_attribute(attribute: str | None) -> str | None:
    """Refuse names that Ground Truth reserves (Developer Guide, sms-data-output.html)."""
    if attribute is None:
        return None
    if not 1 <= len(attribute) <= 127:
        return f"it has {len(attribute)} characters"
    if attribute.startswith("$") or attribute.endswith("-metadata"):
        return "Ground Truth reserves this name"
    if attribute in ("source", "source-ref"):
        return "this attribute is the image, not its label"
    return None


def check_regular_expression(pattern: str | None) -> str | None:
    """Refuse what Python cannot compile as a regular expression."""
    if pattern and len(pattern) > 512:
        return "it is longer than 512 characters"
    try:
        re.compile(pattern or "")
    except re.error as error:
        return f"{error}"
    return None


def check_ascending(epochs: str) -> str | None:
    """Refuse epochs, numbers between commas, of which one does not come after the last."""
    numbers = [int(each) for each in epochs.split(",") if each]
    ascending = all(earlier < later for earlier, later in pairwise(numbers))
    return None if ascending else "the epochs do not ascend"


def _shown(text: str) -> str:
    return ascii(text)[:60]
