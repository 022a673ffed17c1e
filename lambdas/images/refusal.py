"""What it means for training that S3 does not hand out an image."""

from lambdas.images.answer import Refusal
from lambdas.images.content import EMPTY
from lambdas.manifest.rules.rule import AUGMENTED_MANIFEST, S3, Fault, Rule
from lambdas.manifest.rules.text import quote

MISSING = Rule(
    code="image-missing",
    severity="error",
    title="The image does not exist",
    template="{image} does not exist",
    fix="Upload the image under this key, or correct source-ref: keys are compared letter by "
    "letter, with capitals, spaces and accents.",
    source=S3 + "API/ErrorResponses.html",
)

ACCESS_DENIED = Rule(
    code="image-access-denied",
    severity="error",
    title="The image may not be read, or does not exist",
    template="S3 refuses to let {image} be read: {reason}",
    fix="Name the bucket in the setting image_buckets. Where it belongs to another account, allow "
    "the pipeline's account in the bucket's own policy, or both the training role and that of "
    "check_images. Where the role may not list the bucket, S3 "
    "gives the same answer for a key that does not exist; and so it does for a Requester Pays "
    "bucket, whose reader has to agree to pay: copy its images to a bucket of your own.",
    source=S3 + "userguide/troubleshoot-403-errors.html",
)

KEY_DENIED = Rule(
    code="image-key-denied",
    severity="error",
    title="The image's encryption key may not be used",
    template="{image} is encrypted with a KMS key that can't be used: {reason}",
    fix="Allow the training role kms:Decrypt, in its own policy and in the key's; a key that is "
    "disabled or about to be deleted has to be enabled first.",
    source=S3 + "userguide/UsingKMSEncryption.html",
)

CUSTOMER_KEY = Rule(
    code="image-customer-key",
    severity="error",
    title="The image is encrypted with a key that S3 does not have",
    template="{image} is encrypted with a key of the customer's own (SSE-C)",
    fix="Copy the image onto itself with SSE-S3 or SSE-KMS: training can't hand S3 a key.",
    source=S3 + "userguide/ServerSideEncryptionCustomerKeys.html",
)

ARCHIVED = Rule(
    code="image-archived",
    severity="error",
    title="The image is in an archive",
    template="{image} lies in Glacier or an archive tier and can't be read as it is",
    fix="Restore it (`aws s3api restore-object`) for longer than the training takes, or copy the "
    "restored image to S3 Standard.",
    source=S3 + "userguide/restoring-objects.html",
)

BUCKET_MISSING = Rule(
    code="image-bucket-missing",
    severity="error",
    title="The image's bucket does not exist",
    template="the bucket of {image} does not exist",
    fix="Correct the bucket's name in source-ref; it may have been deleted.",
    source=S3 + "API/ErrorResponses.html",
)

BUCKET_ELSEWHERE = Rule(
    code="image-bucket-elsewhere",
    severity="error",
    title="The image's bucket is in another region",
    template="the bucket of {image} is in {region}",
    fix="Copy the images to a bucket in the pipeline's region: training reads from its own.",
    source=AUGMENTED_MANIFEST,
)

UNREADABLE = Rule(
    code="image-unreadable",
    severity="error",
    title="S3 does not hand out the image",
    template="S3 does not hand out {image}: {reason}",
    fix="Read it with `aws s3api get-object`, which gets the same answer, and do what that says.",
    source=S3 + "API/ErrorResponses.html",
)

RULES = (
    MISSING,
    ACCESS_DENIED,
    KEY_DENIED,
    CUSTOMER_KEY,
    ARCHIVED,
    BUCKET_MISSING,
    BUCKET_ELSEWHERE,
    UNREADABLE,
)

NOTHING_THERE = 416
"""The answer to a request for the first bytes of an object that has none."""

_LONGEST_REASON = 500
"""Characters. KMS names the role, the action and the key in some 400, and the key last."""

_BY_CODE = {
    "NoSuchKey": MISSING,
    "NoSuchBucket": BUCKET_MISSING,
    "InvalidObjectState": ARCHIVED,
    "PermanentRedirect": BUCKET_ELSEWHERE,
    "AuthorizationHeaderMalformed": BUCKET_ELSEWHERE,
    "AccessDenied": ACCESS_DENIED,
    "AllAccessDisabled": ACCESS_DENIED,
}
_SERVER_SIDE_KEY = "Server Side Encryption"


def refusal_fault(refusal: Refusal, source_ref: str) -> Fault:
    """Return the rule that is broken by an image which S3 refuses to hand out.

    S3 tells a KMS key that may not be used from an object that may not be read only in its words,
    which then name the action: ``… is not authorized to perform: kms:Decrypt on …``.
    """
    image = quote(source_ref)
    if refusal.status == NOTHING_THERE:
        return EMPTY.fault(image=image)
    code = refusal.code
    rule = _BY_CODE.get(code, UNREADABLE)
    if code.startswith("KMS.") or (rule is ACCESS_DENIED and "kms:" in refusal.message):
        rule = KEY_DENIED
    elif code == "InvalidRequest" and _SERVER_SIDE_KEY in refusal.message:
        rule = CUSTOMER_KEY
    return rule.fault(
        image=image,
        reason=quote(refusal.message or code or f"HTTP {refusal.status}", _LONGEST_REASON),
        region=refusal.region or "another region",
    )
