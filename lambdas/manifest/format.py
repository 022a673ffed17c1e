"""What the format of an output manifest fixes; every step from bytes to report relies on it."""

from typing import Literal

ManifestName = Literal["train", "validation"]
"""Of the manifest that is split, or of the two given: each is named after its channel."""

METADATA = "-metadata"
BOXES = "groundtruth/object-detection"
BOM = b"\xef\xbb\xbf"

MAX_CHARACTERS = 100_000  # of a record; see the rule line-too-long
MAX_BYTES = 4 * MAX_CHARACTERS  # UTF-8 takes at most four bytes for a character
