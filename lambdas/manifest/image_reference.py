"""Checks of source-ref: that it names an image in S3 that the training job can read."""

import re
from typing import Any

from lambdas.manifest.findings import Fault, fault
from lambdas.manifest.text import listing, quote

# Wider than today's naming rules: old buckets have capitals and underscores. Placeholders that
# nobody filled in, such as <<region>>, are out.
_S3_URI = re.compile(r"s3://([A-Za-z0-9._-]{1,255})/(.+)", re.DOTALL)
_EXTENSION = re.compile(r"\.[^./]*$")
_SUPPORTED = (".jpg", ".jpeg", ".png")


def image_faults(document: dict[str, Any], image_buckets: frozenset[str]) -> list[Fault]:
    """What is wrong with the image of a record; `image_buckets` empty accepts any bucket."""
    if "source-ref" not in document:
        return [fault("source-ref-missing", keys=listing(document))]
    source_ref = document["source-ref"]
    found = _S3_URI.fullmatch(source_ref) if isinstance(source_ref, str) else None
    if found is None or not _is_unicode(source_ref):
        return [fault("source-ref-not-s3", found=quote(source_ref))]
    faults = _type_faults(source_ref, found[2])
    if image_buckets and found[1] not in image_buckets:
        allowed = listing(sorted(image_buckets))
        faults.append(fault("image-bucket-not-allowed", bucket=quote(found[1]), allowed=allowed))
    return faults


def _type_faults(source_ref: str, key: str) -> list[Fault]:
    extension = _EXTENSION.search(key)
    if extension is None:
        return [fault("image-type-unknown", found=quote(source_ref))]
    if extension[0].lower() in _SUPPORTED:
        return []
    if extension[0].lower() == ".json" and key.endswith("SeqLabel.json"):
        shown = quote(source_ref)
        return [fault("video-sequence-reference", attribute=quote("source-ref"), found=shown)]
    found, shown = quote(source_ref), quote(extension[0])
    return [fault("image-type-unsupported", found=found, extension=shown)]


def _is_unicode(text: str) -> bool:
    # JSON can spell half a surrogate pair; no object in S3 has such a key.
    return not any("\ud800" <= character <= "\udfff" for character in text)
