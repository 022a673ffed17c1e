"""Finds images that have the same bytes under two names, above all in both channels."""

import re
from dataclasses import dataclass, field

from lambdas.images.declared import Examined
from lambdas.manifest.rules.rule import S3, Fault, Rule
from lambdas.manifest.rules.text import quote

REPEATED = Rule(
    code="image-content-repeated",
    severity="warning",
    title="Images of one channel have the same bytes",
    template="{image} has the same bytes as {other}",
    fix="Keep one of them: a repeated image counts twice, and its boxes may contradict.",
    source=S3 + "API/API_Object.html",
)

LEAKED = Rule(
    code="image-content-in-both",
    severity="warning",
    title="Images of both channels have the same bytes",
    template="{image} in validation has the same bytes as {other} in train",
    fix="Remove one of them: the model is judged on an image that it has learned, and looks "
    "better than it is.",
    source=S3 + "API/API_Object.html",
)

RULES = (REPEATED, LEAKED)

_MD5_OF_OBJECT = re.compile(r"[0-9a-f]{32}")
_MD5_OF_PARTS = re.compile(r"[0-9a-f]{32}-[0-9]+")
_S3_MANAGED = "AES256"
_NO_ENCRYPTION = ""


def content_of_object(
    etag: str, size: int, encryption: str, *, customer_key: bool = False
) -> str | None:
    """Return what is the same for two objects if their bytes are; None if S3 does not say.

    The ETag of an object that was put in one request is the MD5 of its bytes where S3 holds the
    encryption key, or nothing is encrypted (S3 API reference, API_Object.html). That of an upload
    in parts is a hash of the parts' hashes: equal ones have equal bytes, but equal bytes may have
    been cut into other parts. With KMS or a customer's own key it tells nothing.

    Args:
        etag: with or without its quotation marks.
        size: of the object in bytes.
        encryption: the header x-amz-server-side-encryption; empty where there is none.
        customer_key: whether the answer names a customer's own key (SSE-C).
    """
    if customer_key or encryption not in (_S3_MANAGED, _NO_ENCRYPTION):
        return None
    hexadecimal = etag.strip('"')
    if _MD5_OF_OBJECT.fullmatch(hexadecimal) or _MD5_OF_PARTS.fullmatch(hexadecimal):
        return f"{hexadecimal}/{size}"
    return None


@dataclass(slots=True)
class EqualContent:
    """Collects images and finds a fault with each whose bytes an earlier one has.

    It finds at least those that it reports: ``unknown`` counts images of which S3 does not say
    enough. Images of train are to be added before those of validation, so that a leak is reported
    of the latter. Holds some 300 bytes an image.
    """

    unknown: int = 0
    _first: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def add(self, examined: Examined) -> Fault | None:
        """Take an image; the fault is of it, not of the one with the same bytes before it."""
        image = examined.image
        if examined.content is None:
            self.unknown += 1
            return None
        held_out = image.channel == "validation"
        other, other_held_out = self._first.setdefault(
            examined.content, (image.source_ref, held_out)
        )
        if other == image.source_ref:
            return None
        rule = REPEATED if held_out == other_held_out else LEAKED
        return rule.fault(image=quote(image.source_ref), other=quote(other))
