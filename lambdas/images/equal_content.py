"""Reads from S3's answer what objects with the same bytes have in common."""

import re

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
