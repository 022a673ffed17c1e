"""Reads the header of a JPEG from as few bytes as hold it."""

from struct import unpack_from
from typing import NoReturn

from lambdas.images.header import UPRIGHT, BrokenHeader, Colour, Header
from lambdas.images.orientation import exif_orientation

SIGNATURE = b"\xff\xd8\xff"
END = b"\xff\xd9"

_SOI, _EOI, _SOS, _APP1 = 0xD8, 0xD9, 0xDA, 0xE1
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a segment: TEM and the restart markers."""

_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})
"""Baseline, extended and progressive, by Huffman or arithmetic coding."""

_UNSUPPORTED = frozenset({0xC3, *range(0xC5, 0xC9), 0xCB, *range(0xCD, 0xD0)})
"""Lossless, hierarchical and reserved kinds, which libjpeg refuses."""

_SEGMENTS = frozenset({0xC4, 0xCC, *range(0xDB, 0xDE), *range(0xE0, 0xF0), 0xFE})
"""Tables, application data and comments: to be skipped by their length."""

_NO_MARKER = (b"", b"\0", b"\xff")
"""What follows a 0xFF that begins no marker, or is not known yet."""

_COLOURS: dict[int, Colour] = {1: "grey", 3: "colour", 4: "CMYK"}
_EXIF = b"Exif\0\0"


class _Cut(Exception):
    """The piece ends where more is needed: that many bytes from ``at`` on."""

    def __init__(self, at: int, needed: int) -> None:
        super().__init__(at, needed)
        self.at = at
        self.needed = needed


class JpegHeader:
    """Walks from marker to marker until the pixels begin, over pieces of the file.

    It follows libjpeg, with which OpenCV, and so MXNet, decodes: bytes between segments that are no
    marker are skipped; a second start of image, an unknown marker or a frame of a wrong length
    ends it.
    """

    def __init__(self, size: int) -> None:
        self.position = 2
        self._size = size
        self._orientation = UPRIGHT
        self._frame: tuple[int, int, Colour] | None = None

    def read(self, piece: bytes, begins_at: int = 0) -> Header | None:
        """Read on in a piece of the file that holds the byte at ``position``.

        Returns None where bytes from the new ``position`` on are needed. Raises ``BrokenHeader``.
        """
        try:
            at = self._pixels_in(piece, self.position - begins_at)
        except _Cut as cut:
            self.position = begins_at + cut.at
            if self.position + cut.needed > self._size:
                raise BrokenHeader("ends within its header") from None
            return None
        if self._frame is None:
            raise BrokenHeader("has no frame before its pixels")
        width, height, colour = self._frame
        return Header("JPEG", width, height, colour, 8, self._orientation, begins_at + at)

    def _pixels_in(self, piece: bytes, at: int) -> int:
        """Note what segments from ``at`` on say; the place of the marker before the pixels."""
        while True:
            at = _next_marker(piece, at)
            marker = piece[at + 1]
            if marker == _SOS:
                return at
            at += 2 if marker in _BARE else self._segment(marker, piece, at)

    def _segment(self, marker: int, piece: bytes, at: int) -> int:
        """Note what a segment says; its length with the marker's."""
        if marker not in _FRAMES and marker not in _SEGMENTS:
            _refuse(marker)
        if at + 4 > len(piece):
            raise _Cut(at, 4)
        length = int.from_bytes(piece[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            if at + 2 + length > len(piece):
                raise _Cut(at, 2 + length)
            self._add_frame(piece[at + 4 : at + 2 + length])
        elif marker == _APP1:
            self._note_exif(piece[at + 4 : at + 2 + length])
        return 2 + length

    def _add_frame(self, segment: bytes) -> None:
        if self._frame is not None:
            raise BrokenHeader("has two frames")
        self._frame = _frame(segment)

    def _note_exif(self, segment: bytes) -> None:
        """Note the orientation; of EXIF data that go on beyond the piece, what is there counts."""
        if self._orientation == UPRIGHT and segment.startswith(_EXIF):
            self._orientation = exif_orientation(segment[len(_EXIF) :])


def _next_marker(piece: bytes, at: int) -> int:
    """Return the place of the next marker: its last 0xFF, however many there are before."""
    if piece[at : at + 1] == b"\xff" and piece[at + 1 : at + 2] not in _NO_MARKER:
        return at  # where one is to be
    while True:
        found = piece.find(b"\xff", at)
        if found < 0:
            raise _Cut(max(at, len(piece)), 2)
        follows = piece[found + 1 : found + 2]
        if not follows:
            raise _Cut(found, 2)
        if follows not in _NO_MARKER:
            return found
        at = found + 1


def _frame(segment: bytes) -> tuple[int, int, Colour]:
    if len(segment) < 6:
        raise BrokenHeader("has a frame of a wrong length")
    depth, height, width, channels = unpack_from(">BHHB", segment)
    if len(segment) != 6 + 3 * channels:
        raise BrokenHeader("has a frame of a wrong length")
    if depth != 8:
        raise BrokenHeader(f"has {depth} bits a channel, and JPEGs are read with 8")
    if not width or not height:
        raise BrokenHeader(f"says it is {width}x{height} pixels")
    if channels not in _COLOURS:
        raise BrokenHeader(f"has {channels} channels")
    return width, height, _COLOURS[channels]


def _refuse(marker: int) -> NoReturn:
    if marker == _EOI:
        raise BrokenHeader("ends before its pixels begin")
    if marker == _SOI:
        raise BrokenHeader("begins a second time within its header")
    if marker in _UNSUPPORTED:
        raise BrokenHeader("is of a lossless or hierarchical kind that libjpeg does not read")
    raise BrokenHeader(f"has an unknown marker, FF {marker:02X}")
