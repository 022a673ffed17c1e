"""An image as its manifest line declares it."""

from typing import Literal, NamedTuple

import msgspec

from lambdas.manifest.rules.rule import Fault

Channel = Literal["train", "validation"]


class DeclaredImage(msgspec.Struct, frozen=True):
    """What a line of a channel's manifest says about its image.

    line: its number in the channel's manifest. width, height: image_size, which its boxes refer to.
    as_stored: whether it is known to have been labeled in the frame in which it is stored, as
    Ground Truth shows images (sms-cors-update.html); other tools turn them by their EXIF data.
    """

    line: int
    source_ref: str
    width: int
    height: int
    channel: Channel = "train"
    as_stored: bool = False


class Examined(NamedTuple):
    """An image that was looked at.

    content: tells whether two images have the same bytes; None where that is not known.
    """

    image: DeclaredImage
    faults: list[Fault]
    content: str | None = None
