"""Reads the orientation out of EXIF data, which are a TIFF file of their own within the image."""

from struct import error, unpack_from

from lambdas.images.header import UPRIGHT

_BYTE_ORDERS = {b"II": "<", b"MM": ">"}
_TIFF = 42
_ORIENTATION = 0x0112
_SHORT, _LONG = 3, 4
_ENTRY = 12


def exif_orientation(tiff: bytes) -> int:
    """Return the orientation that EXIF data state, 1 to 8; 1 where they state none.

    Only the first directory counts, as in EXIF 2.32, 4.6.5. Data that end early or are nonsense
    state nothing: no reader refuses an image because of them.
    """
    order = _BYTE_ORDERS.get(tiff[:2])
    if order is None:
        return UPRIGHT
    try:
        magic, directory = unpack_from(order + "HI", tiff, 2)
        if magic != _TIFF:
            return UPRIGHT
        (count,) = unpack_from(order + "H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + count * _ENTRY, _ENTRY):
            tag, kind, values = unpack_from(order + "HHI", tiff, entry)
            if tag == _ORIENTATION:
                return _stated(tiff, entry + 8, order, kind) if values == 1 else UPRIGHT
    except error:
        pass
    return UPRIGHT


def _stated(tiff: bytes, place: int, order: str, kind: int) -> int:
    if kind not in (_SHORT, _LONG):
        return UPRIGHT
    (value,) = unpack_from(order + ("H" if kind == _SHORT else "I"), tiff, place)
    return int(value) if 1 <= value <= 8 else UPRIGHT
