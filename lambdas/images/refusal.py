"""What it means for training that S3 does not hand out an image."""

from lambdas.images import rules
from lambdas.images.answer import Refusal
from lambdas.images.declared import ImageFault
from lambdas.manifest.text import quote

NOTHING_THERE = 416
"""The answer to a request for the first bytes of an object that has none."""

_LONGEST_REASON = 200

_BY_CODE = {
    "NoSuchKey": rules.MISSING,
    "NoSuchBucket": rules.BUCKET_MISSING,
    "InvalidObjectState": rules.ARCHIVED,
    "PermanentRedirect": rules.BUCKET_ELSEWHERE,
    "AuthorizationHeaderMalformed": rules.BUCKET_ELSEWHERE,
    "AccessDenied": rules.ACCESS_DENIED,
    "AllAccessDisabled": rules.ACCESS_DENIED,
}
_SERVER_SIDE_KEY = "Server Side Encryption"


def refusal_fault(refusal: Refusal, source_ref: str) -> ImageFault:
    """Return the rule that is broken by an image which S3 refuses to hand out.

    S3 tells a KMS key that may not be used from an object that may not be read only in its words,
    which then name the action: ``… is not authorized to perform: kms:Decrypt on …``.
    """
    if refusal.status == NOTHING_THERE:
        return ImageFault(rules.EMPTY, {"image": quote(source_ref)})
    code = refusal.code
    rule = _BY_CODE.get(code, rules.UNREADABLE)
    if code.startswith("KMS.") or (rule is rules.ACCESS_DENIED and "kms:" in refusal.message):
        rule = rules.KEY_DENIED
    elif code == "InvalidRequest" and _SERVER_SIDE_KEY in refusal.message:
        rule = rules.CUSTOMER_KEY
    return ImageFault(
        rule,
        {
            "image": quote(source_ref),
            "reason": quote(refusal.message or code or f"HTTP {refusal.status}", _LONGEST_REASON),
            "region": refusal.region or "another region",
        },
    )
