"""Checks the image size that a label gives: one, whole, positive, of three channels."""

from lambdas.manifest.line.bounds import DEPTH, SIDE, is_number, is_whole
from lambdas.manifest.rules.rule import BOX_OUTPUT, OBJECT_DETECTION, Fault, Rule
from lambdas.manifest.rules.text import ABSENT, quote

IMAGE_SIZE_MISSING = Rule(
    code="image-size-missing",
    severity="error",
    title="No image size",
    template="image_size is {found}, not a list with one object",
    fix="Write image_size as a list with one object of width, height and depth.",
    source=BOX_OUTPUT,
)

IMAGE_SIZE_SEVERAL = Rule(
    code="image-size-several",
    severity="error",
    title="Several image sizes",
    template="image_size holds {count} sizes; an image has one",
    fix="Keep the size of this line's image only.",
    source=BOX_OUTPUT,
)

IMAGE_SIZE_INVALID = Rule(
    code="image-size-invalid",
    severity="error",
    title="An image size that is not a size",
    template="image_size {field} is {found}; it must be a whole number from 1 to {most}",
    fix="Write the image's real width and height in pixels.",
    source=BOX_OUTPUT,
)

IMAGE_DEPTH_UNSUPPORTED = Rule(
    code="image-depth-unsupported",
    severity="error",
    title="The image does not have three channels",
    template="image_size depth is {found}; the algorithm takes three-channel images only",
    fix="Convert the image to RGB and write depth 3.",
    source=OBJECT_DETECTION,
)

RULES = (
    IMAGE_SIZE_MISSING,
    IMAGE_SIZE_SEVERAL,
    IMAGE_SIZE_INVALID,
    IMAGE_DEPTH_UNSUPPORTED,
)


def read_size(sizes: object) -> tuple[tuple[int, int] | None, list[Fault]]:
    """Return width and height in pixels of a label's ``image_size``, and what is wrong with it."""
    if not isinstance(sizes, list) or not sizes or not isinstance(sizes[0], dict):
        return None, [IMAGE_SIZE_MISSING.fault(found=quote(sizes))]
    if len(sizes) > 1:
        return None, [IMAGE_SIZE_SEVERAL.fault(count=len(sizes))]
    size = sizes[0]
    faults = [
        IMAGE_SIZE_INVALID.fault(
            field=field, found=quote(size.get(field, ABSENT)), most=f"{SIDE.most:,}"
        )
        for field in ("width", "height")
        if not is_whole(size.get(field)) or not SIDE.hold(size[field])
    ]
    depth = size.get("depth", ABSENT)
    if not is_number(depth) or not DEPTH.hold(depth):
        faults.append(IMAGE_DEPTH_UNSUPPORTED.fault(found=quote(depth)))
    return (None, faults) if faults else ((int(size["width"]), int(size["height"])), faults)
