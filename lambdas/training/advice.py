"""What the algorithm's failure messages mean and what to change, for the cause in the console."""

ADVICE: tuple[tuple[str, str], ...] = (
    (
        "Unable to parse record",
        "A record of the train or validation channel is no RecordIO of image and annotations: an "
        "image that cannot be decoded, or a label attribute that is not the one in AttributeNames.",
    ),
    (
        "Got empty batch from pipe",
        "No usable record arrived: the manifest's attribute names differ from AttributeNames, or "
        "the training role may not read the images (setting image_buckets).",
    ),
    (
        "Invalid parameter value 'label_width'",
        "An image has more boxes than label_width allows. Leave label_width unset: it is computed "
        "from the manifest.",
    ),
    (
        "pipe channel timed out",
        "The images arrived too slowly for an hour. Use smaller images, images in the "
        "training job's region, or an instance type with more network.",
    ),
    (
        "must be bigger or equal to the mini_batch_size",
        "There are fewer images than mini_batch_size. Lower mini_batch_size or label more images.",
    ),
    (
        "out of memory",
        "The GPU ran out of memory. Lower mini_batch_size or image_shape, or use a larger GPU.",
    ),
    (
        "AccessDenied",
        "The training role may not read an object. Name the images' bucket in the setting "
        "image_buckets; for an encrypted bucket, let the role use its key.",
    ),
    (
        "NoSuchKey",
        "An object that the manifest names does not exist (any more). Put the image back, or take "
        "its line out of the manifest.",
    ),
    (
        "Unable to download",
        "SageMaker could not read an object. Check that the image exists and that its bucket is "
        "in the setting image_buckets.",
    ),
)
"""Part of a message and what to do about it; messages as reported in aws/amazon-sagemaker-examples
issues 343, 562, 643, 1097, 1283, 1492 and 4056."""


def advice(failure_reason: str) -> str:
    """Return what to do about a ``FailureReason``; empty where its message is not known."""
    lowered = failure_reason.lower()
    return next((text for part, text in ADVICE if part.lower() in lowered), "")
