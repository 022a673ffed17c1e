"""The rules that Check Images holds an image against."""

from lambdas.manifest.rule import DEVELOPER_GUIDE, INPUT_LIMITS, OBJECT_DETECTION, Rule

_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/"
_S3_ERRORS = _S3 + "API/ErrorResponses.html"
_OPENCV = (
    "MXNet decodes with OpenCV, which ignores EXIF orientation and converts to 8-bit colour "
    "(src/io/image_io.cc of MXNet 1.4 to 1.9)"
)
_ETAG = _S3 + "API/API_Object.html"
_CORS = DEVELOPER_GUIDE + "sms-cors-update.html"

MISSING = Rule(
    code="image-missing",
    severity="error",
    title="The image does not exist",
    template="{image} does not exist",
    fix="Upload the image under this key, or correct source-ref: keys are compared letter by "
    "letter, with capitals, spaces and accents.",
    source=_S3_ERRORS,
)
ACCESS_DENIED = Rule(
    code="image-access-denied",
    severity="error",
    title="The image may not be read, or does not exist",
    template="S3 refuses to let {image} be read: {reason}",
    fix="Name the bucket in the setting image_buckets, and allow the training role in the bucket's "
    "own policy where it belongs to another account. Where the role may not list the bucket, S3 "
    "gives the same answer for a key that does not exist; and so it does for a Requester Pays "
    "bucket, whose reader has to agree to pay: copy its images to a bucket of your own.",
    source=_S3 + "userguide/troubleshoot-403-errors.html",
)
KEY_DENIED = Rule(
    code="image-key-denied",
    severity="error",
    title="The image's encryption key may not be used",
    template="{image} is encrypted with a KMS key that can't be used: {reason}",
    fix="Allow the training role kms:Decrypt, in its own policy and in the key's; a key that is "
    "disabled or about to be deleted has to be enabled first.",
    source=_S3 + "userguide/UsingKMSEncryption.html",
)
CUSTOMER_KEY = Rule(
    code="image-customer-key",
    severity="error",
    title="The image is encrypted with a key that S3 does not have",
    template="{image} is encrypted with a key of the customer's own (SSE-C)",
    fix="Copy the image onto itself with SSE-S3 or SSE-KMS: training can't hand S3 a key.",
    source=_S3 + "userguide/ServerSideEncryptionCustomerKeys.html",
)
ARCHIVED = Rule(
    code="image-archived",
    severity="error",
    title="The image is in an archive",
    template="{image} lies in Glacier or an archive tier and can't be read as it is",
    fix="Restore it (`aws s3api restore-object`) for longer than the training takes, or copy the "
    "restored image to S3 Standard.",
    source=_S3 + "userguide/restoring-objects.html",
)
BUCKET_MISSING = Rule(
    code="image-bucket-missing",
    severity="error",
    title="The image's bucket does not exist",
    template="the bucket of {image} does not exist",
    fix="Correct the bucket's name in source-ref; it may have been deleted.",
    source=_S3_ERRORS,
)
BUCKET_ELSEWHERE = Rule(
    code="image-bucket-elsewhere",
    severity="error",
    title="The image's bucket is in another region",
    template="the bucket of {image} is in {region}",
    fix="Copy the images to a bucket in the pipeline's region: training reads from its own.",
    source=DEVELOPER_GUIDE + "augmented-manifest.html",
)
UNREADABLE = Rule(
    code="image-unreadable",
    severity="error",
    title="S3 does not hand out the image",
    template="S3 does not hand out {image}: {reason}",
    fix="Read it with `aws s3api get-object`, which gets the same answer, and do what that says.",
    source=_S3_ERRORS,
)
EMPTY = Rule(
    code="image-empty",
    severity="error",
    title="The image has no bytes",
    template="{image} has 0 bytes",
    fix="Upload the image again; an interrupted copy or a folder placeholder looks like this.",
    source=_OPENCV,
)
NOT_AN_IMAGE = Rule(
    code="not-an-image",
    severity="error",
    title="The file is not an image",
    template="{image} is {found}",
    fix="Download or export the image again: a login or error page, or a pointer to the file, was "
    "saved in its place.",
    source=OBJECT_DETECTION,
)
FORMAT_UNSUPPORTED = Rule(
    code="image-format-unsupported",
    severity="error",
    title="The image is neither JPEG nor PNG, whatever its name says",
    template="{image} is {found}",
    fix="Convert it to JPEG or PNG, in its full size so that the boxes still fit.",
    source=OBJECT_DETECTION,
)
HEADER_BROKEN = Rule(
    code="image-header-broken",
    severity="error",
    title="The image's header can't be read",
    template="{image} {reason}",
    fix="Open the image in a program that can, save it as baseline JPEG or as PNG, and upload it.",
    source=_OPENCV,
)
TRUNCATED = Rule(
    code="image-truncated",
    severity="error",
    title="The image is not complete",
    template="{image} can't be decoded to its end: {reason}",
    fix="Upload the image again. Of a cut JPEG, training would see the missing part as grey, "
    "boxes and all; a cut PNG it can't decode.",
    source=_OPENCV,
)
END_MISSING = Rule(
    code="image-end-missing",
    severity="warning",
    title="The image has no end marker",
    template="{image} does not end as a {format} does, so that a part may be missing",
    fix='Check it with the setting image_checks "decode", and upload it again if it is cut.',
    source="https://www.w3.org/Graphics/JPEG/itu-t81.pdf, https://www.w3.org/TR/png-3/",
)
SIZE_DIFFERS = Rule(
    code="image-size-differs",
    severity="error",
    title="The image has another size than its label says",
    template="{image} is {actual} pixels, but image_size says {declared}",
    fix="Label the image that is there: boxes in pixels of another one are in the wrong place. "
    "Where an image was only made smaller or larger, scale its boxes and image_size alike.",
    source=OBJECT_DETECTION,
)
ROTATED = Rule(
    code="image-rotated",
    severity="error",
    title="The image was labeled turned by a quarter",
    template="{image} is stored as {actual} pixels with EXIF orientation {orientation}, and was "
    "labeled as it is shown, {declared}",
    fix="Save the image upright without orientation (`mogrify -auto-orient`), or turn the boxes "
    "and image_size: training reads the stored pixels and ignores the orientation.",
    source=_OPENCV,
)
ORIENTATION = Rule(
    code="image-orientation",
    severity="warning",
    title="The image may have been labeled mirrored or turned",
    template="{image} has EXIF orientation {orientation}, and its size does not tell whether it "
    "was labeled as it is stored or as it is shown",
    fix="Draw a few such images with their boxes. Where those are off, save the images upright "
    "without orientation (`mogrify -auto-orient`): training ignores the orientation.",
    source=_CORS,
)
CHANNELS = Rule(
    code="image-channels",
    severity="warning",
    title="The image does not have three channels",
    template="{image} is {colour}",
    fix="Convert it to RGB, as the documentation asks for. Training converts it by itself: grey is "
    "repeated, transparency dropped with whatever lies below it, CMYK only approximated.",
    source=OBJECT_DETECTION,
)
DEPTH = Rule(
    code="image-depth",
    severity="warning",
    title="The image has more than 8 bits a channel",
    template="{image} has {depth} bits a channel",
    fix="Convert it to 8 bits yourself, with the contrast that matters: training keeps the upper "
    "8 bits of each value only.",
    source=_OPENCV,
)
TOO_LARGE = Rule(
    code="image-too-large",
    severity="warning",
    title="The image is very large",
    template="{image} has {size}",
    fix="Make it smaller or cut it into tiles: training scales it to image_shape anyway, after "
    "reading and decoding all of it in every epoch. It was not decoded here.",
    source=INPUT_LIMITS,
)
REPEATED = Rule(
    code="image-content-repeated",
    severity="warning",
    title="Images of one channel have the same bytes",
    template="{image} has the same bytes as {other}",
    fix="Keep one of them: a repeated image counts twice, and its boxes may contradict.",
    source=_ETAG,
)
LEAKED = Rule(
    code="image-content-in-both",
    severity="warning",
    title="Images of both channels have the same bytes",
    template="{image} in validation has the same bytes as {other} in train",
    fix="Remove one of them: the model is judged on an image that it has learned, and looks "
    "better than it is.",
    source=_ETAG,
)

IMAGE_RULES = (
    MISSING,
    ACCESS_DENIED,
    KEY_DENIED,
    CUSTOMER_KEY,
    ARCHIVED,
    BUCKET_MISSING,
    BUCKET_ELSEWHERE,
    UNREADABLE,
    EMPTY,
    NOT_AN_IMAGE,
    FORMAT_UNSUPPORTED,
    HEADER_BROKEN,
    TRUNCATED,
    END_MISSING,
    SIZE_DIFFERS,
    ROTATED,
    ORIENTATION,
    CHANNELS,
    DEPTH,
    TOO_LARGE,
    REPEATED,
    LEAKED,
)
