"""Reads the header of a PNG from as few bytes as hold it."""

from struct import unpack_from
from zlib import crc32

from lambdas.images.header import UPRIGHT, BrokenHeader, Colour, Header
from lambdas.images.orientation import exif_orientation

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND"

_COLOURS: dict[int, tuple[Colour, tuple[int, ...]]] = {
    0: ("grey", (1, 2, 4, 8, 16)),
    2: ("colour", (8, 16)),
    3: ("palette", (1, 2, 4, 8)),
    4: ("grey with transparency", (8, 16)),
    6: ("colour with transparency", (8, 16)),
}
"""By colour type: its name, and the depths it may have (PNG specification, table 11.1)."""

_FIRST_CHUNK = 33
_AROUND_DATA = 12
"""Bytes of a chunk besides its data: length, type and checksum."""


class PngHeader:
    """Reads the first chunk, then walks from chunk to chunk until the pixels begin.

    It follows libpng, with which OpenCV, and so MXNet, decodes: a first chunk of another kind, a
    wrong checksum of it or methods that the specification does not have end it.
    """

    def __init__(self, size: int) -> None:
        self.position = 0
        self._size = size
        self._first: tuple[int, int, Colour, int] | None = None
        self._orientation = UPRIGHT

    def read(self, piece: bytes, begins_at: int = 0) -> Header | None:
        """Read on in a piece of the file that holds the byte at ``position``.

        Returns None where bytes from the new ``position`` on are needed. Raises ``BrokenHeader``.
        """
        at = self.position - begins_at
        if self._first is None:
            if len(piece) < _FIRST_CHUNK:
                raise BrokenHeader("ends within its header")
            self._first = _first_chunk(piece)
            at = _FIRST_CHUNK
        while at + 8 <= len(piece):
            length, kind = unpack_from(">I4s", piece, at)
            if kind in (b"IDAT", b"IEND"):
                return self._complete(kind, begins_at + at)
            end = at + _AROUND_DATA + length
            if kind == b"eXIf":
                self._orientation = exif_orientation(piece[at + 8 : at + 8 + length])
            at = end
        if begins_at + at + 8 > self._size:
            raise BrokenHeader("ends before its pixels begin")
        self.position = begins_at + at
        return None

    def _complete(self, kind: bytes, position: int) -> Header:
        if kind == b"IEND" or self._first is None:
            raise BrokenHeader("ends before its pixels begin")
        width, height, colour, depth = self._first
        return Header("PNG", width, height, colour, depth, self._orientation, position)


def _first_chunk(piece: bytes) -> tuple[int, int, Colour, int]:
    if piece[12:16] == b"CgBI":
        raise BrokenHeader("is a PNG as Xcode changes them for iPhones, which only those read")
    if piece[8:16] != b"\0\0\0\rIHDR":
        raise BrokenHeader("does not begin with an IHDR chunk")
    width, height, depth, kind, *methods, checksum = unpack_from(">IIBBBBBI", piece, 16)
    if crc32(piece[12:29]) != checksum:
        raise BrokenHeader("has a header whose checksum is wrong")
    if not 0 < width < 1 << 31 or not 0 < height < 1 << 31:
        raise BrokenHeader(f"says it is {width}x{height} pixels")
    colour, depths = _COLOURS.get(kind, ("colour", ()))
    if depth not in depths:
        raise BrokenHeader(f"has colour type {kind} with {depth} bits, which PNG does not have")
    compression, filtering, interlacing = methods
    if compression or filtering or interlacing > 1:
        raise BrokenHeader("has a compression, filter or interlace method that PNG does not have")
    return width, height, colour, depth
