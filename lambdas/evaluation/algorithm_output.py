"""Reads what the built-in object-detection algorithm answers for an image: an ``.out`` file.

https://docs.aws.amazon.com/sagemaker/latest/dg/object-detection-in-formats.html
"""

import msgspec

from lambdas.evaluation.boxes import Detection
from lambdas.evaluation.labelled import NotMeasurable

HIGHEST_CLASS_ID = 9_999


class _Answer(msgspec.Struct, gc=False):
    prediction: list[tuple[float, float, float, float, float, float]]


_decode = msgspec.json.Decoder(_Answer).decode


def algorithm_output(content: bytes, width: int, height: int) -> list[Detection]:
    """Return the detections in an image of this size, in pixels.

    A row is class, score, and the left, top, right and bottom edge as shares of the image. Rows of
    class -1 are boxes that the network has suppressed. All others count, however low their score:
    a floor would take from recall.

    Raises:
        NotMeasurable: it is not such an answer.
    """
    try:
        rows = _decode(content).prediction
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotMeasurable(f"not the algorithm's answer: {error}") from error
    found = []
    for class_id, score, left, top, right, bottom in rows:
        if class_id < 0:
            continue
        if class_id % 1 or class_id > HIGHEST_CLASS_ID:
            raise NotMeasurable(f"not the algorithm's answer: {class_id:g} is not a class id")
        place = left * width, top * height, (right - left) * width, (bottom - top) * height
        found.append((int(class_id), score, *place))
    return found
