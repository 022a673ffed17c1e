"""Checks of source-ref: that it names an image in S3 that the training job can read."""

import re
from typing import Any

from lambdas.manifest.line.task import VIDEO_SEQUENCE_REFERENCE
from lambdas.manifest.rules.rule import (
    AUGMENTED_MANIFEST,
    DEVELOPER_GUIDE,
    INPUT_LIMITS,
    LABELING_INPUT,
    Fault,
    Rule,
)
from lambdas.manifest.rules.text import listing, quote

SOURCE_REF_MISSING = Rule(
    code="source-ref-missing",
    severity="error",
    title="No image",
    template="no source-ref; the keys are {keys}",
    fix="Give each record the S3 URI of its image under source-ref.",
    source=LABELING_INPUT,
)

SOURCE_REF_NOT_S3 = Rule(
    code="source-ref-not-s3",
    severity="error",
    title="source-ref is not an S3 URI",
    template="source-ref is {found}, not s3://bucket/key",
    fix="Copy the image to S3 and write s3://bucket/key, with a real bucket name.",
    source=AUGMENTED_MANIFEST,
)

IMAGE_TYPE_UNSUPPORTED = Rule(
    code="image-type-unsupported",
    severity="error",
    title="The file is neither JPEG nor PNG",
    template="source-ref {found} ends in {extension}",
    fix="Convert the image to .jpg, .jpeg or .png.",
    source=INPUT_LIMITS,
)

IMAGE_TYPE_UNKNOWN = Rule(
    code="image-type-unknown",
    severity="warning",
    title="The file name has no extension",
    template="source-ref {found} has no extension, so its type can't be told from its name",
    fix="See to it that the object is a JPEG or PNG image.",
    source=INPUT_LIMITS,
)

IMAGE_BUCKET_NOT_ALLOWED = Rule(
    code="image-bucket-not-allowed",
    severity="error",
    title="The training role can't read the image's bucket",
    template="bucket {bucket} is not among those the training role may read: {allowed}",
    fix="Add the bucket to the setting image_buckets and deploy again.",
    source=AUGMENTED_MANIFEST,
)

SOURCE_REF_TAIL = Rule(
    code="source-ref-tail",
    severity="error",
    title="Something after the file's name",
    template="source-ref {found} has {tail} after the extension, which is then part of the key",
    fix="Remove it: an S3 URI in a manifest names neither a version nor parameters.",
    source=AUGMENTED_MANIFEST,
)
POINT_CLOUD_INPUT = Rule(
    code="point-cloud-input",
    severity="error",
    title="A 3-D point cloud instead of an image",
    template="source-ref-metadata describes 3-D data ({found})",
    fix="The algorithm takes 2-D images only: label camera images with bounding boxes.",
    source=DEVELOPER_GUIDE + "sms-point-cloud-input-data.html",
)

RULES = (
    SOURCE_REF_MISSING,
    SOURCE_REF_NOT_S3,
    SOURCE_REF_TAIL,
    POINT_CLOUD_INPUT,
    IMAGE_TYPE_UNSUPPORTED,
    IMAGE_TYPE_UNKNOWN,
    IMAGE_BUCKET_NOT_ALLOWED,
)

# Keys of source-ref-metadata in the input of 3-D labeling jobs.
_THREE_D = {"format", "unix-timestamp", "ego-vehicle-pose", "number-of-frames", "prefix"}

IMAGE_TYPES = (".jpg", ".jpeg", ".png")
"""Endings of a supported image's name, in any mixture of small letters and capitals."""

# Wider than today's naming rules: old buckets have capitals and underscores. Placeholders that
# nobody filled in, such as <<region>>, are out.
_S3_URI = re.compile(r"s3://([A-Za-z0-9._-]{1,255})/(.+)", re.DOTALL)
_TAIL = re.compile(r"\.(?:jpe?g|png)([\s?#&].*)$", re.IGNORECASE | re.DOTALL)
_EXTENSION = re.compile(r"\.[^./]*$")


def image_faults(document: dict[str, Any], image_buckets: frozenset[str]) -> list[Fault]:
    """Return what is wrong with the image; ``image_buckets`` empty accepts any bucket."""
    if "source-ref" not in document:
        return [SOURCE_REF_MISSING.fault(keys=listing(document))]
    source_ref, three_d = document["source-ref"], point_cloud_fault(document)
    if three_d is not None:
        return [three_d]
    found = _S3_URI.fullmatch(source_ref) if isinstance(source_ref, str) else None
    if found is None or not is_unicode(source_ref):
        return [SOURCE_REF_NOT_S3.fault(found=quote(source_ref))]
    faults = _type_faults(source_ref, found[2])
    if image_buckets and found[1] not in image_buckets:
        allowed = listing(sorted(image_buckets))
        faults.append(IMAGE_BUCKET_NOT_ALLOWED.fault(bucket=quote(found[1]), allowed=allowed))
    return faults


def point_cloud_fault(document: dict[str, Any]) -> Fault | None:
    """Return the fault of a line whose source-ref is described as 3-D data."""
    about = document.get("source-ref-metadata")
    if not isinstance(about, dict) or _THREE_D.isdisjoint(about):
        return None
    return POINT_CLOUD_INPUT.fault(found=listing(sorted(_THREE_D.intersection(about))))


def bucket_prefix(source_ref: str) -> str:
    """Return the beginning of an S3 URI up to its key, such as ``s3://images/``."""
    return source_ref[: source_ref.index("/", len("s3://")) + 1]


def _type_faults(source_ref: str, key: str) -> list[Fault]:
    tail = _TAIL.search(key)
    if tail is not None:
        return [SOURCE_REF_TAIL.fault(found=quote(source_ref), tail=quote(tail[1]))]
    extension = _EXTENSION.search(key)
    if extension is None:
        return [IMAGE_TYPE_UNKNOWN.fault(found=quote(source_ref))]
    if extension[0].lower() in IMAGE_TYPES:
        return []
    if extension[0].lower() == ".json" and key.endswith("SeqLabel.json"):
        shown = quote(source_ref)
        return [VIDEO_SEQUENCE_REFERENCE.fault(attribute=quote("source-ref"), found=shown)]
    found, shown = quote(source_ref), quote(extension[0])
    return [IMAGE_TYPE_UNSUPPORTED.fault(found=found, extension=shown)]


def is_unicode(text: str) -> bool:
    """Tell whether a text can be written; JSON can spell half a surrogate pair, keys have none."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
